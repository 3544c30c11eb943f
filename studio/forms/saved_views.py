"""A name for a view of the gallery."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from studio.forms.styling import StyledForm


class ViewNameForm(StyledForm):
    """What a view is called."""

    name = forms.CharField(
        max_length=80,
        error_messages={"required": _("Give the view a name."), "max_length": _("A name has at most 80 characters.")},
    )


class KeepViewForm(ViewNameForm):
    """With it what the view shows: the part of its address behind the question mark."""

    query = forms.CharField(required=False, max_length=4000)
    project = forms.SlugField(required=False, max_length=80)
