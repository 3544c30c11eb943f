"""What a render costs at TokenLab: upstream's tokens at TokenLab's own rates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from studio.providers.answers import NO_USAGE, Usage
from studio.providers.estimates import Estimate, PriceFacts
from studio.providers.requests import RenderRequest
from studio.providers.tokenlab.rates import PRICES
from studio.providers.upstream import tokens


def estimate(request: RenderRequest, day: date | None = None) -> Estimate:
    return tokens.estimate(PRICES, request, day)


def settle(
    request: RenderRequest,
    seconds: Decimal,
    width: int,
    height: int,
    usage: Usage = NO_USAGE,
    quoted: PriceFacts | None = None,
) -> Estimate:
    return tokens.settle(PRICES, request, seconds, width, height, usage, quoted)
