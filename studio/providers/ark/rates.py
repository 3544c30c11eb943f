"""What a million tokens cost at Ark: a list in dollars (BytePlus) and one in yuan (Volcengine), with their sources."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from studio.lib.english import english
from studio.providers.ark.catalog import SLUG
from studio.providers.upstream.lists import PriceList, Rate

_SMALL = ("480p", "720p")

CHINA = "Ark billing page (Volcengine): CNY per million tokens"
CHINA_DATED = date(2026, 7, 25)
ABROAD = "BytePlus rates as a public client of theirs lists them (byteplus-seedance-2-studio): USD per million tokens"
ABROAD_DATED = date(2026, 5, 19)
# Undated, but not older than the model itself.
MINI_ABROAD = "Listings of two resellers: USD per million tokens, without a video only"
MINI_ABROAD_DATED = date(2026, 6, 15)


def _yuan(model: str, resolutions: tuple[str, ...], without_video: int, with_video: int) -> Rate:
    return Rate(f"doubao-{model}", resolutions, Decimal(without_video), Decimal(with_video), CHINA, CHINA_DATED)


def _dollars(model: str, resolutions: tuple[str, ...], without_video: str, with_video: str) -> Rate:
    return Rate(f"dreamina-{model}", resolutions, Decimal(without_video), Decimal(with_video), ABROAD, ABROAD_DATED)


VOLCENGINE = PriceList(
    provider=SLUG,
    currency="CNY",
    sign="¥",
    places=2,
    basis=english("official CNY list"),
    rates=(
        _yuan("seedance-2-0-260128", _SMALL, 46, 28),
        _yuan("seedance-2-0-260128", ("1080p",), 51, 31),
        _yuan("seedance-2-0-260128", ("4k",), 26, 16),
        _yuan("seedance-2-0-fast-260128", _SMALL, 37, 22),
        _yuan("seedance-2-0-mini-260615", _SMALL, 23, 14),
    ),
)

# No dollar price of 4k is published, nor one of Mini with a video.
BYTEPLUS = PriceList(
    provider=SLUG,
    currency="USD",
    sign="$",
    places=2,
    basis=english("BytePlus USD list"),
    rates=(
        _dollars("seedance-2-0-260128", _SMALL, "7.0", "4.3"),
        _dollars("seedance-2-0-260128", ("1080p",), "7.7", "4.7"),
        _dollars("seedance-2-0-fast-260128", _SMALL, "5.6", "3.3"),
        Rate("dreamina-seedance-2-0-mini-260615", _SMALL, Decimal("3.5"), None, MINI_ABROAD, MINI_ABROAD_DATED),
    ),
)


def list_for(model: str) -> PriceList:
    """By the region that the model's id belongs to."""
    return VOLCENGINE if model.startswith("doubao-") else BYTEPLUS
