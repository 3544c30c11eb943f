"""TokenHub documents no limit per file, so those of its upstream stand in."""

from __future__ import annotations

from dataclasses import replace

from studio.choices import AssetKind
from studio.providers.upstream import limits

UPSTREAM = "Not documented by TokenHub; upstream's limit (Ark, create task) as the fail-safe"

IMAGE = replace(limits.IMAGE, source=UPSTREAM)
VIDEO = replace(limits.VIDEO, source=UPSTREAM)
AUDIO = replace(limits.AUDIO, source=UPSTREAM)

MEDIA = {AssetKind.IMAGE: IMAGE, AssetKind.VIDEO: VIDEO, AssetKind.AUDIO: AUDIO}
