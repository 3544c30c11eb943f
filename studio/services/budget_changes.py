"""Setting, changing and removing budgets; each change is one line in the audit list. What they stop is `limits`."""

from __future__ import annotations

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from studio.choices import BudgetPeriod
from studio.lib.clock import now
from studio.lib.english import english
from studio.lib.money import money
from studio.models import Budget, Project, User
from studio.providers import registry
from studio.services import audit
from studio.services.audit import Actor
from studio.services.budgets import subject_of
from studio.services.doors import CURRENCY_ORDER

GONE = english("This budget was removed meanwhile. Nothing was changed.")
HIGHEST = Decimal(10) ** 12


def currencies() -> list[str]:
    """What takes can be paid in, by the gateways that there are."""
    found = {
        gateway.currency_of(route.base_url or gateway.base_url, route.value)
        for gateway in map(registry.get, registry.PROVIDERS)
        for route in gateway.routes
    }
    found |= {each.currency_of(each.base_url, "") for each in map(registry.get, registry.PROVIDERS) if not each.routes}
    known = [currency for currency in CURRENCY_ORDER if currency in found]
    return known + sorted(found - {*known})


def add(
    *,
    actor: Actor,
    amount: Decimal,
    currency: str,
    period: str,
    warn_percent: int,
    project: Project | None = None,
    person: User | None = None,
) -> Budget:
    """Set a budget: of a project, of a person, or of the whole studio without either. Raises ValidationError."""
    _require_sensible(amount, currency, period, warn_percent)
    values = {"amount": amount, "currency": currency, "period": period, "warn_percent": warn_percent}
    with transaction.atomic():
        try:
            with transaction.atomic():
                budget = Budget.objects.create(project=project, person=person, created_by=actor.user, **values)
        except IntegrityError:
            raise _there_already(currency, period) from None
        _note(actor, "budget-add", budget, _words(budget))
    return budget


def change(*, budget: Budget, actor: Actor, amount: Decimal, currency: str, period: str, warn_percent: int) -> Budget:
    """Change a budget from now on; what was rendered before stays. Raises ValidationError."""
    _require_sensible(amount, currency, period, warn_percent)
    with transaction.atomic():
        found = _locked(budget)
        before = _words(found)
        found.amount, found.currency, found.period, found.warn_percent = amount, currency, period, warn_percent
        if _words(found) == before:
            return found
        found.changed_at = now()
        try:
            with transaction.atomic():
                found.save(update_fields=["amount", "currency", "period", "warn_percent", "changed_at"])
        except IntegrityError:
            raise _there_already(currency, period) from None
        _note(actor, "budget-change", found, f"{before} → {_words(found)}")
    return found


def remove(*, budget: Budget, actor: Actor) -> None:
    """Take a budget away: nothing holds spending to it any more. Raises ValidationError."""
    with transaction.atomic():
        found = _locked(budget)
        _note(actor, "budget-remove", found, _words(found))
        found.delete()


def _locked(budget: Budget) -> Budget:
    # Nothing else is locked with it, so it waits for presses under it and never the other way round.
    budgets = Budget.objects.select_for_update(no_key=True, of=("self",)).select_related("project", "person")
    found = budgets.filter(pk=budget.pk).first()
    if found is None:
        raise ValidationError(_(GONE))
    return found


def _require_sensible(amount: Decimal, currency: str, period: str, warn_percent: int) -> None:
    # A budget of nothing is one: it stops spending.
    if not 0 <= amount < HIGHEST:
        raise ValidationError(_("A budget is a sum of 0 or more."))
    if currency not in currencies():
        raise ValidationError(
            _("No gateway is paid in “%(currency)s”. Choose one of %(names)s.")
            % {"currency": currency, "names": ", ".join(currencies())}
        )
    if period not in BudgetPeriod.values:
        raise ValidationError(_("A budget is for each month, or for all time."))
    if not 1 <= warn_percent <= 100:
        raise ValidationError(_("People are warned at 1 to 100 percent of a budget."))


def _there_already(currency: str, period: str) -> ValidationError:
    span = _("each month") if period == BudgetPeriod.MONTH else _("all time")
    return ValidationError(
        _("There is a budget in %(currency)s for %(span)s here already. Change that one instead.")
        % {"currency": currency, "span": span}
    )


def _words(budget: Budget) -> str:
    sentence = english("%(sum)s in all, warning at %(percent)s %%")
    if budget.period == BudgetPeriod.MONTH:
        sentence = english("%(sum)s a month, warning at %(percent)s %%")
    return sentence % {"sum": money(budget.amount, budget.currency), "percent": budget.warn_percent}


def _note(actor: Actor, act: str, budget: Budget, detail: str) -> None:
    audit.record(actor=actor, act=act, subject=subject_of(budget), detail=detail)
