"""Brings a finished video home: fetch, verify, move into place, make its pictures, settle. Safe to run twice."""

from __future__ import annotations

import logging
import time
from functools import lru_cache
from pathlib import Path

import httpx
from django.conf import settings

from studio.choices import AttemptOutcome, RenderState
from studio.jobs.gateways import client, connection_of_attempt
from studio.jobs.posters import make_pictures
from studio.media import storage
from studio.media.download_errors import DownloadInterrupted, DownloadRefused, LinkGone
from studio.media.downloads import download, make_client
from studio.media.errors import Rejected
from studio.media.partfiles import Downloaded
from studio.media.probe import verify_playable
from studio.models import Render
from studio.providers import registry
from studio.providers.errors import ProviderError
from studio.services import outputs

log = logging.getLogger(__name__)

# A 15 s clip in 4k is far below this.
SIZE_LIMIT = 4 * 1024**3
# One run stays well under the queue's time-out; what is left goes on in the next.
RUN_SECONDS = 200
# Upstream's links live 24 h; beyond some hundred tries with growing pauses that is over.
TRIES = 150
BAD_FILE_TRIES = 4


def ingest(render_id: int) -> None:
    """Fetch the result of a render that the gateway has finished."""
    render = outputs.claim_fetch(render_id=render_id)
    if render is None:
        return
    target = storage.absolute(storage.render_name(render.pk, "incoming.mp4"))
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        downloaded = _fetch(render, target)
    except DownloadInterrupted as error:
        _try_later(render, str(error))
    except LinkGone as error:
        _renew_or_give_up(render, str(error))
    except DownloadRefused as error:
        _lose(render, RenderState.FAILED, str(error), "The studio does not fetch from that address.")
    except OSError as error:
        log.exception("take %s: the file could not be stored", render_id)
        _try_later(render, error.strerror or "the disk refused the file")
    else:
        _take_in(render, target, downloaded)


@lru_cache
def _downloads() -> httpx.Client:
    return make_client(allow_loopback=settings.STUDIO_ALLOW_LOOPBACK_PROVIDERS)


def _fetch(render: Render, target: Path) -> Downloaded:
    return download(
        render.result_url,
        target,
        client=_downloads(),
        size_limit=SIZE_LIMIT,
        deadline_seconds=RUN_SECONDS,
        allow_loopback=settings.STUDIO_ALLOW_LOOPBACK_PROVIDERS,
        on_progress=_Renewal(render.pk),
    )


class _Renewal:
    """Keeps the claim while bytes arrive, with a write every few seconds and not with every block."""

    def __init__(self, render_id: int) -> None:
        self.render_id = render_id
        self.due = 0.0

    def __call__(self, received: int, total: int | None) -> None:
        if time.monotonic() >= self.due:
            self.due = time.monotonic() + 5
            outputs.renew_fetch(render_id=self.render_id)


def _take_in(render: Render, incoming: Path, downloaded: Downloaded) -> None:
    try:
        info = verify_playable(incoming)
    except Rejected as error:
        incoming.unlink(missing_ok=True)
        if render.tries < BAD_FILE_TRIES:
            _try_later(render, str(error))
        else:
            _lose(render, RenderState.FAILED, str(error), "What the gateway delivered is not a playable video.")
        return
    outputs.renew_fetch(render_id=render.pk)
    name = storage.render_name(render.pk, f"take.{info.extension}")
    storage.adopt(incoming, name)
    outputs.record_output(
        render=render,
        file=name,
        sha256=downloaded.sha256,
        info=info,
        pictures=make_pictures(render.pk, name),
    )


def _try_later(render: Render, reason: str) -> None:
    if render.tries >= TRIES:
        _lose(render, RenderState.EXPIRED, reason, "The file could not be fetched for a whole day.")
        return
    outputs.postpone_fetch(render=render, seconds=min(600.0, 2.0 ** min(render.tries, 9)), reason=reason)


def _renew_or_give_up(render: Render, reason: str) -> None:
    """The link is dead; the gateway may name a fresh one when asked again."""
    fresh = _fresh_link(render)
    if fresh and (fresh != render.result_url or render.tries < BAD_FILE_TRIES):
        outputs.renew_link(render=render, video_url=fresh)
        _try_later(render, reason)
    elif fresh is None:
        _try_later(render, reason)
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
    except ProviderError as error:
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
