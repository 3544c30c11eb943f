"""Forms of collections: the name, and one step in the order."""

from __future__ import annotations

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from studio.forms.exports import LONGEST_NUMBER
from studio.forms.styling import StyledForm
from studio.services.board_order import SIDES, STEPS

_NUMBER = rf"(\d{{1,{LONGEST_NUMBER}}})"
_ONE_STEP = re.compile(rf"({'|'.join(STEPS)}):{_NUMBER}", re.ASCII)
_BESIDE = re.compile(rf"({'|'.join(SIDES)}):{_NUMBER}:{_NUMBER}", re.ASCII)


class CollectionForm(StyledForm):
    """The name of a collection."""

    name = forms.CharField(
        label=_("Name"), max_length=120, error_messages={"required": _("Give the collection a name.")}
    )


class ArrangeForm(forms.Form):
    """`act` is `earlier:12` (or later, first, last), or `after:12:9` (or before): take 12 right behind take 9."""

    act = forms.CharField()

    def clean_act(self) -> dict[str, int | str]:
        """The arguments for the service: `take`, `way` and maybe `beside`."""
        text = self.cleaned_data["act"]
        if found := _ONE_STEP.fullmatch(text):
            return {"way": found[1], "take": int(found[2])}
        if found := _BESIDE.fullmatch(text):
            return {"way": found[1], "take": int(found[2]), "beside": int(found[3])}
        raise forms.ValidationError(_("That is no move. Load the page again and try once more."))
