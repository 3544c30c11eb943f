"""The numbers behind TokenLab's prices: token rates and the exchange rate, with source and date."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from studio.lib.english import english
from studio.providers.estimates import today
from studio.providers.tokenlab.catalog import SLUG
from studio.providers.upstream.lists import PriceList, Rate

CNY_PER_USD = Decimal("6.8")
# The newest dated snapshot of TokenLab's pages that these rates were compared with.
DATED = date(2026, 7, 25)
SOURCE = "Official CNY list price ÷ 6.8 (TokenLab, Seedance 2.0 page; list: Ark billing page)"


def _rate(model: str, resolutions: tuple[str, ...], cny_without_video: int, cny_with_video: int) -> Rate:
    without_video, with_video = Decimal(cny_without_video) / CNY_PER_USD, Decimal(cny_with_video) / CNY_PER_USD
    return Rate(model, resolutions, without_video, with_video, SOURCE, DATED)


PRICES = PriceList(
    provider=SLUG,
    currency="USD",
    sign="$",
    places=4,
    basis=english("official CNY price ÷ 6.8"),
    rates=(
        _rate("seedance-2.0", ("480p", "720p"), 46, 28),
        _rate("seedance-2.0", ("1080p",), 51, 31),
        _rate("seedance-2.0", ("4k",), 26, 16),
        _rate("seedance-2.0-fast", ("480p", "720p"), 37, 22),
        _rate("seedance-2.0-mini", ("480p", "720p"), 23, 14),
    ),
)


def rate_for(model: str, resolution: str) -> Rate | None:
    """Today's rate."""
    return PRICES.rate_for(model, resolution, today())


def highest_rate(model: str) -> Decimal:
    """The most that a million tokens of a model cost by this list today."""
    resolutions = {name for rate in PRICES.rates if rate.model == model for name in rate.resolutions}
    rates = [rate.of(with_video=False) for name in resolutions if (rate := rate_for(model, name))]
    return max(rate for rate in rates if rate is not None)
