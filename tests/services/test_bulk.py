"""Work on many takes: what each act does, what is left alone and why, and that no step is done twice."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError
from django_q.models import OrmQ

from studio.choices import BulkAct, RenderState, ReviewState, Role, Standing
from studio.models import BulkWork, CollectionTake, Favourite, Project, Render, TakeTag, User
from studio.services import bulk, collections, ratings
from tests.factories import make_output, make_project, make_render
from tests.services.bulk_work import ask, outcome


def ready(project: Project, **over: Any) -> Render:
    take = make_render(project, standing=Standing.SETTLED, **over)
    make_output(take)
    return take


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
