"""One take with everything that belongs to it: row, inputs, event, reserved money and the hint to send it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from studio.choices import Lineage
from studio.lib.clock import now
from studio.lib.english import english
from studio.models import Comment, Project, PromptVersion, ProviderKey, Render, RenderEvent, RenderInput, User
from studio.providers.estimates import Estimate
from studio.providers.problem import Problem
from studio.providers.requests import RenderRequest
from studio.services import budgets, key_limits, ledger, pricing
from studio.services.limits import Limit, Stop, stops_of
from studio.services.queue import enqueue

KEY_IS_GONE = english("The key for this is paused or gone. Choose another gateway, or ask an admin.")


@dataclass(frozen=True)
class Origin:
    """Where a render comes from: the prompt version, the take it continues and the comment it answers, if any."""

    prompt_version: PromptVersion | None = None
    parent: Render | None = None
    lineage: Lineage | str = ""
    source_take: Render | None = None
    answers: Comment | None = None

    @property
    def before(self) -> Render | None:
        """The take that it follows, whichever way."""
        return self.parent or self.source_take

    @property
    def shot_id(self) -> int | None:
        """The first take of the tree that it joins; None for a take that begins one."""
        return None if self.before is None else self.before.shot_id or self.before.pk


@dataclass(frozen=True)
class Order:
    """What is asked for, of whom, and why there; `fallbacks` are the doors that may be tried after a refusal."""

    project: Project
    asked_by: User | None
    key: ProviderKey
    request: RenderRequest
    submission: UUID
    origin: Origin = Origin()
    door_reason: str = ""
    fallbacks: Sequence[dict[str, Any]] = field(default_factory=tuple)


@dataclass(frozen=True)
class Closed:
    """What stands against an order now: `problems` for everybody, `stops` unless somebody overrides them.

    `limits` are those that bind it, as they were before it, and `amount` is what it takes of those in its currency."""

    problems: tuple[Problem, ...] = ()
    stops: tuple[Stop, ...] = ()
    limits: tuple[Limit, ...] = ()
    amount: Decimal | None = None

    def __bool__(self) -> bool:
        return bool(self.problems or self.stops)


def closed_now(*, order: Order, takes: int) -> Closed:
    """Why `takes` of this may not be asked for after all. Every way to a new render leads through here, in the
    transaction that reserves its money.

    Locks the key and the budgets until the transaction ends, in the order that `budgets` names, so that takes asked
    for at the same moment are counted one after the other."""
    return _as_one(closed_together(orders=[order] * takes))


def closed_together(*, orders: Sequence[Order]) -> list[Closed]:
    """The same for a take of each of `orders`, which one person asks for in one project: none of them goes alone.

    One answer for each currency and one for each key with a cap, for sums of different money are never added; or a
    single one, when something stands against the orders themselves."""
    keys = key_limits.lock_all(key_ids={order.key.pk for order in orders})
    if any(key.paused_at is not None or key.deleted_at is not None for key in keys.values()):
        return [Closed((Problem("key", KEY_IS_GONE),))]
    stopped = pricing.open_stops()
    if problem := next(filter(None, (pricing.stop_problem(order.request, stops=stopped) for order in orders)), None):
        return [Closed((problem,))]
    person = orders[0].asked_by
    limits = budgets.locked_limits(project_id=orders[0].project.pk, person_id=person.pk if person else None)
    capped = [key for key in keys.values() if key.monthly_cap is not None]
    # Read after the locks, as what is spent of the budgets is.
    spent = key_limits.spent_by_key(keys=capped) if capped else {}
    caps = {key.pk: key_limits.limit_of(key=key, spent=spent[key.pk]) for key in capped}
    prices = [(order.key.pk, pricing.quote(order.request, stops=stopped)) for order in orders]
    return weigh(prices=prices, budgets=limits, caps=caps)


def weigh(
    *, prices: Sequence[tuple[int, Estimate]], budgets: Sequence[Limit], caps: Mapping[int, Limit]
) -> list[Closed]:
    """What the limits say to takes at these prices, each with the key that it is asked for with; only reckoning."""
    found = []
    for currency in dict.fromkeys(price.currency for _, price in prices):
        found.append(_weighed(budgets, [price for _, price in prices if price.currency == currency], currency))
    for key_id, currency in dict.fromkeys((key_id, price.currency) for key_id, price in prices if key_id in caps):
        mine = [price for each, price in prices if each == key_id and price.currency == currency]
        found.append(_weighed([caps[key_id]], mine, currency))
    return found


def _weighed(limits: Sequence[Limit], prices: Sequence[Estimate], currency: str) -> Closed:
    amounts = [price.amount for price in prices]
    # One price that nobody knows makes the sum one that nobody knows.
    amount = None if None in amounts else sum(filter(None, amounts), Decimal(0))
    same = tuple(each for each in limits if each.currency == currency)
    return Closed(stops=tuple(stops_of(limits=limits, amount=amount, currency=currency)), limits=same, amount=amount)


def _as_one(found: Sequence[Closed]) -> Closed:
    """Of takes with one key at one price."""
    stops = tuple(stop for each in found for stop in each.stops)
    limits = tuple(limit for each in found for limit in each.limits)
    return Closed(found[0].problems, stops, limits, found[0].amount)


def store_render(*, order: Order, take_number: int, held: str = ledger.HOLDS) -> Render:
    """Call it within a transaction: there is then no moment with the render and without its money and its hint.
    There whoever calls it also has the take indexed, all of a press at once.

    `held` is what the ledger says of the money."""
    request, origin = order.request, order.origin
    estimate = pricing.quote(request)
    render = Render.objects.create(
        project=order.project,
        asked_by=order.asked_by,
        key=order.key,
        provider=request.provider,
        model=request.model,
        operation=request.operation,
        spec=request.to_json(),
        aspect_ratio=request.aspect_ratio,
        resolution=request.resolution,
        seconds=request.duration,
        submission=order.submission,
        take_number=take_number,
        prompt_version=origin.prompt_version,
        parent=origin.before,
        shot_id=origin.shot_id,
        answers=origin.answers,
        source_take=origin.source_take,
        lineage=origin.lineage or (Lineage.EXTEND if origin.source_take else ""),
        estimate=estimate.amount,
        currency=estimate.currency,
        estimate_basis=estimate.basis,
        price_row=pricing.row_of(estimate=estimate),
        door_reason=order.door_reason[:400],
        fallbacks=list(order.fallbacks),
        enqueued_at=now(),
    )
    _store_inputs(render, request)
    RenderEvent.objects.create(render=render, to_state=render.state, reason=english("Asked for"), actor=order.asked_by)
    ledger.reserve(render=render, held=held)
    enqueue("studio.jobs.submit.submit", render.pk)
    return render


def _store_inputs(render: Render, request: RenderRequest) -> None:
    RenderInput.objects.bulk_create(
        RenderInput(render=render, asset_id=file.asset_id or 0, role=file.role, position=position)
        for position, file in enumerate(request.inputs)
    )
