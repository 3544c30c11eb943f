"""Brings a finished video home: fetch, verify, move into place, make its pictures, settle. Safe to run twice."""

from __future__ import annotations

import hashlib
import logging
import time
from functools import lru_cache
from pathlib import Path

import httpx
from django.conf import settings

from studio.choices import AssetKind, AttemptOutcome, RenderState
from studio.jobs.gateways import client, connection_of_attempt
from studio.jobs.posters import make_pictures
from studio.media import storage
from studio.media.download_errors import DownloadInterrupted, DownloadRefused, LinkGone
from studio.media.downloads import download, make_client
from studio.media.errors import Rejected
from studio.media.info import FORMATS
from studio.media.probe import verify_playable
from studio.models import Render
from studio.models.encryption import UnreadableSecret
from studio.providers import registry
from studio.providers.errors import ProviderError
from studio.services import outputs
from studio.services.outputs import Pictures

log = logging.getLogger(__name__)

# A 15 s clip in 4k is far below this.
SIZE_LIMIT = 4 * 1024**3
# One run stays well under the queue's time-out; what is left goes on in the next.
RUN_SECONDS = 200
# A stalled read ends before the claim does; the next run goes on where it stopped.
STALL_SECONDS = 10
# Upstream's links live 24 h; beyond some hundred tries with growing pauses that is over.
TRIES = 150
BAD_FILE_TRIES = 5
# A file whose pictures took the worker down twice is taken in without them; the sweep asks for them apart.
PICTURE_TRIES = 2
NOT_A_VIDEO = "What the gateway delivered is not a playable video."


def ingest(render_id: int) -> None:
    """Fetch the result of a render that the gateway has finished."""
    render = outputs.claim_fetch(render_id=render_id)
    if render is None:
        return
    target = _incoming(render)
    try:
        found = _already_here(render, target)
        if found is None:
            sha256 = _fetch(render, target)
            found = target
        else:
            sha256 = _digest(found)
        _take_in(render, found, sha256)
    except DownloadInterrupted as error:
        # Busy: another worker has the file open, and goes on with it.
        if error.code != "busy":
            _try_later(render, str(error))
    except LinkGone as error:
        _renew_or_give_up(render, str(error))
    except DownloadRefused as error:
        _refused(render, error)
    except Rejected as error:
        _bad_file(render, str(error))
    except OSError as error:
        log.exception("take %s: the file could not be stored", render_id)
        _try_later(render, error.strerror or "the disk refused the file")


def _named(render: Render, word: str, extension: str) -> str:
    """A name that no other take has ever had: numbers begin again with a new database, and old files may be left."""
    return storage.render_name(render.pk, f"{word}-{render.submission.hex}-{render.take_number}.{extension}")


def _incoming(render: Render) -> Path:
    return storage.absolute(_named(render, "incoming", "mp4"))


def _already_here(render: Render, target: Path) -> Path | None:
    """The whole file, when an earlier run died between the last byte and the last step."""
    endings = sorted({form.extension for form in FORMATS.values() if form.kind == AssetKind.VIDEO})
    taken = [storage.absolute(_named(render, "take", ending)) for ending in endings]
    return next((path for path in (target, *taken) if path.is_file()), None)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@lru_cache
def _downloads() -> httpx.Client:
    downloads = make_client(allow_loopback=settings.STUDIO_ALLOW_LOOPBACK_PROVIDERS)
    downloads.timeout = httpx.Timeout(STALL_SECONDS)
    return downloads


def _fetch(render: Render, target: Path) -> str:
    target.parent.mkdir(parents=True, exist_ok=True)
    downloaded = download(
        render.result_url,
        target,
        client=_downloads(),
        size_limit=SIZE_LIMIT,
        deadline_seconds=RUN_SECONDS,
        allow_loopback=settings.STUDIO_ALLOW_LOOPBACK_PROVIDERS,
        on_progress=_Renewal(render.pk),
    )
    return downloaded.sha256


class _Renewal:
    """Keeps the claim while bytes arrive, with a write every few seconds and not with every block."""

    def __init__(self, render_id: int) -> None:
        self.render_id = render_id
        self.due = 0.0

    def __call__(self, received: int, total: int | None) -> None:
        if time.monotonic() >= self.due:
            self.due = time.monotonic() + 5
            outputs.renew_fetch(render_id=self.render_id)


def _take_in(render: Render, file: Path, sha256: str) -> None:
    try:
        info = verify_playable(file)
    except Rejected:
        file.unlink(missing_ok=True)
        raise
    outputs.renew_fetch(render_id=render.pk)
    name = _named(render, "take", info.extension)
    if file != storage.absolute(name):
        storage.adopt(file, name)
    pictures = make_pictures(render.pk, name) if render.tries <= PICTURE_TRIES else Pictures()
    outputs.record_output(render=render, file=name, sha256=sha256, info=info, pictures=pictures)


def _try_later(render: Render, reason: str, *, bad_file: bool = False) -> None:
    if render.tries >= TRIES:
        _lose(render, RenderState.EXPIRED, reason, "The file could not be fetched for a whole day.")
        return
    pause = min(600.0, 2.0 ** min(render.tries, 9))
    outputs.postpone_fetch(render=render, seconds=pause, reason=reason, bad_file=bad_file)


def _refused(render: Render, error: DownloadRefused) -> None:
    if error.code in ("not_media", "encoded"):
        _bad_file(render, str(error))
    else:
        _lose(render, RenderState.FAILED, str(error), "The studio does not fetch that.")


def _bad_file(render: Render, reason: str) -> None:
    """Perhaps a page of an overloaded server; a few more tries with a fresh link tell."""
    if render.bad_files + 1 >= BAD_FILE_TRIES:
        _lose(render, RenderState.FAILED, reason, NOT_A_VIDEO)
        return
    if fresh := _fresh_link(render):
        outputs.renew_link(render=render, video_url=fresh)
    _try_later(render, reason, bad_file=True)


def _renew_or_give_up(render: Render, reason: str) -> None:
    """The link is dead; the gateway may name a fresh one when asked again."""
    fresh = _fresh_link(render)
    if fresh is None:
        _try_later(render, reason)
    elif fresh and (fresh != render.result_url or render.bad_files + 1 < BAD_FILE_TRIES):
        bad_file = fresh == render.result_url
        outputs.renew_link(render=render, video_url=fresh)
        _try_later(render, reason, bad_file=bad_file)
    else:
        _lose(render, RenderState.EXPIRED, reason, "The gateway no longer hands out the file.")


def _fresh_link(render: Render) -> str | None:
    """The address that the gateway names now, empty for none; None when it cannot be asked at present."""
    attempt = render.attempts.filter(outcome=AttemptOutcome.ACCEPTED).select_related("key").first()
    if attempt is None:
        return ""
    adapter = registry.get(render.provider).adapter
    try:
        status = adapter.status(client(), connection_of_attempt(attempt), attempt.remote_id, attempt.poll_url)
    except (ProviderError, ValueError, UnreadableSecret) as error:
        log.warning("take %s: %s", render.pk, error)
        return None
    return status.video_url


def _lose(render: Render, to: RenderState, said: str, meaning: str) -> None:
    outputs.record_lost(
        render=render,
        to=to,
        said=said,
        meaning=f"{meaning} The gateway has rendered it, so it is probably charged.",
        advice="Look for the file in the gateway's own console before asking for the take again.",
    )
    incoming = _incoming(render)
    for name in (incoming.name, f"{incoming.name}.part", f"{incoming.name}.part.etag"):
        incoming.with_name(name).unlink(missing_ok=True)
