"""The one way to ask what a render would cost."""

from __future__ import annotations

from studio.models import PriceRow
from studio.providers import registry
from studio.providers.estimates import Estimate
from studio.providers.requests import RenderRequest


def quote(request: RenderRequest) -> Estimate:
    """The price before sending, with what it rests on."""
    return registry.get(request.provider).estimate(request)


def row_of(estimate: Estimate) -> PriceRow | None:
    """The stored row that `estimate` was worked out with."""
    return None
