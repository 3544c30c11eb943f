"""No gateway holds up the others: of the workers of one program, each leaves one that does not wait for it.

Without this, as many takes as there are workers, sent to one gateway that answers after minutes, would stop everything.
Counted per running cluster and by what its processes hold at this moment, so it is exact, also when one of them dies.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q

from studio.choices import RenderState
from studio.lib import slots
from studio.lib.clock import jittered, later, now
from studio.lib.english import english
from studio.models import Render
from studio.services import key_waiting, queue
from studio.services.broker import private_key

TURN = english("Waiting for its turn: other takes are just being sent to this gateway.")
GOES_ON = english("Nothing was sent yet. It goes on by itself.")
# Whoever is through calls the next one; this is for when it died instead.
AGAIN_SECONDS = 15.0
NEXT = 5


@contextmanager
def turn(*, base_url: str) -> Iterator[bool]:
    """Hold one of the calls that may wait for this gateway at a time; False when as many do already."""
    with _place("calls", base_url, settings.Q_CLUSTER["workers"]) as is_mine:
        yield is_mine


@contextmanager
def file_turn(*, render_id: int) -> Iterator[bool]:
    """The same for fetching a take's file. One that has to wait is called when the turn of another is over."""
    base_url = Render.objects.values_list("key__base_url", flat=True).get(pk=render_id)
    workers = settings.Q_CLUSTER["ALT_CLUSTERS"][queue.MEDIA]["workers"]
    with _place("files", base_url, workers) as is_mine:
        yield is_mine
    if is_mine:
        _call_next_file(base_url)
    else:
        unclaimed = Render.objects.filter(Q(claimed_until=None) | Q(claimed_until__lte=now()), pk=render_id)
        unclaimed.filter(state=RenderState.FETCHING).update(not_before=later(jittered(AGAIN_SECONDS)), enqueued_at=None)


@contextmanager
def notice_turn() -> Iterator[bool]:
    """Hold the one place for mails and calls to chat services, so that sending takes never waits for those."""
    folder = settings.STUDIO_DATA_DIR / "run" / private_key("notices", os.getpgrp())
    with slots.place(folder, "all", 1) as is_mine:
        yield is_mine


@contextmanager
def _place(kind: str, base_url: str, workers: int) -> Iterator[bool]:
    if workers == 1:
        yield True
        return
    folder = settings.STUDIO_DATA_DIR / "run" / private_key(kind, os.getpgrp())
    host = hashlib.sha256(urlsplit(base_url).netloc.lower().encode()).hexdigest()[:16]
    with slots.place(folder, host, workers - 1) as is_mine:
        yield is_mine


def wait(*, render: Render) -> None:
    """Not sent now; told why, and called as soon as another is through."""
    key_waiting.wait(render=render, meaning=TURN, advice=GOES_ON, seconds=jittered(AGAIN_SECONDS))


def call_next(*, base_url: str) -> None:
    """Ask for the first that waits for its turn at this gateway, now that one is free."""
    waiting = Render.objects.filter(state=RenderState.QUEUED, error_meaning=TURN, not_before__gt=now())
    for pk in waiting.filter(key__base_url=base_url).order_by("pk").values_list("pk", flat=True)[:NEXT]:
        # Two that are through at the same moment call two.
        if waiting.filter(pk=pk).update(not_before=None, enqueued_at=now()):
            queue.enqueue("studio.jobs.submit.submit", pk)
            return


def _call_next_file(base_url: str) -> None:
    # One that was tried before waits for its own reasons.
    waiting = Render.objects.filter(state=RenderState.FETCHING, tries=0, not_before__gt=now())
    for pk in waiting.filter(key__base_url=base_url).order_by("pk").values_list("pk", flat=True)[:NEXT]:
        if waiting.filter(pk=pk).update(not_before=None, enqueued_at=now()):
            queue.enqueue("studio.jobs.ingest.ingest", pk)
            return
