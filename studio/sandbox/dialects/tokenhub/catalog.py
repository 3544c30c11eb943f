"""What TokenHub's guide says its two models take and cost: fields, counts, roles, dollars per second."""

from __future__ import annotations

import math
from decimal import Decimal

from studio.sandbox.jobs import Job, Kind
from studio.sandbox.sizes import RATIOS

# Dollars per second of output, and of input video, by resolution.
RATES: dict[str, dict[str, Decimal]] = {
    "doubao-seedance-2.0": {"480p": Decimal("0.12"), "720p": Decimal("0.20")},
    "doubao-seedance-2.0-fast": {"480p": Decimal("0.10"), "720p": Decimal("0.16")},
}
RESOLUTIONS = ("480p", "720p")
SHORTEST, LONGEST = 4, 15

# The guide ends its list of ratios with "etc."; the rest is the upstream's.
ASPECT_RATIOS = ("adaptive", *RATIOS)

# Images have no maximum in the guide; nine is the upstream's. Videos and audios are its own.
MOST: dict[Kind, int] = {"image": 9, "video": 3, "audio": 3}

PLAIN_FIELDS: dict[str, Kind] = {
    "image_url": "image",
    "image_urls": "image",
    "video_url": "video",
    "video_urls": "video",
    "audio_url": "audio",
    "audio_urls": "audio",
}

# The guide shows the shape of an item for images only; videos and audios follow it as they do upstream.
ROLES: dict[str, Kind] = {
    "first_frame": "image",
    "last_frame": "image",
    "reference_image": "image",
    "reference_video": "video",
    "reference_audio": "audio",
}
FRAME_ROLES = ("first_frame", "last_frame")


def estimate(job: Job) -> Decimal:
    """In dollars; a video whose length nobody declared is not counted."""
    seconds = job.seconds + math.ceil(sum(job.declared_seconds))
    return seconds * RATES[job.model][job.resolution]
