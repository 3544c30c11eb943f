"""The form of the prices page."""

from __future__ import annotations

from django import forms

from studio.forms.styling import StyledForm
from studio.services.overrides import LONGEST, SHORTEST

_REASON = {
    "required": "Say why the price can be relied on again; it is kept in the audit list.",
    "min_length": f"Say why in {SHORTEST} to {LONGEST} characters; it is kept in the audit list.",
    "max_length": f"Say why in {SHORTEST} to {LONGEST} characters; it is kept in the audit list.",
}


class LiftForm(StyledForm):
    """Why a model may be quoted again."""

    reason = forms.CharField(
        label="Why it can be quoted again",
        min_length=SHORTEST,
        max_length=LONGEST,
        error_messages=_REASON,
        help_text="Such as what the gateway said, or which price list is right. It is kept in the audit list.",
    )
