"""A gateway that does not answer, on a real socket, beside one that does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from uuid import uuid4

import pytest
from django.db import connections
from django_q.models import OrmQ
from pytest_django import Settings

from studio.choices import RenderState
from studio.jobs.cancel import cancel
from studio.jobs.submit import submit
from studio.jobs.verify_key import SLOW, verify_key
from studio.lib.clock import now
from studio.models import Project, ProviderKey, Render
from studio.sandbox.server import Sandbox
from studio.services import fairness, recovery
from studio.services.renders import create_renders
from tests.deaf_gateway import Deaf, deaf_gateway
from tests.e2e.stack import wait_for
from tests.factories import make_followed, make_key, make_render, make_request
from tests.jobs.conftest import Ask

WORKERS = 3


@pytest.fixture(autouse=True)
def workers(settings: Settings) -> None:
    settings.Q_CLUSTER = {**settings.Q_CLUSTER, "workers": WORKERS}


@pytest.fixture
def deaf() -> Iterator[Deaf]:
    with deaf_gateway() as gateway:
        yield gateway


def takes(project: Project, key: ProviderKey, count: int) -> list[Render]:
    request = make_request(resolution="480p", duration=4, sound=False)
    return create_renders(project=project, asked_by=None, key=key, request=request, takes=count, submission=uuid4())


def in_background(job: Callable[[int], None], number: int) -> threading.Thread:
    def run() -> None:
        try:
            job(number)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def states(renders: list[Render]) -> list[str]:
    return [str(Render.objects.get(pk=render.pk).state) for render in renders]


@pytest.mark.django_db(transaction=True)
def test_gateway_that_does_not_answer_leaves_a_worker_to_the_others(
    studio_project: Project, ask: Ask, deaf: Deaf, sandbox: Sandbox
) -> None:
    unanswered = takes(studio_project, make_key(base_url=deaf.base_url), 4)
    other = ask()
    sending = [in_background(submit, render.pk) for render in unanswered[: WORKERS - 1]]
    wait_for(lambda: len(deaf.callers) == WORKERS - 1, "the workers to wait for the gateway", 10)

    # The one worker that is left comes to the rest of them first.
    began = time.monotonic()
    for render in (*unanswered[WORKERS - 1 :], other):
        submit(render.pk)
    took = time.monotonic() - began
    before = states(unanswered)
    deaf.hang_up()
    for thread in sending:
        thread.join(10)

    assert took < 5
    assert states([other]) == [RenderState.WAITING]
    assert before == ["submitting", "submitting", "queued", "queued"]
    assert states(unanswered) == ["unconfirmed", "unconfirmed", "queued", "queued"]
    assert len(deaf.callers) == WORKERS - 1
    waiting = Render.objects.get(pk=unanswered[-1].pk)
    assert (waiting.error_meaning, waiting.error_advice) == (fairness.TURN, fairness.GOES_ON)


@pytest.mark.django_db(transaction=True)
def test_whoever_is_through_calls_the_next_that_waits(studio_project: Project, key: ProviderKey) -> None:
    first, second, third = takes(studio_project, key, 3)
    with ExitStack() as stack:
        for _ in range(WORKERS - 1):
            stack.enter_context(fairness.turn(base_url=key.base_url))
        for render in (second, third):
            submit(render.pk)
    OrmQ.objects.all().delete()

    submit(first.pk)

    assert [row.task["args"][0] for row in OrmQ.objects.filter(key="studio")] == [second.pk]
    submit(second.pk)
    assert states([first, second, third]) == ["waiting", "waiting", "queued"]
    assert Render.objects.get(pk=second.pk).error_meaning == ""


@pytest.mark.django_db
def test_take_whose_caller_died_is_called_by_the_sweep(studio_project: Project, key: ProviderKey) -> None:
    (render,) = takes(studio_project, key, 1)
    OrmQ.objects.all().delete()
    with ExitStack() as stack:
        for _ in range(WORKERS - 1):
            stack.enter_context(fairness.turn(base_url=key.base_url))
        submit(render.pk)

    at_once = recovery.sweep()["submits"]
    Render.objects.filter(pk=render.pk).update(not_before=now())

    assert (at_once, recovery.sweep()["submits"]) == (0, 1)


@pytest.mark.django_db
def test_cancel_and_check_of_a_gateway_that_does_not_answer_wait_as_well(studio_project: Project, deaf: Deaf) -> None:
    key = make_key(base_url=deaf.base_url)
    render = make_followed(studio_project, key, cancel_asked_at=now(), enqueued_at=now())
    with ExitStack() as stack:
        for _ in range(WORKERS - 1):
            stack.enter_context(fairness.turn(base_url=key.base_url))
        cancel(render.pk)
        verify_key(key.pk)

    key.refresh_from_db()
    assert deaf.callers == []
    assert key.check_result["lines"][0]["text"] == SLOW
    assert recovery.sweep()["cancels"] == 1


@pytest.mark.django_db
def test_a_single_worker_serves_every_gateway(settings: Settings) -> None:
    settings.Q_CLUSTER = {**settings.Q_CLUSTER, "workers": 1}

    with fairness.turn(base_url="http://a.example") as first, fairness.turn(base_url="http://a.example") as second:
        assert (first, second) == (True, True)


@pytest.mark.django_db
def test_files_of_one_gateway_leave_a_worker_to_the_others_and_call_each_other(
    studio_project: Project, settings: Settings
) -> None:
    media = {**settings.Q_CLUSTER["ALT_CLUSTERS"], "media": {"workers": 2}}
    settings.Q_CLUSTER = {**settings.Q_CLUSTER, "ALT_CLUSTERS": media}
    slow, quick = make_key(base_url="http://127.0.0.1:8"), make_key(base_url="http://127.0.0.1:9")
    first, second = (make_render(studio_project, slow, state="fetching") for _ in range(2))
    other = make_render(studio_project, quick, state="fetching")

    with fairness.file_turn(render_id=first.pk) as mine:
        with fairness.file_turn(render_id=second.pk) as its:
            pass
        with fairness.file_turn(render_id=other.pk) as others:
            pass
        waits = recovery.sweep()["fetches"]

    assert (mine, its, others) == (True, False, True)
    # The sweep asks for the first and the other only: the second is called by the first.
    assert waits == 2
    assert [row.task["args"][0] for row in OrmQ.objects.filter(key="media").order_by("pk")][2:] == [second.pk]
