"""What an act on many takes needs beside the takes: tags, a rating, the name of a collection, a note."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from studio.choices import BulkAct
from studio.forms.reviews import SendForm
from studio.models.collections import Collection
from studio.services import ratings, tags

TEXT = 2_000
OUT_OF_REACH = _("A rating is 1 to 5, or none.")


class TagForm(forms.Form):
    """One tag, or several with commas between them."""

    tags = forms.CharField(
        max_length=TEXT,
        error_messages={
            "required": _("Write a tag first, or several with commas between them."),
            "max_length": _("These are too many tags at once; nothing was changed."),
        },
    )

    def clean_tags(self) -> list[str]:
        """The tags by themselves."""
        return tags.names_in(self.cleaned_data["tags"])


class RateForm(forms.Form):
    """One to five, or none."""

    rating = forms.IntegerField(
        min_value=0,
        max_value=ratings.MOST,
        error_messages={
            "required": OUT_OF_REACH,
            "invalid": OUT_OF_REACH,
            "min_value": OUT_OF_REACH,
            "max_value": OUT_OF_REACH,
        },
    )


class CollectForm(forms.Form):
    """A collection by its name, which may be a new one."""

    name = forms.CharField(
        max_length=Collection._meta.get_field("name").max_length,
        error_messages={
            "required": _("Give the collection a name."),
            "max_length": _("Keep the name of the collection under 120 characters."),
        },
    )

    def clean_name(self) -> str:
        """In one line."""
        return " ".join(self.cleaned_data["name"].split())


class InCollectionForm(forms.Form):
    """The collection whose page the takes are on."""

    collection = forms.IntegerField(
        min_value=1,
        max_value=2**63 - 1,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), _("Open the collection first that they are to leave.")
        ),
    )


class MoveForm(CollectForm, InCollectionForm):
    """From the collection whose page this is to one by its name."""


FORMS: dict[str, type[forms.Form]] = {
    BulkAct.TAG: TagForm,
    BulkAct.UNTAG: TagForm,
    BulkAct.RATE: RateForm,
    BulkAct.FAVOURITE: forms.Form,
    BulkAct.UNFAVOURITE: forms.Form,
    BulkAct.COLLECT: CollectForm,
    BulkAct.UNCOLLECT: InCollectionForm,
    BulkAct.MOVE: MoveForm,
    BulkAct.REVIEW: SendForm,
    BulkAct.DELETE: forms.Form,
    BulkAct.BRING_BACK: forms.Form,
}


def details_of(*, act: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """What the act needs, from what was sent; raises ValidationError, in the words of whoever sent it."""
    if act not in FORMS:
        raise ValidationError(_("Choose some takes first, and what is to be done with them."))
    form = FORMS[act](data)
    if not form.is_valid():
        raise ValidationError([str(error) for errors in form.errors.values() for error in errors])
    return form.cleaned_data
