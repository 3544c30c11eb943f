"""Limits on spending: a budget or a key's cap with what is used of it, and what they say to a price. Only reckoning."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext as _

from studio.choices import BudgetPeriod
from studio.lib.english import english
from studio.lib.money import booked_money, money, money_left, money_missing
from studio.models import Budget, ProviderKey
from studio.providers.problem import Problem
from studio.providers.wording import listed
from studio.services.said import said

CURRENCY_WORDS = {"USD": "dollars", "CNY": "yuan"}
# A cap has no percentage of its own.
CAP_WARN_PERCENT = 80
NEXT_MONTH = english("wait for the next month")


class Holder(StrEnum):
    """Whose limit it is; the order is that in which limits are told."""

    PROJECT = "project"
    PERSON = "person"
    STUDIO = "studio"
    KEY = "key"


@dataclass(frozen=True)
class Limit:
    """So much may be spent in a period, and so much of it is spent or held. `subject` is as the audit list names it."""

    holder: Holder
    subject: str
    currency: str
    amount: Decimal
    spent: Decimal
    period: str = BudgetPeriod.MONTH
    warn_percent: int = CAP_WARN_PERCENT
    budget: Budget | None = None
    key: ProviderKey | None = None

    @property
    def name(self) -> str:
        """The limit as whoever spends knows it."""
        return {
            Holder.PROJECT: english("the project’s budget"),
            Holder.PERSON: english("your budget"),
            Holder.STUDIO: english("the studio’s budget"),
            Holder.KEY: english("the cap of the key “%(key)s”", key=self.key.label if self.key else ""),
        }[self.holder]

    @property
    def record_name(self) -> str:
        """The same as it is written down, where “your” would be anybody's."""
        return english("the budget of %(person)s", person=self.subject) if self.holder == Holder.PERSON else self.name

    @property
    def sum_words(self) -> str:
        """How much it is: “$10.00 a month”."""
        form = english("%(sum)s a month") if self.period == BudgetPeriod.MONTH else english("%(sum)s in all")
        return form % {"sum": money(self.amount, self.currency)}

    @property
    def period_words(self) -> str:
        """When that counts: “this month” or “in all”."""
        return english("this month") if self.period == BudgetPeriod.MONTH else english("in all")

    @property
    def used_words(self) -> str:
        """What is used: “$4.20 of $10.00 used this month”."""
        return english(
            "%(used)s of %(whole)s used %(period)s",
            used=booked_money(self.spent, self.currency),
            whole=money(self.amount, self.currency),
            period=self.period_words,
        )

    @property
    def left(self) -> Decimal:
        """What may still be spent."""
        return max(self.amount - self.spent, Decimal(0))

    @property
    def left_words(self) -> str:
        """The same, never rounded up."""
        return money_left(self.left, self.currency)

    @property
    def is_near(self) -> bool:
        """Whether so much is used that people are warned."""
        return self.is_near_with(Decimal(0))

    @property
    def is_used_up(self) -> bool:
        """Whether nothing is left."""
        return self.left == 0

    @property
    def meter_value(self) -> str:
        """What is used, for the `progress` element, which knows no more than all."""
        return format(min(self.spent, self.amount), "f")

    @property
    def meter_max(self) -> str:
        """The whole; a limit of nothing is full from the first."""
        return format(self.amount or Decimal(1), "f")

    def is_near_with(self, amount: Decimal) -> bool:
        """Whether people are warned when `amount` more is spent."""
        return (self.spent + amount) * 100 >= self.amount * self.warn_percent

    def over(self, amount: Decimal) -> Decimal:
        """By how much `amount` more goes over it; nothing or less when it fits."""
        return self.spent + amount - self.amount


@dataclass(frozen=True)
class Stop:
    """A limit that stands against a price, which somebody may override: what happened, and what helps.

    `over` is None where nobody can say by how much; `remedy` is what whoever may lift it could do for good."""

    limit: Limit
    said: str
    choices: tuple[str, ...]
    remedy: str
    over: Decimal | None = None

    @property
    def holder(self) -> Holder:
        """Whose limit it is."""
        return self.limit.holder

    @property
    def field(self) -> str:
        """Where the composer shows it."""
        return "key" if self.holder == Holder.KEY else "budget"

    @property
    def over_words(self) -> str:
        """By how much it is gone over, for the record."""
        return (
            english("by %(sum)s", sum=money(self.over, self.limit.currency))
            if self.over is not None
            else english("by a sum not known")
        )

    def problem(self, help_words: str = english("ask an admin")) -> Problem:
        """The stop in words, with whom to turn to."""
        advice = ", ".join(map(said, self.choices))
        words = _("%(said)s %(choices)s, or %(help)s.") % {
            "said": said(self.said),
            "choices": f"{advice[:1].upper()}{advice[1:]}",
            "help": said(help_words),
        }
        return Problem(self.field, words)


