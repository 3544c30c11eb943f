"""Cancelling takes and asking for them again."""

from __future__ import annotations

from uuid import uuid5

import pytest
from django.core.exceptions import ValidationError

from studio.choices import RenderState
from studio.models import Project, Render, User
from studio.services.asking_again import RETRIES
from studio.services.renders import ask_cancel, repeat, retry
from studio.services.resending import send_again
from tests.factories import begin, make_key, make_render, make_request, make_unconfirmed
from tests.services.rendering import hints, press

pytestmark = pytest.mark.django_db


def test_cancel_of_a_queued_take_frees_the_money_and_says_so(project: Project, artist: User) -> None:
    (render,) = press(project, make_key(), takes=1)

    said = ask_cancel(render=render, actor=artist)

    assert said == "Cancelled before it was sent. Nothing is charged."
    assert (render.state, render.ledger.last().kind) == ("cancelled", "released")  # type: ignore[union-attr]


@pytest.mark.parametrize("state", ["submitting", "waiting", "running"])
def test_cancel_of_what_left_us_is_only_asked_for_and_once(project: Project, state: str, artist: User) -> None:
    render = make_render(project, state=state)

    said = [ask_cancel(render=Render.objects.get(pk=render.pk), actor=artist) for _ in range(3)]

    render.refresh_from_db()
    assert set(said) == {"Cancel was asked for. The gateway decides; a render that has started may still be charged."}
    assert (render.state, render.cancel_asked_at is not None) == (state, True)
    assert [event.reason for event in render.events.filter(actor=artist)] == ["Cancel was asked for"]
    assert hints() == [("studio.jobs.cancel.cancel", (render.pk,))]


@pytest.mark.parametrize("state", ["fetching", "ready", "failed", "refused", "cancelled", "expired", "unconfirmed"])
def test_cancel_too_late_says_so(project: Project, state: str) -> None:
    render = make_render(project, state=state)

    with pytest.raises(ValidationError, match="nothing was cancelled"):
        ask_cancel(render=render, actor=None)

    assert hints() == []


def test_cancel_of_a_take_that_left_the_queue_in_that_moment_is_asked_for(project: Project) -> None:
    (render,) = press(project, make_key(), takes=1)
    begin(Render.objects.get(pk=render.pk))

    said = ask_cancel(render=render, actor=None)

    assert said.startswith("Cancel was asked for.")
    assert render.ledger.filter(kind="released").count() == 0


def test_cancel_of_a_take_that_came_back_into_the_queue_cancels_it(project: Project) -> None:
    (render,) = press(project, make_key(), takes=1)
    stale = Render.objects.get(pk=render.pk)
    stale.state = RenderState.SUBMITTING

    said = ask_cancel(render=stale, actor=None)

    assert (said[:9], Render.objects.get(pk=render.pk).state) == ("Cancelled", "cancelled")


@pytest.mark.parametrize("state", ["refused", "failed", "cancelled", "expired"])
def test_retry_asks_for_the_same_as_new_work(project: Project, artist: User, state: str) -> None:
    render = make_render(project, state=state)

    again = retry(render=render, asked_by=artist)

    assert (again.spec, again.parent, again.lineage, again.state) == (render.spec, render, "retry", "queued")
    assert again.submission != render.submission


def test_retry_pressed_twice_is_one_until_that_one_has_ended(project: Project, artist: User) -> None:
    render = make_render(project, state="failed")
    first = retry(render=render, asked_by=artist)

    second = retry(render=render, asked_by=artist)
    Render.objects.filter(pk=first.pk).update(state="failed")
    third = retry(render=render, asked_by=artist)

    assert (second.pk == first.pk, third.pk == first.pk) == (True, False)


@pytest.mark.parametrize("first_sound", [True, False])
def test_retry_with_and_without_sound_is_one_take_and_the_second_press_hears_of_it(
    project: Project, artist: User, first_sound: bool
) -> None:
    render = make_render(project, state="failed", request=make_request(sound=True))
    first = retry(render=render, asked_by=artist, sound=first_sound)

    with pytest.raises(ValidationError) as caught:
        retry(render=render, asked_by=artist, sound=not first_sound)
    Render.objects.filter(pk=first.pk).update(state="failed")
    other = retry(render=render, asked_by=artist, sound=not first_sound)

    assert caught.value.messages == [
        f"Take {render.pk} is being made again as take {first.pk} already, in another way. Nothing new is paid for."
    ]
    assert list(render.children.order_by("pk")) == [first, other]


def test_retry_without_sound_that_an_upgrade_came_upon_is_not_paid_twice(project: Project, artist: User) -> None:
    render = make_render(project, state="failed", request=make_request(sound=True))
    before = uuid5(RETRIES, f"{render.pk}:0:silent")
    first = repeat(render=render, asked_by=artist, submission=before, sound=False)

    second = retry(render=render, asked_by=artist, sound=False)
    with pytest.raises(ValidationError):
        retry(render=render, asked_by=artist)

    assert (second, list(render.children.all())) == (first, [first])


def test_retry_of_what_was_sent_again_finds_that_take_until_it_has_ended(project: Project, manager: User) -> None:
    render = make_unconfirmed(project)
    sent_again = send_again(render=render, actor=manager)

    meanwhile = retry(render=render, asked_by=manager)
    Render.objects.filter(pk=sent_again.pk).update(state="failed")
    afterwards = retry(render=render, asked_by=manager)

    assert (meanwhile, list(render.children.order_by("pk"))) == (sent_again, [sent_again, afterwards])


@pytest.mark.parametrize("state", ["queued", "submitting", "waiting", "running", "fetching", "ready", "unconfirmed"])
def test_retry_of_what_may_still_come_is_not_allowed(project: Project, artist: User, state: str) -> None:
    render = make_render(project, state=state)

    with pytest.raises(ValidationError):
        retry(render=render, asked_by=artist)

    assert hints() == []
