"""The sweep and the revival: whatever a dead worker, a lost hint or a restart left behind goes on."""

from __future__ import annotations

import socket
import subprocess
from datetime import timedelta
from typing import Any

import pytest
from django_q.models import OrmQ, Schedule

from studio.choices import AttemptOutcome, RenderState
from studio.lib.clock import later, now
from studio.lib.holders import this_process
from studio.models import Asset, Lease, Output, Project, Render
from studio.services import leases, recovery
from studio.services.broker import private_key
from studio.services.queue import enqueue
from tests.factories import make_asset, make_attempt, make_key, make_output, make_render

pytestmark = pytest.mark.django_db
OLD = timedelta(minutes=2)


def dead_process() -> str:
    process = subprocess.Popen(["true"])
    process.wait()
    return f"{socket.gethostname()}:{process.pid}"


def hints() -> list[tuple[str, int]]:
    rows = OrmQ.objects.exclude(key="track").order_by("pk")
    return [(row.func().rsplit(".", 1)[-1], row.task["args"][0]) for row in rows]


def sending(project: Project, outcome: AttemptOutcome, **over: Any) -> Render:
    render = make_render(project, state=RenderState.SUBMITTING, **over)
    make_attempt(render, outcome=outcome, remote_id="ldtask_1" if outcome == AttemptOutcome.ACCEPTED else "")
    return render


def test_sweep_of_nothing_does_nothing(project: Project) -> None:
    make_render(project, enqueued_at=now())

    assert set(recovery.sweep().values()) == {0}
    assert hints() == []


def test_sweep_sends_lost_hints_again_once(project: Project) -> None:
    queued = make_render(project, enqueued_at=now() - OLD)
    fetching = make_render(project, state="fetching", enqueued_at=None)
    make_render(project, enqueued_at=now() - OLD, not_before=later(60))
    make_render(project, state="fetching", enqueued_at=now() - OLD, claimed_until=later(60), claimed_by="elsewhere:1")

    recovery.sweep()
    recovery.sweep()

    assert hints() == [("submit", queued.pk), ("ingest", fetching.pk)]


def test_sweep_leaves_what_waits_for_a_paused_key_but_has_it_told_why_first(project: Project) -> None:
    key = make_key(paused_at=now())
    make_render(project, key, error_meaning="The key is paused, so this waits.")
    untold = make_render(project, key)

    recovery.sweep()

    assert hints() == [("submit", untold.pk)]


def test_sweep_adds_no_hints_while_nobody_takes_any(project: Project) -> None:
    for number in range(recovery.BATCH):
        enqueue("studio.jobs.submit.submit", number)
    make_render(project, enqueued_at=now() - OLD)

    recovery.sweep()

    assert OrmQ.objects.count() == recovery.BATCH


def test_sweep_leaves_what_is_being_sent_alone(project: Project) -> None:
    render = sending(project, AttemptOutcome.SENDING, claimed_until=later(60), claimed_by=this_process())

    recovery.sweep()

    render.refresh_from_db()
    assert render.state == RenderState.SUBMITTING


@pytest.mark.parametrize("holder", ["elsewhere:1", ""])
def test_sweep_calls_what_nobody_answers_for_unconfirmed(project: Project, holder: str) -> None:
    render = sending(project, AttemptOutcome.SENDING, claimed_until=now() - OLD, claimed_by=holder)

    recovery.sweep()

    render.refresh_from_db()
    assert (render.state, render.attempts.get().outcome) == (RenderState.UNCONFIRMED, AttemptOutcome.UNKNOWN)
    assert render.ledger.filter(kind="released").count() == 0
    assert hints() == []


def test_sweep_sees_at_once_that_the_sender_of_this_host_is_dead(project: Project) -> None:
    render = sending(project, AttemptOutcome.SENDING, claimed_until=later(300), claimed_by=dead_process())

    recovery.sweep()

    render.refresh_from_db()
    assert render.state == RenderState.UNCONFIRMED


def test_sweep_follows_a_task_whose_answer_was_written_down_before_the_crash(project: Project) -> None:
    render = sending(project, AttemptOutcome.ACCEPTED, claimed_until=later(300), claimed_by="elsewhere:1")

    recovery.sweep()

    render.refresh_from_db()
    assert (render.state, render.next_poll_at is not None) == (RenderState.WAITING, True)