def stops_of(*, limits: Sequence[Limit], amount: Decimal | None, currency: str) -> list[Stop]:
    """Why `amount` more may not be spent under `limits`: too little is left, or it cannot be weighed against them.

    Of each holder with limits, at least one has to be in the currency asked for."""
    found: list[Stop] = []
    for holder in Holder:
        mine = [limit for limit in limits if limit.holder == holder]
        comparable = [limit for limit in mine if limit.currency == currency]
        if mine and amount is None:
            found.append(_unknown((comparable or mine)[0]))
        elif mine and not comparable:
            found.append(_other_currency(mine, currency))
        elif amount is not None:
            found += [_too_much(limit, amount) for limit in comparable if limit.over(amount) > 0]
    return found


def warnings_of(*, limits: Iterable[Limit], amount: Decimal | None, currency: str) -> list[str]:
    """What to say of limits that `amount` more fits into, but nearly uses up."""
    if amount is None:
        return []
    near = [each for each in limits if each.currency == currency and each.is_near_with(amount)]
    return [_near(each, amount) for each in near if each.over(amount) <= 0]


def tightest(*, limits: Iterable[Limit], currency: str) -> Limit | None:
    """The limit of which least is left; sums of another currency are not compared."""
    return min((each for each in limits if each.currency == currency), key=lambda each: each.left, default=None)


def _near(limit: Limit, amount: Decimal) -> str:
    used, whole = money(limit.spent + amount, limit.currency), money(limit.amount, limit.currency)
    return english(
        "With this, %(used)s of %(whole)s of %(limit)s %(period)s are used.",
        used=used,
        whole=whole,
        limit=limit.name,
        period=limit.period_words,
    )


def _too_much(limit: Limit, amount: Decimal) -> Stop:
    over = limit.over(amount)
    # Of a key it is not said by how much.
    beside = (limit.left, amount) if limit.holder == Holder.KEY else (limit.left, amount, over)
    left = (
        english("%(sum)s are left", sum=money_left(limit.left, limit.currency, beside))
        if limit.left
        else english("nothing is left")
    )
    needs = english("this needs %(sum)s", sum=money(amount, limit.currency, beside))
    by = (
        money_missing(amount, limit.left, limit.currency, beside) if limit.left else money(over, limit.currency, beside)
    )
    said = english(
        "This goes over %(limit)s of %(sum)s by %(by)s: %(left)s, and %(needs)s.",
        limit=limit.name,
        sum=limit.sum_words,
        by=by,
        left=left,
        needs=needs,
    )
    if limit.holder == Holder.KEY:
        said = english(
            "This key is limited to %(sum)s; %(left)s, and %(needs)s.",
            sum=limit.sum_words,
            left=left,
            needs=needs,
        )
    choices = [english("choose another gateway")] if limit.holder == Holder.KEY else [english("render less")]
    if limit.period == BudgetPeriod.MONTH:
        choices.append(NEXT_MONTH)
    return Stop(limit, said, tuple(choices), english("raise it"), over)


def _unknown(limit: Limit) -> Stop:
    said = english(
        "Nobody can say beforehand what this costs, so it cannot be weighed against %(limit)s.", limit=limit.name
    )
    if limit.holder == Holder.KEY:
        said = english("This key is limited to %(sum)s, and its price is not known beforehand.", sum=limit.sum_words)
    return Stop(limit, said, (english("choose another gateway"),), "")


def _other_currency(limits: Sequence[Limit], currency: str) -> Stop:
    limit = limits[0]
    kept = listed(dict.fromkeys(currency_words(each.currency) for each in limits))
    paid = currency_words(currency)
    if limit.holder == Holder.KEY:
        said = english("This key is limited to %(sum)s, and its price is in %(paid)s.", sum=limit.sum_words, paid=paid)
        return Stop(limit, said, (english("choose another gateway"),), "")
    name = f"{limit.name[:1].upper()}{limit.name[1:]}"
    said = english(
        "%(name)s is in %(kept)s, and this is paid in %(paid)s: the two cannot be compared.",
        name=name,
        kept=kept,
        paid=paid,
    )
    return Stop(
        limit,
        said,
        (english("choose a gateway that is paid in %(kept)s", kept=kept),),
        english("set a budget in %(paid)s", paid=paid),
    )


def currency_words(currency: str) -> str:
    """A currency as people call it."""
    return CURRENCY_WORDS.get(currency, currency)
