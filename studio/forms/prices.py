"""The form of the prices page."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from studio.forms.filling import filled
from studio.forms.styling import StyledForm
from studio.services.overrides import LONGEST, SHORTEST

_REASON = {
    "required": _("Say why the price can be relied on again; it is kept in the audit list."),
    "min_length": filled(
        _("Say why in %(shortest)s to %(longest)s characters; it is kept in the audit list."),
        shortest=SHORTEST,
        longest=LONGEST,
    ),
    "max_length": filled(
        _("Say why in %(shortest)s to %(longest)s characters; it is kept in the audit list."),
        shortest=SHORTEST,
        longest=LONGEST,
    ),
}


class LiftForm(StyledForm):
    """Why a model may be quoted again."""

    reason = forms.CharField(
        label=_("Why it can be quoted again"),
        min_length=SHORTEST,
        max_length=LONGEST,
        error_messages=_REASON,
        help_text=_("Such as what the gateway said, or which price list is right. It is kept in the audit list."),
    )
