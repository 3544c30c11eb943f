"""Work on many takes: what each act does, what is left alone and why, and that no step is done twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError
from django_q.models import OrmQ

from studio.choices import BulkAct, BulkState, RenderState, ReviewState, Role, Standing
from studio.jobs import bulk as job
from studio.lib.clock import now
from studio.models import BulkWork, CollectionTake, Favourite, Membership, Project, Render, TakeTag, User
from studio.services import bulk, collections, ratings, recovery
from tests.factories import make_bulk_work, make_output, make_project, make_render


def ask(actor: User, act: BulkAct, takes: Sequence[Render], **details: Any) -> BulkWork:
    return bulk.ask(actor=actor, act=act, takes=[take.pk for take in takes], details=details)


def ready(project: Project, **over: Any) -> Render:
    take = make_render(project, standing=Standing.SETTLED, **over)
    make_output(take)
    return take


def outcome(work: BulkWork) -> tuple[str, int, int, list[list[Any]]]:
    work = BulkWork.objects.get(pk=work.pk)
    return work.state, work.done, work.changed, work.skipped


def test_a_few_takes_are_done_at_once(project: Project, artist: User) -> None:
    takes = [make_render(project) for _ in range(3)]

    work = ask(artist, BulkAct.RATE, takes, rating=4)

    assert outcome(work) == ("done", 3, 3, [])
    assert set(Render.objects.values_list("rating", flat=True)) == {4}
    assert OrmQ.objects.count() == 0


def test_what_breaks_off_while_the_person_waits_is_never_done_later(
    project: Project, artist: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = make_render(project)

    def breaks(**_asked: Any) -> int:
        raise OperationalError("deadlock detected")

    with monkeypatch.context() as patched:
        patched.setattr(ratings, "rate", breaks)
        with pytest.raises(OperationalError):
            ask(artist, BulkAct.RATE, [take], rating=1)

    assert BulkWork.objects.count() == 0


def test_acts_change_what_they_say(project: Project, artist: User) -> None:
    first, second = make_render(project), make_render(project)
    both = [first, second]

    ask(artist, BulkAct.TAG, both, tags=["Hero"])
    ask(artist, BulkAct.UNTAG, [second], tags=["hero"])
    ask(artist, BulkAct.FAVOURITE, both)
    ask(artist, BulkAct.UNFAVOURITE, [first])

    assert list(TakeTag.objects.values_list("render", flat=True)) == [first.pk]
    assert list(Favourite.objects.values_list("render", flat=True)) == [second.pk]


def test_collecting_makes_a_collection_in_each_project_and_keeps_the_order(project: Project, artist: User) -> None:
    first, second = make_render(project), make_render(project)
    elsewhere = make_render(make_project({Role.REVIEWER: artist}))

    work = ask(artist, BulkAct.COLLECT, [second, first, elsewhere], name="Best of")

    assert outcome(work) == ("done", 3, 3, [])
    here = CollectionTake.objects.filter(collection__project=project).values_list("render", flat=True)
    there = CollectionTake.objects.filter(collection__project=elsewhere.project).values_list("render", flat=True)
    assert (list(here), list(there)) == ([second.pk, first.pk], [elsewhere.pk])


def test_takes_move_from_one_collection_to_another_and_out_of_it(project: Project, artist: User) -> None:
    first, second = make_render(project), make_render(project)
    source = collections.create(project=project, name="Rough", actor=artist)
    target = collections.create(project=project, name="Fine", actor=artist)
    collections.add(collection=source, takes=[first.pk, second.pk], actor=artist)

    ask(artist, BulkAct.MOVE, [first], collection=source.pk, name="fine")
    ask(artist, BulkAct.UNCOLLECT, [second], collection=source.pk)

    assert [place.render_id for place in target.places.all()] == [first.pk]
    assert source.places.count() == 0


def test_a_collection_of_another_project_is_not_touched(project: Project, artist: User) -> None:
    take = make_render(project)
    other = collections.create(project=make_project({Role.ARTIST: artist}), name="Rough", actor=artist)

    work = ask(artist, BulkAct.UNCOLLECT, [take], collection=other.pk)

    said = f"Take {take.pk} is not of the project that this collection belongs to, or the collection is gone."
    assert outcome(work) == ("done", 1, 0, [[take.pk, said]])


def test_what_can_be_sent_for_review_is_and_the_rest_says_why(project: Project, artist: User) -> None:
    good, approved = ready(project), ready(project, review_state=ReviewState.APPROVED)

    work = ask(artist, BulkAct.REVIEW, [good, approved], note="Look at the light")

    said = f"Take {approved.pk} is approved. A reviewer can change that decision."
    assert outcome(work) == ("done", 2, 1, [[approved.pk, said]])
    assert Render.objects.get(pk=good.pk).review_state == ReviewState.WAITING


def test_artists_delete_their_own_managers_all_and_reviewers_none(
    project: Project, artist: User, manager: User, reviewer: User
) -> None:
    mine, theirs = ready(project, asked_by=artist), ready(project, asked_by=manager)
    both = [mine, theirs]

    works = [ask(person, BulkAct.DELETE, both) for person in (reviewer, artist, manager)]

    assert [work.changed for work in works] == [0, 1, 1]
    assert list(Render.objects.present()) == []


def test_approved_takes_and_those_that_may_have_been_charged_are_never_deleted(project: Project, manager: User) -> None:
    approved = ready(project, review_state=ReviewState.APPROVED)
    doubted = make_render(project, state=RenderState.FAILED, standing=Standing.POSSIBLY)
    free = make_render(project, state=RenderState.FAILED, standing=Standing.RELEASED)

    work = ask(manager, BulkAct.DELETE, [approved, doubted, free])

    assert [number for number, _said in work.skipped] == [approved.pk, doubted.pk]
    assert set(Render.objects.present()) == {approved, doubted}


def test_takes_of_others_are_told_of_like_takes_that_never_were(project: Project, artist: User) -> None:
    strange = make_render(make_project())

    work = bulk.ask(actor=artist, act=BulkAct.RATE, takes=[strange.pk, 10**12], details={"rating": 5})

    said = [[number, f"Take {number} is not there any more."] for number in (strange.pk, 10**12)]
    assert outcome(work) == ("done", 2, 0, said)
    assert Render.objects.get(pk=strange.pk).rating == 0


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
