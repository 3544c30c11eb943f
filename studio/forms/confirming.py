"""What a take cost, as a person has read it on the gateway's bill."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from studio.forms.styling import StyledForm
from studio.services.ledger import HIGHEST

_LEAST = Decimal("0.000001")
_NOT_A_SUM = _("That is not a sum. Write it like 0.42, without a sign; nothing was written down.")
_ERRORS = {
    "required": _("Write how much was charged, as the gateway’s bill says; nothing was written down."),
    "invalid": _NOT_A_SUM,
    "min_value": _("If nothing was charged, say so with the other button; nothing was written down."),
    "max_value": _("No take costs that much. Look at the sum again; nothing was written down."),
    "max_digits": _("No take costs that much. Look at the sum again; nothing was written down."),
    "max_whole_digits": _("No take costs that much. Look at the sum again; nothing was written down."),
    "max_decimal_places": _("A sum has at most six decimal places; nothing was written down."),
}


class ChargeForm(StyledForm):
    """The sum, in the currency of the take."""

    amount = forms.DecimalField(
        label=_("How much was charged"),
        min_value=_LEAST,
        max_value=HIGHEST - 1,
        max_digits=14,
        decimal_places=6,
        error_messages=_ERRORS,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "input number"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if (amount := self.initial.get("amount")) is not None:
            self.initial["amount"] = f"{amount.normalize():f}"
