"""What is known of prices in credits: two published examples before sending, the gateway's own figure afterwards.

No table, no value of a credit in money and no rule between the two examples is published, so nothing is reckoned."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from studio.choices import Operation
from studio.providers.answers import NO_USAGE, Usage
from studio.providers.estimates import Estimate
from studio.providers.requests import RenderRequest

CREDITS = "credits"
# The pages bear no date, so this is the day on which they were read.
DATED = date(2026, 11, 21)
SOURCE = "Examples of Seedance 2.0 Open API, Text to video page and Image to video page"

# By model, resolution, seconds and operation.
EXAMPLES = {
    ("seedance-2.0", "720p", 5, Operation.TEXT_TO_VIDEO): Decimal(40),
    ("seedance-2.0", "720p", 5, Operation.IMAGE_TO_VIDEO): Decimal(64),
}


def currency_of(base_url: str, route: str) -> str:
    return CREDITS


def estimate(request: RenderRequest) -> Estimate:
    """An amount for exactly what the pages show, and an honest “unknown” for everything else."""
    found = EXAMPLES.get((request.model, request.resolution, request.duration, request.operation))
    if found is None:
        reason = "Price unknown until the gateway accepts: it publishes none for this, and says then what it takes."
        return _sum(None, reason)
    return _sum(found, "The gateway's own example of exactly this; it says on accepting what it really takes.")


def settle(request: RenderRequest, seconds: Decimal, width: int, height: int, usage: Usage = NO_USAGE) -> Estimate:
    """Nothing is concluded from the file: only the gateway knows how many credits it took."""
    if usage.charged is None:
        return _sum(None, "Price unknown. The gateway did not say how many credits it took.")
    return _sum(usage.charged, f"{usage.charged.normalize():f} credits, as the gateway said itself.")


def _sum(amount: Decimal | None, basis: str) -> Estimate:
    return Estimate(amount, CREDITS, basis, SOURCE, DATED)
