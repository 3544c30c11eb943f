"""What a file is, proved by opening it: `probe` for uploads, `verify_playable` for what a gateway delivered."""

from __future__ import annotations

from pathlib import Path

from studio.choices import AssetKind
from studio.media.errors import Rejected
from studio.media.info import FORMATS, MediaInfo
from studio.media.probe_images import probe_image
from studio.media.probe_sounds import probe_sound
from studio.media.probe_videos import check_playable, probe_video
from studio.media.sniffing import sniff


def probe(path: Path) -> MediaInfo:
    """Kind, format, size and length by content, never by name; raises Rejected with a sentence for the user."""
    path = Path(path)
    form = FORMATS[sniff(path)]
    if form.kind == AssetKind.IMAGE:
        return probe_image(path, form)
    if form.kind == AssetKind.VIDEO:
        return probe_video(path, form)
    return probe_sound(path, form)


def verify_playable(path: Path) -> MediaInfo:
    """What a downloaded result is, after its first and its very last picture were decoded."""
    info = probe(path)
    if info.kind != AssetKind.VIDEO:
        raise Rejected("not_a_video", "The gateway delivered a file that is not a video.")
    check_playable(Path(path), info)
    return info
