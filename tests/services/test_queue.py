"""The way onto the job queue: into the right cluster, with the transaction, and never in growing numbers."""

from __future__ import annotations

import pytest
from django_q.conf import Conf
from django_q.models import OrmQ, Schedule

from studio.lib.clock import later
from studio.services import queue

pytestmark = pytest.mark.django_db


def test_enqueue_from_the_trackers_cluster_still_goes_to_the_main_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Conf, "CLUSTER_NAME", "track")
    monkeypatch.setattr(Conf, "PREFIX", "track")

    queue.enqueue("studio.jobs.ingest.ingest", 1)
    queue.enqueue("studio.jobs.track.track", cluster=queue.TRACK)

    assert list(OrmQ.objects.order_by("pk").values_list("key", flat=True)) == ["studio", "track"]


def test_take_back_lets_what_was_handed_out_be_taken_again() -> None:
    queue.enqueue("studio.jobs.ingest.ingest", 1)
    OrmQ.objects.update(lock=later(800))
    before = queue.waiting()

    queue.take_back()

    assert (before, queue.waiting()) == (0, 1)


def test_schedule_is_made_once() -> None:
    for _ in range(3):
        queue.ensure_schedule()

    assert list(Schedule.objects.values_list("func", "minutes")) == [("studio.jobs.schedule.each_minute", 1)]
