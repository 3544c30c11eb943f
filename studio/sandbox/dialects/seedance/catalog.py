"""What the Open API's documents say its three models take, and what a job is charged in credits."""

from __future__ import annotations

from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from studio.sandbox.jobs import Job, Kind

DURATIONS: dict[str, tuple[int, ...]] = {
    "seedance-2.0": tuple(range(4, 16)),
    "seedance-2.0-fast": tuple(range(4, 16)),
    "seedance-1.5-pro": (5, 10),
}
RATIOS = ("16:9", "9:16", "1:1")
RESOLUTIONS = ("480p", "720p", "1080p")
MOST_MEDIA = 5

EXTENSIONS: dict[str, Kind] = {
    **dict.fromkeys((".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp"), "image"),
    **dict.fromkeys((".mp4", ".mov", ".m4v"), "video"),
    **dict.fromkeys((".mp3", ".wav"), "audio"),
}

# The two prices the documents give, both of seedance-2.0 at 720p: credits per second of text and of one image.
TEXT_CREDITS = Decimal("8")
IMAGE_CREDITS = Decimal("12.8")
# Everything from here on is invented: no document gives another model's, resolution's or kind of input's price.
MODEL_FACTORS = {
    "seedance-2.0": Decimal(1),
    "seedance-2.0-fast": Decimal("0.75"),
    "seedance-1.5-pro": Decimal("0.5"),
}
RESOLUTION_FACTORS = {"480p": Decimal("0.5"), "720p": Decimal(1), "1080p": Decimal(2)}


def kind_of(url: str) -> Kind | None:
    """The gateway goes by the ending of the path, not by what is served there."""
    return EXTENSIONS.get(PurePosixPath(unquote(urlsplit(url).path)).suffix.lower())


def credits_for(job: Job) -> int | float:
    each = IMAGE_CREDITS if job.sources else TEXT_CREDITS
    whole = job.seconds * each * MODEL_FACTORS[job.model] * RESOLUTION_FACTORS[job.resolution]
    return int(whole) if whole == whole.to_integral_value() else float(whole)


def model_list() -> list[dict[str, Any]]:
    """That these are listed is documented; under which names is not."""
    return [
        {
            "id": name,
            "durations": list(durations),
            "aspectRatios": list(RATIOS),
            "resolutions": list(RESOLUTIONS),
            "pricing": {"unit": "credits_per_second", "textToVideo": float(TEXT_CREDITS * MODEL_FACTORS[name])},
        }
        for name, durations in DURATIONS.items()
    ]
