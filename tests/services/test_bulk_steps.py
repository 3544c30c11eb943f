"""Work on very many takes by a job: in steps, once, with the rights of each moment."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django_q.models import OrmQ

from studio.choices import BulkAct, BulkState
from studio.jobs import bulk as job
from studio.lib.clock import now
from studio.models import BulkWork, Favourite, Membership, Project, User
from studio.services import bulk, recovery
from tests.factories import make_render
from tests.services.bulk_work import ask, outcome
from tests.team_factories import make_bulk_work


def test_many_takes_are_done_by_the_job(project: Project, artist: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    monkeypatch.setattr(bulk, "STEP", 2)
    takes = [make_render(project) for _ in range(5)]

    work = ask(artist, BulkAct.FAVOURITE, takes)
    before = (outcome(work), OrmQ.objects.count())
    job.work(work.pk)

    assert before == (("waiting", 0, 0, []), 1)
    assert outcome(work) == ("done", 5, 5, [])


def test_the_role_counts_that_somebody_has_when_a_step_is_done(
    project: Project, artist: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 0)
    take = make_render(project)
    work = ask(artist, BulkAct.RATE, [take], rating=5)
    Membership.objects.filter(user=artist).delete()

    job.work(work.pk)

    assert outcome(work) == ("done", 1, 0, [[take.pk, f"Take {take.pk} is not there any more."]])


def test_whoever_may_not_sign_in_any_more_changes_nothing(project: Project, admin: User) -> None:
    take = make_render(project)
    admin.is_active = False
    admin.save()

    job.work(make_bulk_work(admin, take).pk)

    assert Favourite.objects.count() == 0


def test_pressing_twice_finds_the_first(project: Project, artist: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 0)
    take = make_render(project)

    works = [ask(artist, BulkAct.RATE, [take], rating=rating) for rating in (5, 5, 4)]

    assert [work.pk == works[0].pk for work in works] == [True, True, False]


def test_so_much_at_once_and_no_more(project: Project, artist: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 0)
    monkeypatch.setattr(bulk, "MOST_LIVE", 1)
    take = make_render(project)
    ask(artist, BulkAct.RATE, [take], rating=5)

    with pytest.raises(ValidationError):
        ask(artist, BulkAct.RATE, [take], rating=4)


@pytest.mark.parametrize(("act", "takes"), [("rate", []), ("rename", [1])])
def test_nothing_is_asked_for_without_takes_or_with_an_unknown_act(artist: User, act: str, takes: list[int]) -> None:
    with pytest.raises(ValidationError):
        bulk.ask(actor=artist, act=act, takes=takes, details={})


def test_a_step_that_another_worker_has_done_is_not_done_again(project: Project, artist: User) -> None:
    work = make_bulk_work(artist, make_render(project))
    mine = bulk.claim(work_id=work.pk)
    assert mine is not None
    theirs = BulkWork.objects.select_related("actor").get(pk=work.pk)

    assert (bulk.step(work=mine), bulk.step(work=theirs)) == (False, False)

    assert outcome(work) == ("done", 1, 1, [])


def test_work_is_claimed_by_one_worker_and_taken_up_when_that_is_dead(project: Project, artist: User) -> None:
    work = make_bulk_work(artist, make_render(project))

    first, second = bulk.claim(work_id=work.pk), bulk.claim(work_id=work.pk)
    BulkWork.objects.update(claimed_until=now() - timedelta(seconds=1))
    third = bulk.claim(work_id=work.pk)

    assert (first is None, second is None, third is None) == (False, True, False)


def test_work_that_breaks_its_worker_three_times_is_given_up(project: Project, artist: User) -> None:
    work = make_bulk_work(artist, make_render(project), tries=bulk.TRIES)

    job.work(work.pk)

    assert outcome(work)[0] == "stopped"


def test_the_sweep_takes_up_what_a_dead_worker_left(project: Project, artist: User) -> None:
    past = now() - timedelta(minutes=5)
    dead = make_bulk_work(artist, make_render(project), state=BulkState.RUNNING, claimed_until=past)
    lost = make_bulk_work(artist, make_render(project), created_at=past)
    make_bulk_work(artist, make_render(project), state=BulkState.RUNNING, claimed_until=now() + timedelta(minutes=1))
    make_bulk_work(artist, make_render(project), state=BulkState.DONE, created_at=past)

    found = recovery.sweep()["bulk"]

    assert found == 2
    for work in (dead, lost):
        job.work(work.pk)
    assert [outcome(work)[0] for work in (dead, lost)] == ["done", "done"]


def test_stopped_work_stays_where_it_is(project: Project, artist: User) -> None:
    work = make_bulk_work(artist, make_render(project))

    bulk.stop(work=work)
    job.work(work.pk)

    assert outcome(work) == ("stopped", 0, 0, [])


def test_a_run_that_takes_long_goes_on_in_the_next(
    project: Project, artist: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "STEP", 1)
    monkeypatch.setattr(job, "RUN_SECONDS", -1)
    work = make_bulk_work(artist, *(make_render(project) for _ in range(3)))

    job.work(work.pk)
    after_one = outcome(work)[:2]
    job.work(work.pk)
    job.work(work.pk)

    assert (after_one, outcome(work)[:2]) == (("running", 1), ("done", 3))


def test_only_the_first_reasons_are_kept_and_all_are_counted(
    project: Project, artist: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "REASONS_KEPT", 1)

    work = bulk.ask(actor=artist, act=BulkAct.FAVOURITE, takes=[10**12, 10**12 + 1], details={})

    assert (len(work.skipped), work.skipped_count) == (1, 2)


def test_ones_own_work_is_counted_without_reading_its_takes(project: Project, artist: User, manager: User) -> None:
    work = make_bulk_work(artist, make_render(project), make_render(project))

    assert [found.number for found in bulk.of(actor=artist)] == [2]  # type: ignore[attr-defined]
    assert bulk.of(actor=artist).get().get_deferred_fields() == {"takes"}
    assert list(bulk.of(actor=manager)) == []
    assert work.total == 2


def test_old_work_is_cleared_away_after_a_week(project: Project, artist: User) -> None:
    make_bulk_work(artist, make_render(project), ended_at=now() - timedelta(days=8))
    kept = make_bulk_work(artist, make_render(project), ended_at=now() - timedelta(days=6))

    bulk.forget_old()

    assert list(BulkWork.objects.all()) == [kept]
