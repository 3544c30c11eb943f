"""Forms of budgets. They check what was typed; the services decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from studio.choices import BudgetPeriod
from studio.forms.styling import StyledForm
from studio.models import Budget, Project, User
from studio.services.budget_changes import currencies
from studio.services.limits import currency_words

STUDIO = "studio"
_WHOSE = _("Choose whose budget it is: the studio’s, a project’s or a person’s.")
_AMOUNT = _("A budget is a sum such as 200 or 12.50.")
_TOO_LARGE = _("That is more than a budget can hold.")
_PERCENT = _("This is a whole number from 1 to 100.")
_AMOUNT_WORDS = {
    "required": _("Say how much may be spent; 0 stops all spending."),
    "invalid": _AMOUNT,
    "min_value": _("A budget cannot be negative; 0 stops all spending."),
    "max_decimal_places": _("A budget has at most two decimal places."),
    "max_digits": _TOO_LARGE,
    "max_whole_digits": _TOO_LARGE,
}


class BudgetForm(StyledForm):
    """How much, of what, for how long, and from where on people are warned."""

    amount = forms.DecimalField(
        label=_("Amount"), max_digits=14, decimal_places=2, min_value=0, error_messages=_AMOUNT_WORDS
    )
    currency = forms.ChoiceField(
        label=_("Currency"),
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose a currency from the list.")),
    )
    period = forms.ChoiceField(
        label=_("For"),
        choices=[(BudgetPeriod.MONTH.value, _("Each month")), (BudgetPeriod.TOTAL.value, _("All time"))],
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), _("Choose for how long: each month, or all time.")
        ),
    )
    warn_percent = forms.IntegerField(
        label=_("Warn at, %"),
        min_value=1,
        max_value=100,
        initial=80,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), _PERCENT),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        currency = self.fields["currency"]
        assert isinstance(currency, forms.ChoiceField)
        currency.choices = [(value, f"{currency_words(value).capitalize()}{_code(value)}") for value in currencies()]

    @classmethod
    def initial_of(cls, budget: Budget) -> dict[str, Any]:
        """What the form shows of a budget."""
        return {name: getattr(budget, name) for name in ("amount", "currency", "period", "warn_percent")}

    def values(self) -> dict[str, Any]:
        """What was typed, as the service takes it."""
        return {name: self.cleaned_data[name] for name in ("amount", "currency", "period", "warn_percent")}


class AnyBudgetForm(BudgetForm):
    """The same with whose it is, for studio admins."""

    whose = forms.ChoiceField(
        label=_("Whose"),
        error_messages=dict.fromkeys(("required", "invalid_choice"), _WHOSE),
    )
    field_order = ("whose", "amount", "currency", "period", "warn_percent")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        whose = self.fields["whose"]
        assert isinstance(whose, forms.ChoiceField)
        projects = [(f"project-{each.pk}", each.name) for each in Project.objects.active().order_by("name")]
        people = [(f"person-{each.pk}", each.label) for each in User.objects.filter(is_active=True)]
        people.sort(key=lambda choice: choice[1].casefold())
        whose.choices = [(STUDIO, _("The whole studio")), (_("Projects"), projects), (_("People"), people)]

    def clean_whose(self) -> dict[str, Any]:
        """Whose it is, as the service takes it: nobody's for the whole studio."""
        kind, _, number = str(self.cleaned_data["whose"]).partition("-")
        models: dict[str, type[Project] | type[User]] = {"project": Project, "person": User}
        if kind not in models:
            return {}
        # It was in the list a moment ago; but without it this would be the budget of the whole studio.
        owner = models[kind]._default_manager.filter(pk=number).first()
        if owner is None:
            raise ValidationError(_WHOSE)
        return {kind: owner}


def _code(currency: str) -> str:
    return f" ({currency})" if currency_words(currency) != currency else ""
