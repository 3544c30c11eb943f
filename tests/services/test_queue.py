"""The way onto the job queue: into the right cluster, with the transaction, and never in growing numbers."""

from __future__ import annotations

import os
import pkgutil
import subprocess

import pytest
from django.conf import settings
from django_q.conf import Conf
from django_q.models import OrmQ, Schedule

from studio import jobs
from studio.lib.clock import later
from studio.models import Lease
from studio.services import leases, queue

pytestmark = pytest.mark.django_db


def test_enqueue_from_the_trackers_cluster_still_goes_to_the_main_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Conf, "CLUSTER_NAME", "track")
    monkeypatch.setattr(Conf, "PREFIX", "track")

    queue.enqueue("studio.jobs.submit.submit", 1)
    queue.enqueue("studio.jobs.track.track", cluster=queue.TRACK)

    assert list(OrmQ.objects.order_by("pk").values_list("key", flat=True)) == ["studio", "track"]


def test_enqueue_keeps_files_and_polls_apart_from_what_is_sent() -> None:
    names = [f"{info.name}" for info in pkgutil.iter_modules(jobs.__path__)]

    elsewhere = {name: queue.cluster_of(f"studio.jobs.{name}.any") for name in names}

    assert {name: cluster for name, cluster in elsewhere.items() if cluster != queue.MAIN} == {
        "bulk": "media",
        "clear_deleted": "media",
        "clear_references": "media",
        "exports": "media",
        "ingest": "media",
        "posters": "media",
        "previews": "media",
        "search": "media",
        "track": "track",
    }


def test_every_cluster_of_the_settings_is_one_that_jobs_may_go_to() -> None:
    assert (settings.Q_CLUSTER["name"], *settings.Q_CLUSTER["ALT_CLUSTERS"]) == queue.CLUSTERS


def test_take_back_lets_what_the_cluster_had_in_hand_be_taken_again() -> None:
    queue.enqueue("studio.jobs.submit.submit", 1)
    queue.enqueue("studio.jobs.ingest.ingest", 1)
    OrmQ.objects.update(lock=later(800))
    before = queue.waiting(), queue.waiting(queue.MEDIA)

    queue.take_back(clusters=[queue.MEDIA])

    assert (before, (queue.waiting(), queue.waiting(queue.MEDIA))) == ((0, 0), (0, 1))


def test_forget_beats_clears_away_what_was_asked_of_dead_clusters() -> None:
    dead = subprocess.Popen(["true"])
    dead.wait()
    queue.enqueue("studio.jobs.submit.submit", 1)
    for number in (dead.pid, os.getpid()):
        queue.ask_beat(cluster="studio", number=number)

    queue.forget_beats()

    assert queue.owes_beat("studio", os.getpid()) is True
    assert OrmQ.objects.count() == 2


def test_schedule_is_made_once() -> None:
    for _ in range(3):
        queue.ensure_schedule()

    assert list(Schedule.objects.values_list("func", "minutes")) == [("studio.jobs.schedule.each_minute", 1)]


def test_there_is_one_tracker_for_each_live_supervisor_of_workers(db: None) -> None:
    leases.acquire(name="worker:here:1", holder="here:1", seconds=60)
    leases.acquire(name="worker:there:1", holder="there:1", seconds=60)

    for _ in range(5):
        queue.ensure_tracker()

    tokens = dict(Lease.objects.filter(name__startswith="track").values_list("name", "holder"))
    assert sorted(tokens) == ["track-2-start", "track-start"]
    assert [queue.slot_of(tokens[name]) for name in sorted(tokens)] == ["track-2", "track"]
    assert (queue.waiting("track"), queue.tracker_slots()) == (2, ["track", "track-2"])


def test_tracker_of_a_supervisor_that_is_gone_is_not_started_again(db: None) -> None:
    leases.acquire(name="worker:here:1", holder="here:1", seconds=60)
    leases.acquire(name="worker:there:1", holder="there:1", seconds=0)
    leases.acquire(name="track", holder="here:2", seconds=60)

    queue.ensure_tracker()

    assert (queue.waiting("track"), queue.trackers()) == (0, ["here:2"])
