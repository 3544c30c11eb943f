"""What a render costs at Ark: its tokens at the list of the model's region."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from studio.providers.answers import NO_USAGE, Usage
from studio.providers.ark.rates import list_for
from studio.providers.estimates import Estimate, PriceFacts
from studio.providers.requests import RenderRequest
from studio.providers.upstream import tokens


def estimate(request: RenderRequest, day: date | None = None) -> Estimate:
    return tokens.estimate(list_for(request.model), request, day)


def settle(
    request: RenderRequest,
    seconds: Decimal,
    width: int,
    height: int,
    usage: Usage = NO_USAGE,
    quoted: PriceFacts | None = None,
) -> Estimate:
    return tokens.settle(list_for(request.model), request, seconds, width, height, usage, quoted)
