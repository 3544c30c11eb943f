"""The one way to ask what a render would cost: by the gateway's price list, unless quoting has been stopped there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields, replace

from studio.lib.english import english
from studio.models import PriceRow, PriceStop
from studio.providers import registry
from studio.providers.estimates import Estimate, PriceFacts
from studio.providers.problem import Problem
from studio.providers.requests import RenderRequest
from studio.services.key_rows import gateway_name

Stops = Mapping[tuple[str, str], PriceStop]
STOPPED = english(
    "Price not quoted: the last %(bills)s bills of %(gateway)s for this model were %(gap)s above what "
    "was estimated. Choose another gateway, or ask an admin, who can let it be quoted again."
)


def open_stops() -> Stops:
    """Where quoting has been stopped, by gateway and model; one query, for a page that asks for many prices."""
    return {(stop.provider, stop.model): stop for stop in PriceStop.objects.filter(lifted_at=None)}


def quote(request: RenderRequest, *, stops: Stops | None = None) -> Estimate:
    """The price before sending, with what it rests on; none, and `is_stopped`, where quoting has been stopped.

    `stops` spares the query to whoever has read them."""
    estimate = registry.get(request.provider).estimate(request)
    stop = _stop(request, stops)
    if stop is None:
        return estimate
    return replace(estimate, amount=None, basis=why_stopped(stop), tokens=None, row=None, is_stopped=True)


def stop_problem(request: RenderRequest, *, stops: Stops | None = None) -> Problem | None:
    """Why this may not be rendered while its price cannot be relied on, or None."""
    stop = _stop(request, stops)
    return Problem("key", why_stopped(stop)) if stop else None


def why_stopped(stop: PriceStop) -> str:
    """The same in words for whoever wanted to render."""
    return STOPPED % {
        "bills": stop.bills,
        "gateway": gateway_name(stop.provider),
        "gap": f"{stop.gap_percent:.0f} %",
    }


def row_of(*, estimate: Estimate) -> PriceRow | None:
    """The stored row that `estimate` was worked out with; None where it rests on none.

    Looked up each time: a row that was remembered could be of a transaction that was given up, or of another database.
    """
    if estimate.row is None:
        return None
    row, _ = PriceRow.objects.get_or_create(**asdict(estimate.row))
    return row


def facts_of(row: PriceRow | None) -> PriceFacts | None:
    """A stored row as the gateways' price lists know it."""
    return None if row is None else PriceFacts(**{field.name: getattr(row, field.name) for field in fields(PriceFacts)})


def _stop(request: RenderRequest, stops: Stops | None) -> PriceStop | None:
    if stops is not None:
        return stops.get((request.provider, request.model))
    return PriceStop.objects.filter(provider=request.provider, model=request.model, lifted_at=None).first()
