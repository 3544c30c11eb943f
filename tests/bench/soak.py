"""The tracker at its daily work: `python -m tests.bench.launch tests.bench.soak SECONDS POLLS`.

5,000 renders, each due every ten seconds or so: how late its polls begin. Then, if more polls are wanted, as fast as it
can until so many were done, run after run in one process as a worker does it: what its memory grows to.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db.models import F, Sum

from studio.jobs import polls as poll_module
from studio.jobs import track as track_module
from studio.lib.clock import now
from studio.models import Attempt, Lease, Render
from studio.services import polling
from studio.services.polling import Postponed
from tests.bench.figures import say

# Loopback gateways are looked at every second while a task is young; at this age each one waits ten.
AGED = timedelta(minutes=85)
BETWEEN_SECONDS = 10.0
ON_TIME_SECONDS = 1.0
SETTLE_SECONDS = 15.0
RUN_SECONDS = track_module.RUN_SECONDS


class Lateness:
    """Notes when each poll was promised, and by how much its beginning missed that."""

    def __init__(self) -> None:
        self.promised: dict[int, datetime] = {}
        self.late: list[float] = []
        self.originals = (polling.postpone, poll_module.poll)
        self.count_from = now() + timedelta(seconds=SETTLE_SECONDS)

    def watch(self) -> None:
        """Stand before the two calls that the tracker makes for each poll."""
        postpone, poll = self.originals

        def promising(*, polls: Iterable[Postponed]) -> None:
            polls = list(polls)
            self.promised |= {each.render_id: each.next_poll_at for each in polls}
            postpone(polls=polls)

        def beginning(client: Any, due: polling.Due, *others: Any) -> Any:
            promised, moment = self.promised.get(due.render_id), now()
            if promised is not None and moment >= self.count_from:
                self.late.append(max(0.0, (moment - promised).total_seconds()))
            return poll(client, due, *others)

        self._stand_in(promising, beginning)

    def stop(self) -> None:
        """Note nothing more."""
        self._stand_in(*self.originals)

    def _stand_in(self, postpone: Callable[..., None], poll: Callable[..., Any]) -> None:
        vars(polling)["postpone"] = postpone
        vars(track_module)["poll"] = poll


def main(seconds: float, wanted: int) -> None:
    """Print what was found as JSON."""
    _make_due(AGED)
    lateness = Lateness()
    lateness.watch()
    _run(SETTLE_SECONDS)
    begin = _memory()
    lateness.count_from = now()
    _until(time.monotonic() + seconds)
    late = sorted(lateness.late)
    # What it notes would grow with the polls.
    lateness.stop()
    if wanted:
        _make_due(timedelta(0))
        before = _polls()
        while _polls() - before < wanted:
            _run(RUN_SECONDS)
            sys.stderr.write(f"{_polls() - before} polls, {_memory()} MB\n")
    say(
        json.dumps(
            {
                "due_polls": len(late),
                "on_time_share": round(sum(each <= ON_TIME_SECONDS for each in late) / max(len(late), 1), 4),
                "late_s_p95": round(statistics.quantiles(late, n=20)[-1], 2),
                "rss_begin_mb": begin,
                "rss_mb": _memory(),
                "all_polls": _polls(),
            }
        )
    )


def _make_due(age: timedelta) -> None:
    """All renders this old, and due one after another over the next ten seconds."""
    Attempt.objects.update(created_at=now() - age)
    count = Render.objects.count()
    for part in range(100):
        moment = now() + timedelta(seconds=BETWEEN_SECONDS * part / 100)
        Render.objects.annotate(part=F("pk") * 100 / count % 100).filter(part=part).update(next_poll_at=moment)


def _until(end: float) -> None:
    while (left := end - time.monotonic()) > 0.1:
        _run(min(left, RUN_SECONDS))


def _run(seconds: float) -> None:
    Lease.objects.all().delete()
    track_module.track(run_seconds=seconds)


def _polls() -> int:
    return int(Render.objects.aggregate(all=Sum("polls"))["all"] or 0)


def _memory() -> float:
    """What the process holds now, in MB."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return round(int(line.split()[1]) / 1024, 1)


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]))
