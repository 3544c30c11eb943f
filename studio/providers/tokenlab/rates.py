"""The numbers behind a price: token rates, the exchange rate and pixel sizes, each with source and date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

CNY_PER_USD = Decimal("6.8")
# The newest dated snapshot of TokenLab's pages that these rates were compared with.
DATED = date(2026, 7, 25)
SOURCE = "Official CNY list price ÷ 6.8 (TokenLab, Seedance 2.0 page, seeds 000 and 001; list: Ark billing page)"


@dataclass(frozen=True, slots=True)
class Rate:
    """CNY per million tokens, without and with a video among the inputs."""

    model: str
    resolutions: tuple[str, ...]
    cny_without_video: Decimal
    cny_with_video: Decimal
    source: str = SOURCE
    dated: date = DATED

    def usd(self, *, with_video: bool) -> Decimal:
        return (self.cny_with_video if with_video else self.cny_without_video) / CNY_PER_USD


RATES = (
    Rate("seedance-2.0", ("480p", "720p"), Decimal(46), Decimal(28)),
    Rate("seedance-2.0", ("1080p",), Decimal(51), Decimal(31)),
    Rate("seedance-2.0", ("4k",), Decimal(26), Decimal(16)),
    Rate("seedance-2.0-fast", ("480p", "720p"), Decimal(37), Decimal(22)),
    Rate("seedance-2.0-mini", ("480p", "720p"), Decimal(23), Decimal(14)),
)


def rate_for(model: str, resolution: str) -> Rate | None:
    return next((rate for rate in RATES if rate.model == model and resolution in rate.resolutions), None)
