"""What of the life of a take and a key is told, to whom, and that no step falls for it."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from studio.choices import RenderState, Role
from studio.lib.clock import now
from studio.models import Dispatch, Notification, Project, ProjectHook, ProviderKey, Render, User
from studio.services import keys
from studio.services.transitions import move
from tests.factories import make_key, make_render
from tests.services.notifying import mailing, mails, rows

__all__ = ["mailing"]
pytestmark = pytest.mark.django_db


def fetching(project: Project, asker: User | None, **over: Any) -> Render:
    return make_render(project, state=RenderState.FETCHING, asked_by=asker, **over)


def test_a_ready_take_is_told_to_whoever_asked_for_it(project: Project, artist: User) -> None:
    take = fetching(project, artist)

    move(render=take, to=RenderState.READY, reason="Here")

    row = Notification.objects.get()
    assert (row.recipient, row.kind, row.render, row.project) == (artist, "ready", take, project)
    assert (row.text, row.path) == (f"Take {take.pk} is ready.", f"/takes/{take.pk}/")


def test_takes_of_the_shell_are_told_to_nobody(project: Project) -> None:
    move(render=fetching(project, None), to=RenderState.READY, reason="Here")

    assert rows() == []


def test_a_press_is_one_mail_when_all_of_it_has_ended(mailing: ProjectHook, project: Project, artist: User) -> None:
    User.objects.filter(pk=artist.pk).update(notice_choices={"ready": ["app", "mail"]})
    asker = User.objects.get(pk=artist.pk)
    first = fetching(project, asker)
    others = [fetching(project, asker, submission=first.submission, take_number=number) for number in (2, 3)]

    move(render=first, to=RenderState.READY, reason="Here")
    move(render=others[0], to=RenderState.READY, reason="Here")
    before = mails()
    move(render=others[1], to=RenderState.FAILED, reason="No", free="No job")

    mail = Dispatch.objects.get()
    assert (before, mails(), mail.content["text"]) == (
        [],
        ["artist"],
        "2 of the 3 takes that you asked for are ready.",
    )
    assert rows() == [("artist", "ready", True)] * 2 + [("artist", "ready", False)]


def test_a_press_without_a_take_is_no_mail(mailing: ProjectHook, project: Project, artist: User) -> None:
    User.objects.filter(pk=artist.pk).update(notice_choices={"ready": ["mail"]})

    move(render=fetching(project, User.objects.get(pk=artist.pk)), to=RenderState.FAILED, reason="No", free="No job")

    assert (mails(), rows()) == ([], [])


def test_an_unconfirmed_take_is_told_to_its_asker_and_the_managers(project: Project, artist: User) -> None:
    take = make_render(project, state=RenderState.SUBMITTING, asked_by=artist)

    move(render=take, to=RenderState.UNCONFIRMED, reason="No answer")

    assert rows() == [("artist", "unconfirmed", True), ("manager", "unconfirmed", True)]
    assert {row.text for row in Notification.objects.all()} == {
        f"Take {take.pk} was sent, but no answer came: it may be charged. Say what became of it, or wait for a proof."
    }


def test_a_take_that_ended_possibly_charged_is_told_too(project: Project, manager: User) -> None:
    move(render=fetching(project, manager), to=RenderState.EXPIRED, reason="Too late")

    assert rows() == [("manager", "unconfirmed", True)]


@pytest.mark.parametrize("free", ["No job was created"])
def test_a_take_that_costs_nothing_is_told_to_nobody(project: Project, artist: User, free: str) -> None:
    move(render=fetching(project, artist), to=RenderState.FAILED, reason="No", free=free)

    assert rows() == []


def test_where_nobody_manages_the_admins_are_told(project: Project, admin: User) -> None:
    project.memberships.filter(role=Role.MANAGER).delete()
    take = make_render(project, state=RenderState.SUBMITTING)

    move(render=take, to=RenderState.UNCONFIRMED, reason="No answer")

    assert rows() == [("admin", "unconfirmed", True)]


def test_a_step_stands_although_nobody_could_be_told(
    project: Project, artist: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(**_: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr("studio.services.happenings.tell", break_down)
    take = fetching(project, artist)

    assert move(render=take, to=RenderState.READY, reason="Here")
    assert (Render.objects.get().state, rows()) == ("ready", [])


def test_a_key_is_paused_although_nobody_could_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(**_: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr("studio.services.happenings.tell", break_down)

    keys.pause_refused(key=make_key(), said="no", meaning="The key is not valid.")

    assert (ProviderKey.objects.get().paused_by_studio, rows()) == (True, [])


def test_a_second_doubt_of_the_same_take_is_told_again(project: Project, artist: User) -> None:
    take = make_render(project, state=RenderState.SUBMITTING, asked_by=artist)
    move(render=take, to=RenderState.UNCONFIRMED, reason="No answer")
    move(render=take, to=RenderState.QUEUED, reason="It was not created")
    move(render=take, to=RenderState.SUBMITTING, reason="Sent")

    move(render=take, to=RenderState.UNCONFIRMED, reason="No answer")

    assert rows() == [("artist", "unconfirmed", True)] * 2 + [("manager", "unconfirmed", True)] * 2


def test_a_step_that_nobody_waits_for_asks_nothing_more(
    project: Project, artist: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    take = Render.objects.get(pk=make_render(project, state=RenderState.WAITING, asked_by=artist).pk)

    # A savepoint and its end, the step and its event.
    with django_assert_num_queries(4):
        move(render=take, to=RenderState.RUNNING, reason="The gateway has started")


def test_everything_is_gone_when_the_step_is(project: Project, mailing: ProjectHook, artist: User) -> None:
    moment = now()
    take = make_render(project, state=RenderState.WAITING, asked_by=artist, state_at=moment)
    Render.objects.update(state=RenderState.RUNNING)

    assert not move(render=take, to=RenderState.FAILED, reason="No")
    assert (rows(), mails()) == ([], [])
