"""What changed since: in order, nothing twice, and nothing missed although numbers may commit out of order."""

from __future__ import annotations

from datetime import timedelta

import pytest

from studio.lib.clock import now
from studio.models import Project, Render, RenderEvent
from studio.models.events import GAP_PATIENCE
from tests.factories import make_render

pytestmark = pytest.mark.django_db
OLD = GAP_PATIENCE + timedelta(seconds=1)


@pytest.fixture
def render(project: Project) -> Render:
    render = make_render(project)
    render.events.all().delete()
    return render


def event(render: Render, number: int, *, old: bool) -> RenderEvent:
    moment = now() - OLD if old else now()
    return RenderEvent.objects.create(pk=number, render=render, to_state="queued", reason="x", created_at=moment)


def since(cursor: int) -> list[int]:
    return [event.pk for event in RenderEvent.objects.since(cursor)]


def test_since_gives_what_came_after_in_order(render: Render) -> None:
    for number in (11, 12, 13):
        event(render, number, old=False)

    assert (since(10), since(12), since(13)) == ([11, 12, 13], [13], [])


def test_since_stops_before_a_number_that_may_still_come(render: Render) -> None:
    for number in (11, 13):
        event(render, number, old=False)
    before = since(10)
    event(render, 12, old=False)

    assert (before, since(11)) == ([11], [12, 13])


def test_since_goes_past_a_number_that_will_not_come(render: Render) -> None:
    for number in (11, 13):
        event(render, number, old=True)
    event(render, 14, old=False)

    assert since(10) == [11, 13, 14]


def test_cursor_lies_before_anything_still_on_its_way(render: Render) -> None:
    nothing = RenderEvent.objects.cursor()
    event(render, 11, old=True)
    event(render, 12, old=False)

    assert (nothing, RenderEvent.objects.cursor()) == (0, 11)


def test_event_is_never_changed(render: Render) -> None:
    written = event(render, 11, old=True)

    with pytest.raises(ValueError, match="never changed"):
        written.save()
