"""The copies of takes that guests see: marked with the words of their link, or at least free of the file's own tags."""

from __future__ import annotations

import logging
from pathlib import PurePosixPath

from studio.media import storage
from studio.media.guest_copies import make_clean_copy, make_marked_copy
from studio.media.posters import make_filmstrip, make_poster
from studio.models import GuestTake
from studio.services import previews

log = logging.getLogger(__name__)


def prepare(shown_id: int) -> None:
    """Make the copy, poster and filmstrip that a link shows of one take; safe to run twice."""
    shown = previews.claim(shown_id=shown_id)
    if shown is None:
        return
    try:
        preview, poster = _make(shown)
    except Exception as error:
        # Whatever it is: the take itself is whole, and a guest waits rather than sees it without its mark.
        log.warning("take %s for guests: no copy: %s: %s", shown.render_id, type(error).__name__, error)
        previews.record_failure(shown=shown)
    else:
        if not previews.record(shown=shown, preview=preview, poster=poster):
            discard(preview, poster, previews.filmstrip_of(preview))
    finally:
        previews.let_go(shown_id=shown_id)


def discard(*names: str) -> None:
    """Remove the files of copies that no link shows any more; safe to run twice."""
    for name in names:
        storage.remove(name)


def _make(shown: GuestTake) -> tuple[str, str]:
    """The storage names of the copy and its poster; the filmstrip lies beside them (`previews.filmstrip_of`)."""
    source = shown.render.output.file
    words = shown.link.watermark
    ending = ".mp4" if words else PurePosixPath(source).suffix
    name = storage.render_name(shown.render_id, f"guest-{shown.pk}{ending}")
    poster = storage.render_name(shown.render_id, f"guest-{shown.pk}-poster.webp")
    video, copy = storage.absolute(source), storage.absolute(name)
    if words:
        make_marked_copy(video, copy, words)
    else:
        make_clean_copy(video, copy)
    make_poster(copy, storage.absolute(poster), width=1280)
    make_filmstrip(copy, storage.absolute(previews.filmstrip_of(name)), frames=previews.STRIP_FRAMES, height=180)
    return name, poster
