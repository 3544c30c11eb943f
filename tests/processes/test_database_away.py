"""The database goes away under a worker in the midst of its work: it comes back by itself, and pays nothing twice."""

from __future__ import annotations

import sqlite3
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from studio.sandbox.messages import Reply, Request
from studio.sandbox.server import Sandbox
from tests import postgres
from tests.e2e.stack import wait_for
from tests.processes.workers import Shell, Worker, environment_of, migrate

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no process learns of its parent's death"),
]

ASK = """
from uuid import uuid4
from studio.models import Project, ProviderKey
from studio.services.renders import create_renders
from tests.factories import make_key, make_project, make_request
project = Project.objects.first() or make_project()
key = ProviderKey.objects.first() or make_key(base_url="{base_url}", secret="sk-test-9f2c5d81e07a4b63")
request = make_request(prompt="{prompt}", resolution="480p", duration=4, sound=False)
answer = create_renders(project=project, asked_by=None, key=key, request=request, takes=1, submission=uuid4())[0].pk
"""
STATES = "from studio.models import Render; answer = sorted(Render.objects.values_list('state', flat=True))"
ATTEMPTS = "from studio.models import Attempt; answer = sorted(Attempt.objects.values_list('outcome', flat=True))"
# As somebody does who copies or repairs the file by hand.
LOCKED_SECONDS = 25.0


class Hesitant(Sandbox):
    """A gateway that keeps its answer to a create about “wait” to itself until it may speak."""

    def __init__(self, **over: Any) -> None:
        self.asked, self.may_answer = threading.Event(), threading.Event()
        super().__init__(**over)

    def _answer(self, request: Request) -> Reply:
        reply = super()._answer(request)
        if request.method == "POST" and b"wait for it" in request.body:
            self.asked.set()
            self.may_answer.wait(60)
        return reply


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Hesitant]:
    gateway = Hesitant(data_dir=tmp_path / "sandbox", pace=2, plain_films=True)
    with gateway:
        yield gateway


@contextmanager
def two_takes_on_their_way(env: Mapping[str, str], folder: Path, sandbox: Hesitant) -> Iterator[Shell]:
    """One take is being made by the gateway, the other has just been sent there, when the block begins.

    When it ends, both have to come home, each paid once.
    """
    shell, worker = Shell(env), Worker(env, folder / "worker.log")
    try:
        worker.wait_until_up()
        shell(ASK.format(base_url=sandbox.base_url, prompt="A red car [fault:slow]"))
        wait_for(lambda: "waiting" in shell(STATES), "the first take to be at the gateway")
        shell(ASK.format(base_url=sandbox.base_url, prompt="A blue car, wait for it"))
        wait_for(sandbox.asked.is_set, "the second take to be sent")
        yield shell
        wait_for(lambda: shell(STATES) == ["ready", "ready"], "both takes to come home", 60)
        assert shell(ATTEMPTS) == ["accepted", "accepted"]
        assert len(sandbox.creates) == 2
    except AssertionError as error:
        raise AssertionError(f"{error}; it said:\n{worker.said()}") from error
    finally:
        shell.close()
        worker.stop()


def test_sqlite_locked_for_half_a_minute_under_a_worker(tmp_path: Path, sandbox: Hesitant) -> None:
    env = environment_of(tmp_path)
    migrate(env)

    with (
        two_takes_on_their_way(env, tmp_path, sandbox) as shell,
        closing(sqlite3.connect(tmp_path / "studio.sqlite3", timeout=20, isolation_level=None)) as neighbour,
    ):
        neighbour.execute("BEGIN EXCLUSIVE")
        sandbox.may_answer.set()
        time.sleep(LOCKED_SECONDS)
        during = shell(STATES)
        neighbour.execute("ROLLBACK")

    assert during[-1] in {"submitting", "waiting"}


def test_postgres_restarted_under_a_worker(tmp_path: Path, sandbox: Hesitant) -> None:
    programs = postgres.programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed on this machine")
    with postgres.prepared(programs) as place, ExitStack() as up:
        up.enter_context(postgres.running(place))
        env = environment_of(tmp_path, DATABASE_URL=place.address)
        migrate(env)
        with two_takes_on_their_way(env, tmp_path, sandbox):
            up.close()
            sandbox.may_answer.set()
            wait_for(lambda: "the queue “media” cannot be read" in (tmp_path / "worker.log").read_text(), "the trouble")
            up.enter_context(postgres.running(place))
