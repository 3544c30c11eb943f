"""What is known of prices in credits: two published examples before sending, the gateway's own figure afterwards.

No table, no value of a credit in money and no rule between the two examples is published, so nothing is reckoned."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from studio.choices import Operation
from studio.lib.english import english
from studio.providers.answers import NO_USAGE, Usage
from studio.providers.estimates import Estimate, PriceFacts, in_force, today
from studio.providers.requests import RenderRequest
from studio.providers.seedance.catalog import SLUG

CREDITS = "credits"
# The pages bear no date, so this is the day on which they were read.
DATED = date(2026, 11, 21)
SOURCE = "Examples of Seedance 2.0 Open API, Text to video page and Image to video page"


def _row(model: str, resolution: str, condition: str, amount: int, dated: date = DATED) -> PriceFacts:
    return PriceFacts(SLUG, model, resolution, condition, "take", Decimal(amount), CREDITS, SOURCE, dated)


# By seconds and operation. A newer example is added as a further row: from its day on quotes go by it.
EXAMPLES = {
    (5, Operation.TEXT_TO_VIDEO): (_row("seedance-2.0", "720p", english("5 s, from text"), 40),),
    (5, Operation.IMAGE_TO_VIDEO): (_row("seedance-2.0", "720p", english("5 s, from an image"), 64),),
}


def currency_of(base_url: str, route: str) -> str:
    return CREDITS


def estimate(request: RenderRequest, day: date | None = None) -> Estimate:
    """An amount for exactly what the pages show (today, or on `day`), and an honest “unknown” for everything else."""
    examples = EXAMPLES.get((request.duration, request.operation), ())
    same = (row for row in examples if (row.model, row.resolution) == (request.model, request.resolution))
    row = in_force(same, day or today())
    if row is None:
        reason = english(
            "Price unknown until the gateway accepts: it publishes none for this, and says then what it takes."
        )
        return _sum(None, reason)
    basis = english("The gateway's own example of exactly this; it says on accepting what it really takes.")
    return Estimate(row.rate, row.currency, basis, row.source, row.dated, row=row)


def settle(
    request: RenderRequest,
    seconds: Decimal,
    width: int,
    height: int,
    usage: Usage = NO_USAGE,
    quoted: PriceFacts | None = None,
) -> Estimate:
    """Nothing is concluded from the file or a row: only the gateway knows how many credits it took."""
    if usage.charged is None:
        return _sum(None, english("Price unknown. The gateway did not say how many credits it took."))
    return _sum(
        usage.charged,
        english("%(seconds)s credits, as the gateway said itself.", seconds=f"{usage.charged.normalize():f}"),
    )


def _sum(amount: Decimal | None, basis: str) -> Estimate:
    return Estimate(amount, CREDITS, basis, SOURCE, DATED)
