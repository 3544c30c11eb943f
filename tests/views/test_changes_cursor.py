"""The number from which a page asks on: nothing is missed, and the page of a take hears of it alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from studio.models import Project, RenderEvent
from studio.services.transitions import note
from tests.factories import make_project, make_render
from tests.views.asking import Ask, ask, before_all, newest, poll_of, settle

__all__ = ["ask"]


def test_number_that_is_still_on_its_way_is_waited_for(ask: Ask, project: Project) -> None:
    first = make_render(project)
    settle()
    since = newest()
    late = RenderEvent.objects.create(render=first, to_state="queued", from_state="queued", reason="Rolled in later")
    note(render=first, reason="After the gap")
    gap = late.pk
    late.delete()

    waiting = ask(since=since)
    RenderEvent.objects.filter(pk__gt=gap).update(created_at=timezone.now() - timedelta(minutes=1))
    given_up = ask(since=since)

    assert waiting.status_code == 204
    assert poll_of(given_up.content.decode())["since"] == str(gap + 1)


def test_cursor_of_a_new_page_leaves_room_for_what_is_still_on_its_way(project: Project) -> None:
    make_render(project)
    settle()
    old = newest()
    make_render(project)

    assert RenderEvent.objects.cursor() == old


def test_cursor_starts_at_nothing(db: None) -> None:
    assert RenderEvent.objects.cursor() == 0


def test_far_behind_is_caught_up_in_steps(project: Project) -> None:
    take = make_render(project)
    for number in range(5):
        note(render=take, reason=str(number))
    first = RenderEvent.objects.order_by("pk")[0].pk

    steps = [event.pk for event in RenderEvent.objects.since(first - 1, limit=4)]

    assert steps == [first, first + 1, first + 2, first + 3]


def test_page_of_a_take_is_told_that_it_moved(ask: Ask, project: Project) -> None:
    take, other = make_render(project), make_render(project)
    since = newest()

    before = ask(since=since, take=take.pk)
    note(render=take, reason="50 % done")

    assert (before.status_code, "HX-Trigger" in before) == (204, False)
    assert ask(since=since, take=take.pk)["HX-Trigger"] == "take-changed"
    assert "HX-Trigger" not in ask(since=since, take=other.pk)


def test_page_of_a_take_hears_of_it_through_any_noise(ask: Ask, project: Project) -> None:
    take, busy = make_render(project), make_render(project)
    since = newest()
    RenderEvent.objects.bulk_create(
        RenderEvent(render=busy, from_state="running", to_state="running", reason="1 % done") for _ in range(600)
    )

    note(render=take, reason="50 % done")

    assert ask(since=since, take=take.pk)["HX-Trigger"] == "take-changed"


def test_take_of_others_is_not_told_of(ask: Ask) -> None:
    foreign = make_render(make_project())

    assert "HX-Trigger" not in ask(since=0, take=foreign.pk)


def test_number_of_a_strangers_take_looks_like_any_other(ask: Ask, project: Project) -> None:
    own, strange = make_render(project), make_render(make_project())
    for take in (own, strange):
        note(render=take, reason="looked at")

    body = ask(since=before_all(), shown=f"{own.pk},{strange.pk},999999").content.decode()

    assert poll_of(body)["shown"] == f"{strange.pk},999999"


@pytest.mark.parametrize("since", ["", "x", "-1", "1.5", "٣", "9" * 400, "0x10", "null"])
@pytest.mark.parametrize("name", ["since", "take", "shown", "project"])
def test_nonsense_is_survived(ask: Ask, project: Project, name: str, since: str) -> None:
    make_render(project)

    assert ask(**{"since": 0, name: since}).status_code in {200, 204}
