"""Brings a finished video home: fetch, verify, move into place, make its pictures, settle. Safe to run twice."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from django.conf import settings

from studio.choices import AttemptOutcome, RenderState
from studio.jobs.gateways import client, connection_of_attempt
from studio.jobs.posters import make_pictures
from studio.lib.addresses import is_loopback_host
from studio.lib.clock import now
from studio.lib.english import english
from studio.media import storage
from studio.media.download_errors import DownloadInterrupted, DownloadRefused, LinkGone
from studio.media.downloads import download, make_client
from studio.media.errors import Rejected
from studio.media.info import RESULT_EXTENSIONS
from studio.media.looks import look_at
from studio.media.probe import verify_playable
from studio.models import Attempt, Render
from studio.models.encryption import UnreadableSecret
from studio.providers import registry
from studio.providers.answers import NO_VIDEO_CODE, RemoteState, RemoteStatus
from studio.providers.errors import BadKey, ProviderError
from studio.services import fairness, key_refusals, outputs
from studio.services.outputs import Pictures

log = logging.getLogger(__name__)

# A 15 s clip in 4k is far below this.
SIZE_LIMIT = 4 * 1024**3
# One run stays well under the queue's time-out; what is left goes on in the next.
RUN_SECONDS = 200
# A stalled read ends before the claim does; the next run goes on where it stopped.
STALL_SECONDS = 10
# Upstream's links live 24 h; a studio that was away for longer still tries a few times after it is back.
TRY_FOR = timedelta(hours=24)
TRIES_AT_LEAST = 12
# A server in trouble may hand out pages or halves of a file for hours.
BAD_FILE_FOR = timedelta(hours=6)
BAD_FILES_AT_LEAST = 5
LONGEST_PAUSE = 600.0
# A file whose pictures took the worker down twice is taken in without them; the sweep asks for them apart.
PICTURE_TRIES = 2
NOT_A_VIDEO = english("What the gateway delivered is not a playable video.")
WHOLE_DAY = english("The file could not be fetched for a whole day.")
KEPT = english("It is kept among the take's files, under a name that begins with “rejected-”.")
NO_LONGER = english("The gateway no longer hands out the file.")
# A task said to be done without a file may name it later; these will not.
ENDED_WITHOUT = (RemoteState.FAILED, RemoteState.CANCELLED, RemoteState.EXPIRED)


def ingest(render_id: int) -> None:
    """Fetch the result of a render that the gateway has finished."""
    with ExitStack() as turn:
        if not turn.enter_context(fairness.file_turn(render_id=render_id)):
            return
        render = outputs.claim_fetch(render_id=render_id)
        if render is not None:
            _ingest(render, end_turn=turn.close)


def _ingest(render: Render, end_turn: Callable[[], None]) -> None:
    target = _incoming(render)
    try:
        found = _already_here(render, target)
        if found is None:
            sha256 = _fetch(render, target)
            found = target
        else:
            sha256 = _digest(found)
        # The gateway has done its part; what follows is this machine's work.
        end_turn()
        _take_in(render, found, sha256)
    except DownloadInterrupted as error:
        # Busy: another worker has the file open, and goes on with it.
        if error.code != "busy":
            _try_later(render, str(error))
    except (LinkGone, DownloadRefused) as error:
        _refused(render, error)
    except UnreadableSecret:
        _renew_or_give_up(render, english("The stored link cannot be read with the present STUDIO_SECRET_KEYS."))
    except Rejected as error:
        if error.code == "deadly":
            _lose(render, RenderState.FAILED, f"{error} {KEPT}")
        else:
            _renew_or_give_up(render, str(error), bad_file=True)
    except OSError as error:
        log.exception("take %s: the file could not be stored", render.pk)
        _try_later(render, error.strerror or english("the disk refused the file"))
    except Exception as error:
        # Whatever it is: the file is paid for, and nobody would hear of a job that only broke off.
        log.exception("take %s: fetching broke off", render.pk)
        _try_later(render, english("the studio stumbled over it: %(kind)s", kind=type(error).__name__))


def _named(render: Render, word: str, extension: str) -> str:
    """A name that no other take has ever had: numbers begin again with a new database, and old files may be left."""
    return storage.render_name(render.pk, f"{word}-{render.submission.hex}-{render.take_number}.{extension}")


def _incoming(render: Render) -> Path:
    return storage.absolute(_named(render, "incoming", "mp4"))


def _already_here(render: Render, target: Path) -> Path | None:
    """The whole file, when an earlier run died between the last byte and the last step."""
    taken = [storage.absolute(_named(render, "take", ending)) for ending in RESULT_EXTENSIONS]
    return next((path for path in (target, *taken) if path.is_file()), None)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@lru_cache
def _downloads(allow_loopback: bool) -> httpx.Client:
    downloads = make_client(allow_loopback=allow_loopback)
    downloads.timeout = httpx.Timeout(STALL_SECONDS)
    return downloads


def _accepted(render: Render) -> Attempt | None:
    return render.attempts.filter(outcome=AttemptOutcome.ACCEPTED).select_related("key", "retired").first()


def _may_be_local(render: Render) -> bool:
    """Only a gateway on this machine may hand out links to this machine."""
    attempt = _accepted(render)
    local = attempt is not None and is_loopback_host(urlsplit(attempt.base_url).hostname or "")
    return local and bool(settings.STUDIO_ALLOW_LOOPBACK_PROVIDERS)


def _fetch(render: Render, target: Path) -> str:
    allow_loopback = _may_be_local(render)
    target.parent.mkdir(parents=True, exist_ok=True)
    downloaded = download(
        render.result_url,
        target,
        client=_downloads(allow_loopback),
        size_limit=SIZE_LIMIT,
        deadline_seconds=RUN_SECONDS,
        allow_loopback=allow_loopback,
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
    # Another worker's look at the same time would be counted like the death of this one.
    outputs.renew_fetch(render_id=render.pk, seconds=outputs.LOOK_LEASE_SECONDS)
    try:
        with look_at(file):
            info = verify_playable(file)
    except Rejected:
        # Kept, as it may be the only copy of something paid for; a later one of the same kind takes its place.
        file.replace(_rejected(file))
        raise
    outputs.renew_fetch(render_id=render.pk, seconds=outputs.LOOK_LEASE_SECONDS)
    name = _named(render, "take", info.extension)
    if file != storage.absolute(name):
        storage.adopt(file, name)
    # Before the take is called ready: nobody comes back to it afterwards.
    _forget_part(render)
    pictures = make_pictures(render.pk, name) if render.tries <= PICTURE_TRIES else Pictures()
    outputs.record_output(render=render, file=name, sha256=sha256, info=info, pictures=pictures)
    _rejected(_incoming(render)).unlink(missing_ok=True)


def _rejected(file: Path) -> Path:
    return file.with_name(f"rejected-{file.name}")


def _try_later(render: Render, reason: str, *, bad_file: bool = False) -> None:
    if _is_over(render, bad_file):
        if bad_file:
            _lose(render, RenderState.FAILED, f"{reason} {NOT_A_VIDEO}")
        else:
            _lose(render, RenderState.EXPIRED, f"{_sentence(reason)} {WHOLE_DAY}")
        return
    pause = min(LONGEST_PAUSE, 2.0 ** min(render.tries, 10))
    outputs.postpone_fetch(render=render, seconds=pause, reason=reason, bad_file=bad_file)


def _is_over(render: Render, bad_file: bool) -> bool:
    """Both hours and tries: the hours may have passed while the studio was away."""
    waited = now() - render.state_at
    if bad_file and waited > BAD_FILE_FOR and render.bad_files + 1 >= BAD_FILES_AT_LEAST:
        return True
    return waited > TRY_FOR and render.tries >= TRIES_AT_LEAST


def _sentence(reason: str) -> str:
    return f"{reason[:1].upper()}{reason[1:].rstrip('.')}."


def _refused(render: Render, error: LinkGone | DownloadRefused) -> None:
    """A name may lead inside for a moment and a link onto a page; only what is too large stays so."""
    if error.code == "too_large":
        _lose(render, RenderState.FAILED, english("%(error)s The studio does not fetch that.", error=error))
    else:
        _renew_or_give_up(render, str(error))


def _renew_or_give_up(render: Render, reason: str, *, bad_file: bool = False) -> None:
    """The gateway may name a fresh link when asked again; only its word that the task is over ends the tries."""
    status = _status_now(render)
    if status is not None and status.video_url:
        outputs.renew_link(render=render, video_url=status.video_url)
    elif status is not None and status.state in ENDED_WITHOUT and status.error_code != NO_VIDEO_CODE:
        _lose(render, RenderState.EXPIRED, f"{reason} {NO_LONGER}", said=status.error_text)
        return
    _try_later(render, reason, bad_file=bad_file)


def _status_now(render: Render) -> RemoteStatus | None:
    """What the gateway says of the task now; None when it cannot be asked at present."""
    attempt = _accepted(render)
    if attempt is None:
        return None
    adapter = registry.get(render.provider).adapter
    try:
        return adapter.status(client(), connection_of_attempt(attempt), attempt.remote_id, attempt.poll_url)
    except (ProviderError, ValueError, UnreadableSecret) as error:
        if isinstance(error, BadKey) and error.is_revocation:
            key_refusals.fall_back(attempt_id=attempt.pk)
        log.warning("take %s: %s", render.pk, error)
        return None


def _lose(render: Render, to: RenderState, meaning: str, *, said: str = "") -> None:
    outputs.record_lost(
        render=render,
        to=to,
        said=said,
        meaning=english("%(meaning)s The gateway has rendered it, so it is probably charged.", meaning=meaning),
        advice=english("Look for the file in the gateway's own console before asking for the take again."),
    )
    # A whole file stays, whatever kept it from being taken in.
    _forget_part(render)


def _forget_part(render: Render) -> None:
    """What a worker that died in the middle has left of the arriving file, and what says of which it is a part."""
    incoming = _incoming(render)
    for name in (f"{incoming.name}.part", f"{incoming.name}.part.etag"):
        incoming.with_name(name).unlink(missing_ok=True)
