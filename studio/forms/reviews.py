"""What a person says of takes in the review."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from studio.choices import Verdict
from studio.forms.filling import filled
from studio.forms.styling import StyledForm
from studio.services.reviews import LONGEST_NOTE, LONGEST_REASON


class DecisionForm(StyledForm):
    """A verdict; whether it wants a reason is the service's rule."""

    verdict = forms.ChoiceField(
        label=_("Verdict"),
        choices=Verdict.choices,
        error_messages={
            "required": _("Choose Approve, Changes or Reject."),
            "invalid_choice": _("Choose Approve, Changes or Reject."),
        },
    )
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=LONGEST_REASON,
        error_messages={
            "max_length": filled(_("Keep the reason under %(number)s characters."), number=f"{LONGEST_REASON:,}")
        },
    )


class SendForm(StyledForm):
    """The note that takes are sent for review with."""

    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=LONGEST_NOTE,
        error_messages={
            "max_length": filled(_("Keep the note under %(number)s characters; nothing was sent."), number=LONGEST_NOTE)
        },
    )
