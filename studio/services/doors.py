"""The doors to one model: every key that may be used for it, what it would cost there, and why it cannot be done.

Nothing is written here, and no gateway is asked. Sums of different currencies are never compared as numbers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from studio.lib.english import english
from studio.models import Project, ProviderKey, Render
from studio.providers import registry
from studio.providers.capabilities import Capability
from studio.providers.checks import Problem, warnings
from studio.providers.estimates import Estimate
from studio.providers.requests import RenderRequest
from studio.services import key_limits, pricing
from studio.services.limits import Holder, Limit, Stop, stops_of
from studio.services.requests import find_problems, offered_with

BY_HAND = english("Chosen by hand.")
WITHIN_BUDGET = english("The first that the budgets have room for.")
CURRENCY_ORDER = ("USD", "CNY")
# A request that is wrong in one of these has no price.
_PRICED_BY = {"model", "operation", "resolution", "duration"}


@dataclass(frozen=True)
class Offer:
    """One model as one key offers it."""

    key: ProviderKey
    capability: Capability


@dataclass(frozen=True)
class Known:
    """What is the same for every request: where prices are stopped, and the caps of keys with what is used of each."""

    stops: pricing.Stops
    caps: Mapping[int, Limit]


@dataclass(frozen=True)
class Door:
    """One key for one request. `problems` are the request's, `closed` the key's own: paused, or its price is stopped.

    `limits` bind what is spent here, and `stops` are those that this goes over, which somebody may override.
    `hindrances` stop this door and not all of them alike: an empty prompt rules out no gateway in particular.
    `stand_ins` come after it in a list of next doors: further keys of gateways that were asked before."""

    key: ProviderKey
    capability: Capability
    request: RenderRequest
    problems: tuple[Problem, ...]
    closed: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    estimate: Estimate | None
    limits: tuple[Limit, ...] = ()
    stops: tuple[Stop, ...] = ()
    hindrances: tuple[Problem, ...] = ()
    stand_ins: tuple[Door, ...] = ()

    @property
    def gateway(self) -> str:
        """The gateway's name."""
        return registry.get(self.key.provider).name

    @property
    def is_open(self) -> bool:
        """Whether it can do exactly this, as far as the gateway matters."""
        return not self.hindrances

    @property
    def is_shut(self) -> bool:
        """Whether the key itself is of no use, whatever is asked for."""
        return bool(self.closed) or any(stop.holder == Holder.KEY for stop in self.stops)

    @property
    def is_within(self) -> bool:
        """Whether no budget stands against it; budgets are not the gateway's, so they do not shut its door."""
        return all(stop.holder == Holder.KEY for stop in self.stops)

    @property
    def why_not(self) -> str:
        """The first thing that stops it, in words."""
        found = (*self.hindrances, *(stop.problem() for stop in self.stops))
        return found[0].message if found else ""

    @property
    def amount(self) -> Decimal | None:
        """The price of one take, where one can be given."""
        return self.estimate.amount if self.estimate else None

    @property
    def rank(self) -> tuple[bool, int, str, Decimal, int]:
        """Known prices first; then by currency, by amount, and by age."""
        currency = self.estimate.currency if self.estimate else ""
        place = CURRENCY_ORDER.index(currency) if currency in CURRENCY_ORDER else len(CURRENCY_ORDER)
        return self.amount is None, place, currency, self.amount or Decimal(0), self.key.pk


def keys_of(project: Project) -> list[ProviderKey]:
    """Every key that the project may use, the paused ones too, oldest first and without secrets."""
    keys = ProviderKey.objects.present().for_project(project).defer("secret", "management_secret")
    return [key for key in keys if key.provider in registry.PROVIDERS]


def offers_of(keys: Sequence[ProviderKey]) -> list[Offer]:
    """What each key offers, model by model in the catalogue's order; a model once per key."""
    found: dict[tuple[int, str], Offer] = {}
    for key in keys:
        for record in registry.get(key.provider).capabilities:
            capability = offered_with(key=key, record=record)
            if capability is not None:
                found.setdefault((key.pk, capability.studio_model), Offer(key, capability))
    order = list(registry.studio_models())
    return sorted(found.values(), key=lambda offer: (order.index(offer.capability.studio_model), offer.key.pk))


def known_of(keys: Sequence[ProviderKey]) -> Known:
    """What is read of all these keys together."""
    capped = {key.pk: key for key in keys if key.monthly_cap is not None}
    spent = key_limits.spent_by_key(keys=list(capped.values())) if capped else {}
    caps = {pk: key_limits.limit_of(key=key, spent=spent[pk]) for pk, key in capped.items()}
    return Known(pricing.open_stops(), caps)


def doors(
    *,
    offers: Sequence[Offer],
    request: RenderRequest,
    source_take: Render | None = None,
    takes: int = 1,
    budgets: Sequence[Limit] = (),
    known: Known | None = None,
) -> list[Door]:
    """A door for each offer, the open ones first, then those within the `budgets`, and in order of price.

    `request` is made out to each gateway and model in turn. `known` spares the queries to whoever asks many times."""
    known = known or known_of([offer.key for offer in offers])
    made = [_door(offer, request, source_take, known.stops) for offer in offers]
    made = [_with_limit(each, takes, (*budgets, *filter(None, [known.caps.get(each.key.pk)]))) for each in made]
    common = _common(made)
    judged = [replace(door, hindrances=(*_own(door), *_except(door.problems, common))) for door in made]
    return sorted(judged, key=lambda door: (not door.is_open, not door.is_within, door.rank))


