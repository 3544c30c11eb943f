"""One take with everything that belongs to it: row, inputs, event, reserved money and the hint to send it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from studio.choices import Lineage
from studio.lib.clock import now
from studio.models import Project, PromptVersion, ProviderKey, Render, RenderEvent, RenderInput, User
from studio.providers.problem import Problem
from studio.providers.requests import RenderRequest
from studio.services import key_limits, ledger, pricing
from studio.services.queue import enqueue

KEY_IS_GONE = "The key for this is paused or gone. Choose another gateway, or ask an admin."


@dataclass(frozen=True)
class Origin:
    """Where a render comes from: the prompt version and the take it continues, if any."""

    prompt_version: PromptVersion | None = None
    parent: Render | None = None
    lineage: Lineage | str = ""
    source_take: Render | None = None


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


def closed_now(*, order: Order, takes: int) -> list[Problem]:
    """Why the key may not be used for `takes` of this after all. Locks it until the transaction ends, so that takes
    asked for at the same moment are counted one after the other."""
    key = key_limits.lock(key_id=order.key.pk)
    if key.paused_at is not None or key.deleted_at is not None:
        return [Problem("key", KEY_IS_GONE)]
    estimate = pricing.quote(order.request)
    amount = None if estimate.amount is None else estimate.amount * takes
    problem = key_limits.cap_problem(key=key, amount=amount, currency=estimate.currency)
    return [problem] if problem else []


def store_render(*, order: Order, take_number: int) -> Render:
    """Call it within a transaction: there is then no moment with the render and without its money and its hint."""
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
        submission=order.submission,
        take_number=take_number,
        prompt_version=origin.prompt_version,
        parent=origin.parent or origin.source_take,
        source_take=origin.source_take,
        lineage=origin.lineage or (Lineage.EXTEND if origin.source_take else ""),
        estimate=estimate.amount,
        currency=estimate.currency,
        estimate_basis=estimate.basis,
        price_row=pricing.row_of(estimate),
        door_reason=order.door_reason[:400],
        fallbacks=list(order.fallbacks),
        enqueued_at=now(),
    )
    _store_inputs(render, request)
    RenderEvent.objects.create(render=render, to_state=render.state, reason="Asked for", actor=order.asked_by)
    ledger.reserve(render=render)
    enqueue("studio.jobs.submit.submit", render.pk)
    return render


def _store_inputs(render: Render, request: RenderRequest) -> None:
    RenderInput.objects.bulk_create(
        RenderInput(render=render, asset_id=file.asset_id or 0, role=file.role, position=position)
        for position, file in enumerate(request.inputs)
    )
