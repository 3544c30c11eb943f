"""The studio at work without its queue: each take's next job is run here, as often as it falls due."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from studio.choices import AT_GATEWAY, RenderState
from studio.jobs import track
from studio.jobs.ingest import ingest
from studio.jobs.submit import submit
from studio.models import Render

# Real seconds, however the clock is moved.
PATIENCE = 30.0


def turn(takes: Iterable[Render]) -> None:
    """Let each take have the job of its state, once; a job that is not due does nothing."""
    for take in takes:
        take.refresh_from_db()
        if take.state == RenderState.QUEUED:
            submit(take.pk)
        elif take.state == RenderState.FETCHING:
            ingest(take.pk)
    if Render.objects.filter(state__in=AT_GATEWAY).exists():
        track.track(run_seconds=0.05)
    for take in takes:
        take.refresh_from_db()


def work(takes: list[Render], until: Callable[[], bool], between: Callable[[], Any] = lambda: None) -> None:
    """Turn by turn until something is so; `between` the turns the clock may be moved on."""
    end = time.monotonic() + PATIENCE
    while not until():
        assert time.monotonic() < end, [(take.pk, take.state, take.error_meaning) for take in takes]
        turn(takes)
        between()


def work_to(state: str, *takes: Render, between: Callable[[], Any] = lambda: None) -> None:
    """Until each of the takes has reached the state."""
    work(list(takes), lambda: {take.state for take in takes} == {state}, between)


def reasons(take: Render) -> list[str]:
    """What its history says, oldest first."""
    return list(take.events.order_by("pk").values_list("reason", flat=True))
