"""One state of the composer, ready to be shown: the request it stands for, what stops it, and what it would cost.

How it is worked out is in `judging`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from studio.lib.english import english
from studio.lib.money import money_left
from studio.models import ComposerDraft, ProviderKey, Render
from studio.providers.availability import Options
from studio.providers.capabilities import Capability
from studio.providers.checks import Problem, takes_problems
from studio.providers.estimates import Estimate
from studio.providers.requests import RenderRequest
from studio.services.budgets import of_project
from studio.services.doors import Door, choose, frozen
from studio.services.limits import Holder, Limit, Stop, tightest, warnings_of
from studio.services.notes import Note
from studio.services.overrides import Helpers
from studio.services.storing import Origin
from studio.services.tray import Slot, TrayItem


@dataclass
class Composition:
    """Everything that the composer's template needs. `capability` is what any of the doors can do."""

    draft: ComposerDraft
    values: dict[str, str]
    capability: Capability | None
    keys: list[ProviderKey]
    # The key that was chosen by hand; None leaves the choice to the studio.
    pinned: ProviderKey | None
    options: Options
    tray: list[TrayItem]
    slots: list[Slot]
    variables: list[tuple[str, str]]
    takes: int
    source_take: Render | None = None
    extendable: Sequence[Render] = ()
    # What the takes of the next press answer, shown beside the prompt.
    note: Note | None = None
    doors: list[Door] = field(default_factory=list)
    door: Door | None = None
    door_reason: str = ""
    # Where it is tried next if the chosen door refuses, in order.
    further: list[Door] = field(default_factory=list)
    # The budgets under which this person renders here, and who may go over what stands against this.
    budgets: list[Limit] = field(default_factory=list)
    helpers: Helpers | None = None
    override_reason: str = ""
    # Those of the problems that an override would pass.
    stopped: list[Problem] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    origin: Origin = field(default_factory=Origin)

    @property
    def key(self) -> ProviderKey | None:
        """The key that a press would use."""
        return self.door.key if self.door else None

    @property
    def request(self) -> RenderRequest | None:
        """What a press would ask for."""
        return self.door.request if self.door else None

    @property
    def estimate(self) -> Estimate | None:
        """The price of one take, and what it rests on."""
        return self.door.estimate if self.door else None

    @property
    def cheapest(self) -> Door | None:
        """The door that the studio would choose by itself."""
        found, reason = choose(self.doors)
        return found if reason else None

    @property
    def unused(self) -> list[TrayItem]:
        """References in the tray that the chosen operation does not take."""
        return [item for item in self.tray if item.role is None]

    @property
    def total(self) -> Decimal | None:
        """The price of all takes together, where one can be given."""
        if self.estimate is None or self.estimate.amount is None or takes_problems(self.takes):
            return None
        return self.estimate.amount * self.takes

    @property
    def stops(self) -> Sequence[Stop]:
        """The limits that this goes over; none while the key is of no use for another reason."""
        return () if self.door is None or self.door.closed else self.door.stops

    @property
    def may_override(self) -> bool:
        """Whether this person may go over all that stands against it."""
        return self.helpers is not None and self.helpers.may_pass(self.draft.user_id, self.stops)

    @property
    def is_stopped(self) -> bool:
        """Whether a limit keeps this person from rendering, whatever else is right or wrong."""
        return bool(self.stops) and not self.may_override

    @property
    def shut_problems(self) -> list[Problem]:
        """The problems that no override passes."""
        return [problem for problem in self.problems if problem not in self.stopped]

    @property
    def budget_warnings(self) -> list[str]:
        """What to say of limits that this nearly uses up."""
        if self.door is None or self.estimate is None or self.stops:
            return []
        return warnings_of(limits=self.door.limits, amount=self.total, currency=self.estimate.currency)

    @property
    def tightest(self) -> Limit | None:
        """The limit of which least is left, of those in which this is paid."""
        if self.door is None or self.estimate is None:
            return None
        return tightest(limits=self.door.limits, currency=self.estimate.currency)

    @property
    def left_words(self) -> str:
        """What this press leaves: “$5.38 of your budget left after this”. Where it goes over, the stop says so."""
        limit = self.tightest
        if limit is None or self.total is None or limit.over(self.total) > 0:
            return ""
        return english(
            "%(sum)s of %(limit)s left after this",
            sum=money_left(-limit.over(self.total), limit.currency),
            limit=limit.name,
        )

    @property
    def only_caps_stop(self) -> bool:
        """Whether what is gone over are caps of keys, and no budget."""
        return all(stop.holder == Holder.KEY for stop in self.stops)

    @property
    def project_budgets(self) -> list[Limit]:
        """Those that the bar of the project shows."""
        return of_project(self.budgets)

    @property
    def shown(self) -> str:
        """A digest of what a press would pay for, but for the words: a page that shows another one is out of date."""
        paid_for = {
            "references": [(item.asset.pk, item.role) for item in self.tray if item.role is not None],
            "key": self.key.pk if self.key else None,
            "price": [str(self.total), self.estimate.currency if self.estimate else ""],
            "further": frozen(self.further),
            "takes": self.takes,
            "model": self.values.get("model", ""),
            "operation": self.values["operation"],
        }
        return hashlib.sha256(json.dumps(paid_for).encode()).hexdigest()

    @property
    def problem_of(self) -> dict[str, str]:
        """The problems by field, for showing each beside what it is about."""
        return _by_field(self.problems)

    @property
    def warning_of(self) -> dict[str, str]:
        """The warnings by field."""
        return _by_field(self.warnings)

    @property
    def can_be_done(self) -> bool:
        """Whether a gateway was found that can do exactly this."""
        return self.door is not None and self.door.is_open

    @property
    def gateway_words(self) -> str:
        """What the chip says of the gateway before its price."""
        if self.door is None:
            return english("Choose a gateway")
        if self.pinned is not None:
            return self.door.gateway
        if not self.can_be_done and len(self.doors) > 1:
            return english("None can do this")
        return (
            english("Cheapest: %(gateway)s", gateway=self.door.gateway) if self.compares_prices else self.door.gateway
        )

    @property
    def compares_prices(self) -> bool:
        """Whether another gateway could do this at a price in the same currency, so that one is the cheapest."""
        prices = [door.estimate for door in self.doors if door.is_open and door.estimate and door.amount is not None]
        chosen = self.cheapest.estimate if self.cheapest else None
        return chosen is not None and sum(price.currency == chosen.currency for price in prices) > 1


def _by_field(problems: Sequence[Problem]) -> dict[str, str]:
    by_field: dict[str, str] = {}
    for problem in problems:
        by_field[problem.field] = f"{by_field.get(problem.field, '')} {problem.message}".strip()
    return by_field


def number(text: str | None, otherwise: int | None = None) -> int | None:
    """The whole number that was typed, or `otherwise`; one that no column or sum could hold is none."""
    typed = str(text).strip()
    try:
        return int(typed) if len(typed) < 19 else otherwise
    except ValueError:
        return otherwise
