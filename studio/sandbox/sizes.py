"""Pixel sizes by resolution and ratio. H.264 with 4:2:0 colour needs even numbers, so every size here is even."""

from __future__ import annotations

import math

RATIOS = ("16:9", "9:16", "1:1", "4:3", "3:4", "21:9")
RESOLUTIONS = ("480p", "720p", "1080p", "4k")

_MEASURED: dict[tuple[str, str], tuple[int, int]] = {
    ("480p", "16:9"): (864, 496),
    ("480p", "9:16"): (496, 864),
    ("480p", "1:1"): (640, 640),
    ("480p", "4:3"): (752, 560),
    ("480p", "3:4"): (560, 752),
    ("480p", "21:9"): (992, 432),
    ("720p", "16:9"): (1280, 720),
    ("720p", "9:16"): (720, 1280),
    ("720p", "1:1"): (960, 960),
    ("720p", "4:3"): (1112, 834),
    ("720p", "3:4"): (834, 1112),
    ("720p", "21:9"): (1470, 630),
    ("1080p", "16:9"): (1920, 1080),
    ("1080p", "9:16"): (1080, 1920),
    ("1080p", "1:1"): (1440, 1440),
    ("4k", "16:9"): (3840, 2160),
    ("4k", "9:16"): (2160, 3840),
}


def even(number: float) -> int:
    return max(2, 2 * round(number / 2))


def proportion(ratio: str) -> float:
    width, height = ratio.split(":")
    return int(width) / int(height)


def pixel_size(resolution: str, ratio: str) -> tuple[int, int]:
    """The measured size, or for a cell nobody measured the ratio at the area of that resolution's 16:9."""
    if (resolution, ratio) in _MEASURED:
        return _MEASURED[resolution, ratio]
    wide, high = _MEASURED[resolution, "16:9"]
    height = math.sqrt(wide * high / proportion(ratio))
    return even(height * proportion(ratio)), even(height)


def nearest_ratio(width: int, height: int) -> str:
    """The listed ratio closest to a picture's own: what `adaptive` turns into."""
    own = math.log(width / height)
    return min(RATIOS, key=lambda ratio: abs(math.log(proportion(ratio)) - own))
