"""Deleting takes: what can go, what stays, and that nothing is lost."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from studio.choices import RenderState, ReviewState, Standing
from studio.lib.clock import now
from studio.models import Project, Render, RenderEvent, User
from studio.services import budgets, take_bin
from studio.services.transitions import reopen
from tests.factories import make_budget, make_output, make_render


def ready(project: Project, **over: Any) -> Render:
    take = make_render(project, standing=Standing.SETTLED, price=Decimal("0.40"), **over)
    make_output(take)
    return take


def test_deleting_takes_a_take_out_of_sight_and_keeps_who_and_when(project: Project, artist: User) -> None:
    take = ready(project)

    take_bin.delete(take=take, actor=artist)

    found = Render.objects.get(pk=take.pk)
    assert (found.deleted_by, found.deleted_at) == (artist, take.deleted_at)
    assert list(Render.objects.present()) == []
    assert RenderEvent.objects.filter(render=take).last().reason == "Deleted"  # type: ignore[union-attr]


def test_deleting_twice_is_one_deletion(project: Project, artist: User, manager: User) -> None:
    take = ready(project)
    take_bin.delete(take=take, actor=artist)

    take_bin.delete(take=Render.objects.get(pk=take.pk), actor=manager)

    assert Render.objects.get(pk=take.pk).deleted_by == artist
    assert RenderEvent.objects.filter(render=take, reason="Deleted").count() == 1


@pytest.mark.parametrize(
    ("state", "standing", "review", "said"),
    [
        (RenderState.READY, Standing.SETTLED, ReviewState.APPROVED, "is approved"),
        (RenderState.RUNNING, Standing.RESERVED, ReviewState.NONE, "still being made"),
        (RenderState.QUEUED, Standing.RESERVED, ReviewState.NONE, "still being made"),
        (RenderState.FETCHING, Standing.RESERVED, ReviewState.NONE, "still being made"),
        (RenderState.UNCONFIRMED, Standing.POSSIBLY, ReviewState.NONE, "may have been charged"),
        (RenderState.FAILED, Standing.POSSIBLY, ReviewState.NONE, "may have been charged"),
    ],
)
def test_what_is_approved_moves_or_is_in_doubt_stays(
    project: Project, artist: User, state: str, standing: str, review: str, said: str
) -> None:
    take = make_render(project, state=state, standing=standing, review_state=review)
    # What the caller read earlier does not count, only what is stored.
    take.state, take.standing, take.review_state = RenderState.READY, Standing.SETTLED, ReviewState.NONE

    with pytest.raises(ValidationError, match=said):
        take_bin.delete(take=take, actor=artist)

    assert list(Render.objects.present()) == [take]


@pytest.mark.parametrize("state", [RenderState.REFUSED, RenderState.FAILED, RenderState.CANCELLED, RenderState.EXPIRED])
def test_what_ended_without_a_film_and_costs_nothing_can_go(project: Project, artist: User, state: str) -> None:
    take_bin.delete(take=make_render(project, state=state, standing=Standing.RELEASED), actor=artist)

    assert Render.objects.present().count() == 0


def test_what_a_deleted_take_cost_still_counts(project: Project, artist: User) -> None:
    make_budget(project)
    take_bin.delete(take=ready(project), actor=artist)

    (limit,) = budgets.limits_of(budgets.binding(project_id=project.pk, person_id=None))
    assert limit.spent == Decimal("0.40")


def test_bringing_back_puts_it_where_it_was(project: Project, artist: User) -> None:
    take = ready(project, review_state=ReviewState.WAITING)
    take_bin.delete(take=take, actor=artist)

    take_bin.bring_back(take=take, actor=artist)

    found = Render.objects.present().get()
    assert (found.deleted_by, found.review_state) == (None, ReviewState.WAITING)
    with pytest.raises(ValidationError, match="not deleted any more"):
        take_bin.bring_back(take=take, actor=artist)


def test_a_deleted_take_that_moves_again_is_seen_again(project: Project, artist: User) -> None:
    take = make_render(project, state=RenderState.FAILED, standing=Standing.RELEASED)
    take_bin.delete(take=take, actor=artist)

    assert reopen(render=take, reason="The gateway has it after all", actor=None)

    assert list(Render.objects.present()) == [take]


def test_a_take_that_was_cleared_and_moved_again_is_kept_for_a_month_like_any_other(
    project: Project, artist: User
) -> None:
    take = make_render(project, state=RenderState.FAILED, standing=Standing.RELEASED)
    take_bin.delete(take=take, actor=artist)
    Render.objects.filter(pk=take.pk).update(deleted_at=now() - timedelta(days=31))
    take_bin.clear_next()
    assert reopen(render=take, reason="The gateway has it after all", actor=None)
    assert Render.objects.get(pk=take.pk).cleared_at is None
    Render.objects.filter(pk=take.pk).update(state=RenderState.READY, standing=Standing.SETTLED)
    make_output(take)
    take_bin.delete(take=Render.objects.get(pk=take.pk), actor=artist)

    assert take_bin.clear_next() == ([], None)

    take_bin.bring_back(take=take, actor=artist)
    assert list(Render.objects.present()) == [take]


def test_what_was_deleted_today_is_never_cleared_whatever_mark_it_has(project: Project, artist: User) -> None:
    take = ready(project)
    take_bin.delete(take=take, actor=artist)
    Render.objects.filter(pk=take.pk).update(cleared_at=now())

    assert take_bin.clear_next() == ([], None)
