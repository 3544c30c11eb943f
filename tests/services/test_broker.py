"""Reading the queue: in order, one's own first, each hint once, and through a database that comes and goes."""

from __future__ import annotations

import os
from typing import Any

import pytest
from django.db import OperationalError
from django_q.brokers import get_broker
from django_q.models import OrmQ

from studio.services import broker, queue
from studio.services.broker import Broker

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    taken: list[float] = []
    monkeypatch.setattr("studio.services.broker.time.sleep", taken.append)
    return taken


def taken_by(reader: Broker) -> list[Any]:
    """The first argument of each hint in the order in which `reader` gets them."""
    found = []
    while hints := reader.dequeue():
        found += [OrmQ.objects.get(pk=pk).task["args"][0] for pk, _ in hints]
    return found


def test_queue_is_read_through_our_broker() -> None:
    assert type(get_broker("media")) is Broker


def test_hints_are_taken_oldest_first_and_each_once() -> None:
    for number in (3, 1, 2):
        queue.enqueue("studio.jobs.submit.submit", number)
    queue.enqueue("studio.jobs.ingest.ingest", 9)

    assert taken_by(Broker("studio")) == [3, 1, 2]


def test_what_is_asked_of_one_running_cluster_comes_first_and_to_no_other() -> None:
    queue.enqueue("studio.jobs.submit.submit", 1)
    queue.ask_beat(cluster="studio", number=os.getpgrp())
    queue.ask_beat(cluster="studio", number=os.getpgrp() + 1)

    assert taken_by(Broker("studio")) == ["studio", 1]
    assert OrmQ.objects.filter(lock__gt=OrmQ.objects.earliest("lock").lock).count() == 2


def test_database_that_is_away_is_waited_for_and_told_of_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, pauses: list[float]
) -> None:
    reader, answers = Broker("studio"), [OperationalError("gone"), OperationalError("gone"), None]

    def take() -> list[Any]:
        if problem := answers.pop(0):
            raise problem
        return [(1, "hint")]

    monkeypatch.setattr(reader, "_take", take)

    assert [reader.dequeue() for _ in range(3)] == [None, None, [(1, "hint")]]
    assert pauses == [broker.AWAY_SECONDS] * 2
    assert [record.getMessage() for record in caplog.records] == [
        "the queue “studio” cannot be read, trying again: gone",
        "the queue “studio” can be read again",
    ]


def test_finished_job_leaves_the_queue_when_the_database_is_back(
    monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    queue.enqueue("studio.jobs.submit.submit", 1)
    reader, delete = Broker("studio"), Broker.delete
    problems = [OperationalError("gone")] * 2

    def brittle(self: Broker, number: int) -> None:
        if problems:
            raise problems.pop()
        delete(self, number)

    monkeypatch.setattr(Broker, "delete", brittle)
    reader.acknowledge(OrmQ.objects.get().pk)

    assert OrmQ.objects.count() == 0
    assert pauses == list(broker.PATIENCE[:2])


def test_hint_that_cannot_be_read_is_dropped_with_a_word(caplog: pytest.LogCaptureFixture) -> None:
    queue.enqueue("studio.jobs.submit.submit", 1)

    Broker("studio").fail(OrmQ.objects.get().pk)

    assert OrmQ.objects.count() == 0
    assert [record.getMessage() for record in caplog.records] == [
        "a job in the queue “studio” was signed with another STUDIO_SECRET_KEY and is dropped; "
        "nothing is lost, what it was for is asked for again within a minute"
    ]
