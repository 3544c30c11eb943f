"""The job that brings the index of words up to date."""

from __future__ import annotations

import pytest
from django.db import OperationalError
from django_q.models import OrmQ

from studio.jobs.search import work_off
from studio.models import Lease, Project, Render, SearchWork
from studio.services import search_entries, search_index
from studio.services.search import found
from studio.services.search_entries import Entry
from tests.factories import make_render


def test_everything_that_is_due_is_written(project: Project) -> None:
    take = make_render(project)
    SearchWork.objects.create(noun="take")

    work_off()

    assert Render.objects.get(pk__in=found(noun="take", words="red car")) == take
    assert not search_index.is_behind()


def test_a_row_that_cannot_be_written_keeps_no_other_from_being_found(
    project: Project, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = make_render(project), make_render(project)
    entries_of = search_entries.entries_of

    def read(noun: str, numbers: list[int]) -> list[Entry]:
        if bad.pk in numbers:
            raise ValueError("odd")
        return entries_of(noun, numbers)

    monkeypatch.setattr(search_index, "entries_of", read)
    SearchWork.objects.create(noun="take")

    work_off()

    assert list(Render.objects.filter(pk__in=found(noun="take", words="red car"))) == [good]
    assert not search_index.is_behind()
    assert f"take {bad.pk} cannot be indexed and is left out" in caplog.messages


def test_a_database_that_is_busy_is_no_fault_of_a_row(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    make_render(project)

    def busy(*_asked: object) -> list[Entry]:
        raise OperationalError("deadlock detected")

    monkeypatch.setattr(search_index, "entries_of", busy)
    SearchWork.objects.create(noun="take")

    with pytest.raises(OperationalError):
        work_off()

    assert search_index.is_behind()


def test_one_hint_waits_at_most_and_among_those_that_may_take_long(project: Project) -> None:
    OrmQ.objects.all().delete()
    for _ in range(3):
        search_index.renamed(project=project)

    assert list(OrmQ.objects.values_list("key", flat=True)) == ["media"]

    token = Lease.objects.get(name=search_index.ASKED).holder
    work_off(token)
    search_index.renamed(project=project)

    assert OrmQ.objects.count() == 2


def test_job_is_asked_for_only_while_something_is_due(project: Project) -> None:
    OrmQ.objects.all().delete()
    search_index.ask_to_work_off()
    before = OrmQ.objects.count()
    SearchWork.objects.create(noun="take")
    search_index.ask_to_work_off()

    assert (before, OrmQ.objects.count()) == (0, 1)
