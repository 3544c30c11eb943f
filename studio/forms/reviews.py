"""What a person says of takes in the review."""

from __future__ import annotations

from django import forms

from studio.choices import Verdict
from studio.forms.styling import StyledForm
from studio.services.reviews import LONGEST_NOTE, LONGEST_REASON


class DecisionForm(StyledForm):
    """A verdict; whether it wants a reason is the service's rule."""

    verdict = forms.ChoiceField(
        choices=Verdict.choices,
        error_messages={
            "required": "Choose Approve, Changes or Reject.",
            "invalid_choice": "Choose Approve, Changes or Reject.",
        },
    )
    reason = forms.CharField(
        required=False,
        max_length=LONGEST_REASON,
        error_messages={"max_length": f"Keep the reason under {LONGEST_REASON:,} characters."},
    )


class SendForm(StyledForm):
    """The note that takes are sent for review with."""

    note = forms.CharField(
        required=False,
        max_length=LONGEST_NOTE,
        error_messages={"max_length": f"Keep the note under {LONGEST_NOTE} characters; nothing was sent."},
    )
