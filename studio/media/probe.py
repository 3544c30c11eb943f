"""What a file is, proved by opening it: `probe` for uploads, `verify_playable` for what a gateway delivered."""

from __future__ import annotations

from pathlib import Path

from studio.choices import AssetKind
from studio.lib.english import english
from studio.media.errors import Rejected
from studio.media.info import FORMATS, RESULTS, Format, MediaInfo
from studio.media.probe_images import probe_image
from studio.media.probe_sounds import probe_sound
from studio.media.probe_videos import check_playable, probe_video
from studio.media.sniffing import sniff, sniff_result

_NO_VIDEO = english("The gateway delivered a file that is not a video.")


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
    """What a downloaded result is, after its first and its very last picture were decoded.

    Raises Rejected for what is no whole video, and OSError where the disk or the memory was at fault.
    """
    path = Path(path)
    try:
        info = probe_video(path, _result_format(path))
        check_playable(path, info)
    except Rejected as error:
        cause = error.__cause__
        if isinstance(cause, OSError | MemoryError):
            raise OSError(getattr(cause, "errno", None), english("the file could not be read just now")) from error
        raise
    return info


def _result_format(path: Path) -> Format:
    try:
        form = (FORMATS | RESULTS)[sniff_result(path)]
    except Rejected as error:
        page = english("The link leads to a page or a message, not to a video.")
        raise Rejected(error.code, page if error.code in ("html", "text") else _NO_VIDEO) from error
    if form.kind != AssetKind.VIDEO:
        raise Rejected("not_a_video", _NO_VIDEO)
    return form
