"""Many takes are brought back at once: those that a deletion took away, by those who could have deleted them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from django.utils import translation

from studio.choices import BulkAct, ReviewState, Standing
from studio.jobs import bulk as job
from studio.lib.clock import now
from studio.models import BulkWork, Project, Render, User
from studio.services import bulk, take_bin
from tests.factories import make_output, make_render


def ask(actor: User, act: BulkAct, takes: Sequence[Render], **details: Any) -> BulkWork:
    return bulk.ask(actor=actor, act=act, takes=[take.pk for take in takes], details=details)


def ready(project: Project, **over: Any) -> Render:
    take = make_render(project, standing=Standing.SETTLED, **over)
    make_output(take)
    return take


def outcome(work: BulkWork) -> tuple[str, int, int, list[list[Any]]]:
    work = BulkWork.objects.get(pk=work.pk)
    return work.state, work.done, work.changed, work.skipped


def test_what_a_deletion_took_away_is_known_and_brought_back_by_the_job(
    project: Project, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    monkeypatch.setattr(bulk, "STEP", 2)
    takes = [ready(project) for _ in range(4)]
    before, approved = ready(project), ready(project, review_state=ReviewState.APPROVED)
    take_bin.delete(take=before, actor=manager)
    work = ask(manager, BulkAct.DELETE, [*takes, approved, before])
    job.work(work.pk)
    take_bin.bring_back(take=takes[0], actor=manager)
    work = BulkWork.objects.get(pk=work.pk)

    gone = bulk.gone_with(work=work)
    back = bulk.ask(actor=manager, act=BulkAct.BRING_BACK, takes=gone, details={})
    job.work(back.pk)

    assert gone == [take.pk for take in takes[1:]]
    assert outcome(back) == ("done", 3, 3, [])
    assert (bulk.gone_with(work=work), set(Render.objects.present())) == ([], {*takes, approved})


def test_only_those_bring_back_who_could_have_deleted(project: Project, artist: User, reviewer: User) -> None:
    mine, theirs, cleared = ready(project, asked_by=artist), ready(project), ready(project, asked_by=artist)
    Render.objects.update(deleted_at=now())
    Render.objects.filter(pk=cleared.pk).update(cleared_at=now())

    works = [ask(person, BulkAct.BRING_BACK, [mine, theirs, cleared]) for person in (reviewer, artist, artist)]

    said = f"Take {theirs.pk} is somebody else’s: only a manager of the project brings it back."
    late = f"The files of take {cleared.pk} were cleared away 30 days after it was deleted, so it cannot come back."
    assert [work.changed for work in works] == [0, 1, 0]
    assert works[1].skipped == [[theirs.pk, said], [cleared.pk, late]]
    assert list(Render.objects.present()) == [mine]


def test_reasons_are_stored_in_english_whatever_language_is_spoken(project: Project, artist: User) -> None:
    theirs = ready(project)

    with translation.override("fr"):
        work = ask(artist, BulkAct.DELETE, [theirs])

    said = f"Take {theirs.pk} is somebody else’s: only a manager of the project deletes it."
    assert outcome(work)[3] == [[theirs.pk, said]]
