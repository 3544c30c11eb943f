"""Which files Seedance 2.0 Open API lists, within what its upstream takes; it documents no other limit."""

from __future__ import annotations

from dataclasses import replace

from studio.choices import AssetKind
from studio.providers.capabilities import MediaLimits
from studio.providers.upstream import limits

PAGE = "Seedance 2.0 Open API, Image to video page"
SOURCE = f"{PAGE} for the formats; the rest is not documented there: upstream's limit (Ark, create task)"

# By the ending of the address, as the page lists them.
_ENDINGS = {
    AssetKind.IMAGE: ("jpg", "jpeg", "png", "webp", "gif", "bmp"),
    AssetKind.VIDEO: ("mp4", "mov", "m4v"),
    AssetKind.AUDIO: ("mp3", "wav"),
}


def _taken_by_both(upstream: MediaLimits) -> MediaLimits:
    formats = tuple(name for name in upstream.formats if name in _ENDINGS[upstream.kind])
    return replace(upstream, formats=formats, source=SOURCE)


IMAGE = _taken_by_both(limits.IMAGE)
VIDEO = _taken_by_both(limits.VIDEO)
AUDIO = _taken_by_both(limits.AUDIO)

MEDIA = {AssetKind.IMAGE: IMAGE, AssetKind.VIDEO: VIDEO, AssetKind.AUDIO: AUDIO}
