"""Renders: what each question gives, and what the database itself forbids."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.test.utils import CaptureQueriesContext

from studio.choices import AT_GATEWAY, ENDED, LIVE, RenderState
from studio.lib.clock import now
from studio.models import Project, Render, RenderInput, User
from studio.services import polling
from tests.factories import make_asset, make_attempt, make_project, make_render

pytestmark = pytest.mark.django_db


def test_visible_is_what_lies_in_ones_projects(project: Project, artist: User, outsider: User, admin: User) -> None:
    ours, other = make_render(project), make_render(make_project())

    seen = [set(Render.objects.visible_to(user)) for user in (artist, outsider, admin)]

    assert seen == [{ours}, set(), {ours, other}]
    assert list(Render.objects.visible_to(AnonymousUser())) == []  # type: ignore[arg-type]


def test_due_is_what_waits_at_the_gateway_longest_first(project: Project) -> None:
    moment = now()
    for state in RenderState:
        make_render(project, state=state, next_poll_at=moment - timedelta(seconds=1))
    first = make_render(project, state="running", next_poll_at=moment - timedelta(minutes=1))
    make_render(project, state="running", next_poll_at=moment + timedelta(minutes=1))

    due = list(Render.objects.due(moment))

    assert (due[0], {render.state for render in due}, len(due)) == (first, set(AT_GATEWAY), 3)


def test_states_live_ended_or_wait_for_a_person() -> None:
    assert {*LIVE} | {*ENDED} | {RenderState.DRAFT, RenderState.UNCONFIRMED} == {*RenderState}
    assert {*LIVE} & {*ENDED} == set()


def test_before_pages_by_number(project: Project) -> None:
    first, second, third = (make_render(project) for _ in range(3))

    assert list(Render.objects.in_gallery().before(third.pk)) == [second, first]
    assert list(Render.objects.in_gallery().before(None)) == [third, second, first]


def test_press_makes_each_take_once(project: Project) -> None:
    render = make_render(project)

    with pytest.raises(IntegrityError), transaction.atomic():
        make_render(project, submission=render.submission)


def test_attempt_has_its_own_number(project: Project) -> None:
    attempt = make_attempt(make_render(project))

    with pytest.raises(IntegrityError), transaction.atomic():
        make_attempt(attempt.render, number=attempt.number)


def test_reference_in_use_is_not_deleted(project: Project) -> None:
    asset = make_asset(project)
    RenderInput.objects.create(render=make_render(project), asset=asset, role="first_frame", position=0)

    with pytest.raises(ProtectedError):
        asset.delete()


def test_claim_finds_what_is_due_by_its_index(project: Project) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's planner reads a small table whole")

    with CaptureQueriesContext(connection) as captured:
        polling.claim_due(limit=10)

    claim = next(query["sql"] for query in captured if query["sql"].startswith("UPDATE"))
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {claim}")
        plan = [row[3] for row in cursor.fetchall()]
    assert [line for line in plan if "render_due" in line] != []
