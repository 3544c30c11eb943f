"""Two workers on one database, each with a tracker: they share the polls, and one takes over when the other dies."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest

from tests import postgres
from tests.e2e.stack import wait_for
from tests.jobs.tracking.gateway import RUNNING, Answer, Gateway, answering
from tests.processes.workers import Shell, Worker, environment_of, migrate

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no process learns of its parent's death"),
]

TAKES = 500
# Old enough to be asked about each ten seconds, and not each second as young ones on this machine.
FURNISH = f"""
from datetime import timedelta
from studio.choices import RenderState
from studio.lib.clock import later, now
from studio.models import Attempt
from tests.factories import make_followed, make_key, make_project
project, key = make_project(), make_key(base_url="{{base_url}}")
for _ in range({TAKES}):
    make_followed(project, key, state=RenderState.RUNNING, next_poll_at=later(3600))
Attempt.objects.update(created_at=now() - timedelta(minutes=85))
"""
DUE = "from studio.models import Render; from studio.lib.clock import now; Render.objects.update(next_poll_at=now())"
TRACKERS = "from studio.services.queue import trackers; answer = sorted(trackers())"
CLAIMS = """
from collections import Counter
from studio.models import Render
answer = Counter(Render.objects.exclude(claimed_by="").values_list("claimed_by", flat=True))
"""


class TwoWorkers:
    """Two real workers, and a gateway that keeps its answers to itself until it may speak."""

    def __init__(self, folder: Path, stack: ExitStack, env: dict[str, str]) -> None:
        self.may_answer = threading.Event()
        self.gateway: Gateway = stack.enter_context(answering(self._answer))
        stack.callback(self.may_answer.set)
        migrate(env)
        self.shell = Shell(env)
        stack.callback(self.shell.close)
        self.shell(FURNISH.format(base_url=self.gateway.base_url))
        self.workers = [Worker(env, folder / f"worker-{number}.log") for number in (1, 2)]
        for worker in self.workers:
            stack.callback(worker.stop)
        wait_for(lambda: len(self.shell(TRACKERS)) == 2, "a tracker in each worker", 150)

    def _answer(self, _path: str) -> Answer:
        self.may_answer.wait(60)
        return 200, {}, RUNNING

    def both_have_claimed(self) -> dict[str, int]:
        """How many each of them holds, once all that is due is somebody's."""
        self.shell(DUE)

        def claims() -> Any:
            found = self.shell(CLAIMS)
            return found if len(found) == 2 and len(self.gateway.seen) >= 100 else None

        return dict(wait_for(claims, "both trackers to claim", 30))

    def polls(self) -> Counter[str]:
        return Counter(self.gateway.seen)


@pytest.fixture(params=["sqlite", "postgresql"])
def two(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TwoWorkers]:
    with ExitStack() as stack:
        over = {}
        if request.param == "postgresql":
            programs = postgres.programs()
            if programs is None:
                pytest.skip("PostgreSQL is not installed on this machine")
            over = {"DATABASE_URL": stack.enter_context(postgres.server(programs))}
        yield TwoWorkers(tmp_path, stack, environment_of(tmp_path, **over))


def test_two_trackers_share_what_is_due_and_ask_about_each_take_once(two: TwoWorkers) -> None:
    claims = two.both_have_claimed()
    two.may_answer.set()

    # Longer than the pause after a look that broke off.
    wait_for(lambda: len(two.polls()) == TAKES, "every take to be asked about", 60)

    assert set(two.polls().values()) == {1}
    assert (len(claims), min(claims.values()) > 0) == (2, True)


def test_a_tracker_takes_over_at_once_when_the_other_is_killed(two: TwoWorkers) -> None:
    claims = two.both_have_claimed()
    victim = two.workers[0]
    for number in victim.everyone():
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
    victim.process.wait()
    two.may_answer.set()

    # Long before the claims would have ended by themselves.
    wait_for(lambda: len(two.polls()) == TAKES, "every take to be asked about", 30)

    alone = wait_for(lambda: found if len(found := two.shell(TRACKERS)) == 1 else None, "one tracker to be left")
    assert set(alone) < set(claims)
