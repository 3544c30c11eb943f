"""The numbers behind a price: token rates, the exchange rate and pixel sizes, each with source and date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

CNY_PER_USD = Decimal("6.8")
# The newest dated snapshot of TokenLab's pages that these rates were compared with.
DATED = date(2026, 7, 25)
SOURCE = "Official CNY list price ÷ 6.8 (TokenLab, Seedance 2.0 page, seeds 000 and 001; list: Ark billing page)"

FRAMES_PER_SECOND = 24


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

# Measured on upstream's results, not published; 4:3 at 480p is mirrored from 3:4.
PIXELS: dict[str, dict[str, tuple[int, int]]] = {
    "480p": {
        "16:9": (864, 496),
        "9:16": (496, 864),
        "1:1": (640, 640),
        "4:3": (752, 560),
        "3:4": (560, 752),
        "21:9": (992, 432),
    },
    "720p": {
        "16:9": (1280, 720),
        "9:16": (720, 1280),
        "1:1": (960, 960),
        "4:3": (1112, 834),
        "3:4": (834, 1112),
        "21:9": (1470, 630),
    },
    "1080p": {"16:9": (1920, 1080), "9:16": (1080, 1920), "1:1": (1440, 1440)},
    "4k": {"16:9": (3840, 2160)},
}


def rate_for(model: str, resolution: str) -> Rate | None:
    return next((rate for rate in RATES if rate.model == model and resolution in rate.resolutions), None)
