"""The numbers behind TokenLab's prices: token rates and the exchange rate, with source and date."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from studio.providers.upstream.tokens import PriceList, Rate

CNY_PER_USD = Decimal("6.8")
# The newest dated snapshot of TokenLab's pages that these rates were compared with.
DATED = date(2026, 7, 25)
SOURCE = "Official CNY list price ÷ 6.8 (TokenLab, Seedance 2.0 page; list: Ark billing page)"


def _rate(model: str, resolutions: tuple[str, ...], cny_without_video: int, cny_with_video: int) -> Rate:
    without_video, with_video = Decimal(cny_without_video) / CNY_PER_USD, Decimal(cny_with_video) / CNY_PER_USD
    return Rate(model, resolutions, without_video, with_video, SOURCE, DATED)


PRICES = PriceList(
    currency="USD",
    sign="$",
    places=4,
    basis="official CNY price ÷ 6.8",
    rates=(
        _rate("seedance-2.0", ("480p", "720p"), 46, 28),
        _rate("seedance-2.0", ("1080p",), 51, 31),
        _rate("seedance-2.0", ("4k",), 26, 16),
        _rate("seedance-2.0-fast", ("480p", "720p"), 37, 22),
        _rate("seedance-2.0-mini", ("480p", "720p"), 23, 14),
    ),
)


def rate_for(model: str, resolution: str) -> Rate | None:
    return PRICES.rate_for(model, resolution)


def highest_rate(model: str) -> Decimal:
    """The most that a million tokens of a model cost by this list."""
    found = [rate.without_video for rate in PRICES.rates if rate.model == model and rate.without_video is not None]
    return max(found)