def test_sweep_finds_a_poll_that_was_forgotten(project: Project) -> None:
    render = make_render(project, state="running", next_poll_at=None)

    recovery.sweep()

    assert Render.objects.due(now()).get() == render


def test_sweep_asks_for_previews_less_and_less_often(project: Project) -> None:
    asset = make_asset(project, prepared_at=None)
    asked = []

    for tries, age in ((0, 40), (0, 50), (1, 80), (1, 100), (2, 100), (2, 140), (3, 9000)):
        Asset.objects.filter(pk=asset.pk).update(preparation_tries=tries, created_at=now() - timedelta(seconds=age))
        asked.append(recovery.sweep()["assets"])

    assert asked == [0, 1, 0, 1, 0, 1, 0]


def test_sweep_asks_for_missing_pictures(project: Project) -> None:
    render = make_render(project, state="ready")
    make_output(render, poster="")
    Output.objects.update(created_at=now() - OLD)

    recovery.sweep()

    assert hints() == [("picture_take", render.pk)]


def test_revive_takes_up_at_once_what_a_dead_worker_held(project: Project) -> None:
    dead = dead_process()
    held: dict[str, Any] = {"claimed_until": later(300), "claimed_by": dead, "enqueued_at": now()}
    fetching = make_render(project, state="fetching", **held)
    lost = sending(project, AttemptOutcome.SENDING, **held)
    leases.acquire(name="track", holder=dead, seconds=60)
    enqueue("studio.jobs.submit.submit", 99)
    OrmQ.objects.update(lock=later(800))

    recovery.revive()

    fetching.refresh_from_db()
    lost.refresh_from_db()
    assert (fetching.claimed_until is None or fetching.claimed_until <= now(), lost.state) == (True, "unconfirmed")
    assert hints() == [("submit", 99), ("ingest", fetching.pk)]
    assert OrmQ.objects.filter(lock__gt=now()).count() == 0
    assert OrmQ.objects.filter(key="track").count() == 1
    assert Lease.objects.get(name="track").expires_at <= now()
    assert Schedule.objects.count() == 1


def test_revive_again_and_again_adds_nothing(project: Project) -> None:
    make_render(project, enqueued_at=now() - OLD)
    recovery.revive()
    before = OrmQ.objects.count()

    for _ in range(5):
        recovery.revive()

    assert (OrmQ.objects.count(), Schedule.objects.count()) == (before, 1)


def test_revive_leaves_the_living_their_work(project: Project) -> None:
    render = sending(project, AttemptOutcome.SENDING, claimed_until=later(300), claimed_by=this_process())
    leases.acquire(name="track", holder=this_process(), seconds=60)

    recovery.revive()

    render.refresh_from_db()
    assert (render.state, Lease.objects.get(name="track").expires_at > now()) == (RenderState.SUBMITTING, True)


def test_take_over_lets_the_tracker_run_at_once_in_place_of_a_killed_one(db: None) -> None:
    leases.acquire(name="track", holder=dead_process(), seconds=600)
    leases.acquire(name="track-2", holder=this_process(), seconds=600)
    for cluster in ("track", private_key("track", 7), private_key("track", 8), "media"):
        enqueue("studio.jobs.track.track", cluster=cluster)
    OrmQ.objects.update(lock=later(300))

    recovery.take_over(cluster="track", number=7)

    free = OrmQ.objects.filter(lock__lte=now()).order_by("pk").values_list("key", flat=True)
    assert list(free) == ["track", private_key("track", 7)]
    assert [lease.name for lease in leases.live("track")] == ["track-2"]


def test_take_over_leaves_other_hints_to_the_sweep(project: Project) -> None:
    render = make_render(project, state=RenderState.SUBMITTING, claimed_by=dead_process(), claimed_until=later(600))
    enqueue("studio.jobs.submit.submit", render.pk)
    OrmQ.objects.update(lock=later(300))

    recovery.take_over(cluster="studio", number=7)

    assert OrmQ.objects.filter(lock__lte=now()).count() == 0
    assert Render.objects.filter(pk=render.pk, claimed_until__gt=now()).count() == 0