def _door(offer: Offer, request: RenderRequest, source_take: Render | None, stops: pricing.Stops) -> Door:
    key, capability = offer.key, offer.capability
    own = replace(request, provider=capability.provider, model=capability.model)
    problems = find_problems(capability=capability, request=own, key=key, source_take=source_take)
    has_price = not _PRICED_BY & {problem.field for problem in problems}
    stopped = pricing.stop_problem(own, stops=stops)
    return Door(
        key=key,
        capability=capability,
        request=own,
        problems=tuple(problems),
        closed=(*((_paused(key),) if key.paused_at is not None else ()), *((stopped,) if stopped else ())),
        warnings=tuple(warnings(capability, own)),
        estimate=pricing.quote(own, stops=stops) if has_price else None,
    )


def _paused(key: ProviderKey) -> Problem:
    if key.paused_by_studio:
        return Problem(
            "key",
            english(
                "The gateway refused the key “%(key)s”: it is paused until an admin has seen to it.", key=key.label
            ),
        )
    return Problem(
        "key", english("The key “%(key)s” is paused. Choose another gateway, or ask an admin.", key=key.label)
    )


def _with_limit(door: Door, takes: int, limits: tuple[Limit, ...]) -> Door:
    if door.estimate is None:
        return door
    amount = None if door.amount is None else door.amount * max(takes, 1)
    stops = stops_of(limits=limits, amount=amount, currency=door.estimate.currency)
    return replace(door, limits=limits, stops=tuple(stops))


def _own(door: Door) -> list[Problem]:
    """What stands against the key itself."""
    return [*door.closed, *(stop.problem() for stop in door.stops if stop.holder == Holder.KEY)]


def _common(made: Sequence[Door]) -> Collection[Problem]:
    """What every door says of the request, so that it is the request's fault and no gateway's.

    A door that has no such operation at all says nothing of the rest."""
    running = [door for door in made if door.key.paused_at is None] or made
    offering = [door for door in running if not any(problem.field == "operation" for problem in door.problems)]
    return set.intersection(*({*door.problems} for door in offering or running)) if running else set()


def _except(problems: Sequence[Problem], common: Collection[Problem]) -> list[Problem]:
    return [problem for problem in problems if problem not in common]


def choose(ranked: Sequence[Door], pinned: ProviderKey | None = None) -> tuple[Door | None, str]:
    """The door to use and why, in words for the take; the reason is empty when no door can do it.

    Then the nearest one is given, for what to mend. A pinned key has no stand-in."""
    if pinned is not None:
        return next((door for door in ranked if door.key.pk == pinned.pk), None), BY_HAND
    able = [door for door in ranked if door.is_open]
    if able:
        chosen = next((door for door in able if door.is_within), able[0])
        is_first = chosen is min(able, key=lambda door: door.rank)
        return chosen, _reason(able, len(ranked)) if is_first else WITHIN_BUDGET
    nearest = sorted(ranked, key=lambda door: (door.is_shut, len(door.hindrances)))
    return next(iter(nearest), None), ""


def _reason(able: Sequence[Door], asked: int) -> str:
    if len(able) == 1:
        return (
            english("The only key for this model here.")
            if asked == 1
            else english("The only one of %(asked)s that can do this.", asked=asked)
        )
    chosen = able[0]
    if chosen.estimate is None or chosen.amount is None:
        return english(
            "The first of %(number)s that can do this; none of them names a price in advance.", number=len(able)
        )
    rivals = [door for door in able if door.estimate and door.amount is not None]
    same = [door for door in rivals if door.estimate and door.estimate.currency == chosen.estimate.currency]
    if len(same) == len(able):
        return english("Cheapest of %(number)s that can do this.", number=len(able))
    apart = len(able) - len(same)
    values = {"number": len(same), "currency": chosen.estimate.currency, "others": apart}
    if len(same) == 1 and apart == 1:
        return english("The only one with a price in %(currency)s; the other one has none that compares.") % values
    if len(same) == 1:
        return english("The only one with a price in %(currency)s; %(others)s others have none that compares.") % values
    if apart == 1:
        words = english("Cheapest of %(number)s with a price in %(currency)s; the other one has none that compares.")
        return words % values
    words = english("Cheapest of %(number)s with a price in %(currency)s; %(others)s others have none that compares.")
    return words % values


def next_doors(ranked: Sequence[Door], chosen: Door) -> list[Door]:
    """The doors that may be tried after a refusal, in order: the cheapest key of each other gateway.

    One that names no price is not among them. Their gateways' other keys only help where an account is empty: they
    stand in after the last one, and never cost more than what is shown of their gateway."""
    able = [door for door in ranked if door.is_open and door.is_within and door.amount is not None]
    able = [door for door in able if door.key.pk != chosen.key.pk]
    shown = {chosen.key.provider: chosen}
    further = [door for door in able if shown.setdefault(door.key.provider, door) is door]
    stand_ins = [door for door in able if door not in further and _costs_no_more(door, shown[door.key.provider])]
    return [*further[:-1], replace(further[-1], stand_ins=tuple(stand_ins))] if further else []


def _costs_no_more(door: Door, shown: Door) -> bool:
    if door.estimate is None or shown.estimate is None or door.amount is None or shown.amount is None:
        return False
    return door.estimate.currency == shown.estimate.currency and door.amount <= shown.amount


def frozen(further: Sequence[Door]) -> list[dict[str, Any]]:
    """These doors and their stand-ins as they are kept on the render: each key with the most that it may cost."""
    every = [door for first in further for door in (first, *first.stand_ins)]
    return [
        {"key": door.key.pk, "estimate": format(door.estimate.amount or 0, "f"), "currency": door.estimate.currency}
        for door in every
        if door.estimate
    ]
