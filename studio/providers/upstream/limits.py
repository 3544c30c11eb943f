"""What reference files may be at Ark, the upstream of every gateway here. Where a gateway documents no limits of its
own these stand in: the safe side, as a file that upstream refuses cannot succeed anywhere."""

from __future__ import annotations

from decimal import Decimal

from studio.choices import AssetKind
from studio.providers.capabilities import MediaLimits

SOURCE = "Ark, create task"

# Upstream says "less than 30 MB"; 20 MB is an older general hint of one gateway's.
IMAGE = MediaLimits(
    kind=AssetKind.IMAGE,
    formats=("jpeg", "jpg", "png", "webp", "bmp", "tiff", "tif", "gif"),
    max_bytes=29_999_999,
    min_side=300,
    max_side=6000,
    min_ratio=Decimal("0.4"),
    max_ratio=Decimal("2.5"),
    warn_bytes=20_000_000,
    source=SOURCE,
)

# The sources disagree on size (50 or 200 MB) and on area, so the smaller of each only warns.
# Upstream also asks for 24 to 60 frames a second, which is not among what we measure.
VIDEO = MediaLimits(
    kind=AssetKind.VIDEO,
    formats=("mp4", "mov"),
    max_bytes=200_000_000,
    min_seconds=Decimal(2),
    max_seconds=Decimal(15),
    total_seconds=Decimal(15),
    warn_bytes=50_000_000,
    warn_min_area=409_600,
    warn_max_area=927_408,
    source=SOURCE,
)

AUDIO = MediaLimits(
    kind=AssetKind.AUDIO,
    formats=("wav", "mp3"),
    max_bytes=15_000_000,
    min_seconds=Decimal(2),
    max_seconds=Decimal(15),
    total_seconds=Decimal(15),
    source=SOURCE,
)

MEDIA = {AssetKind.IMAGE: IMAGE, AssetKind.VIDEO: VIDEO, AssetKind.AUDIO: AUDIO}
