"""What can be asked for from a take: cancel, retry, vary, extend, use its settings or its last frame."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_q.models import OrmQ

from studio.choices import RenderState
from studio.models import Project, Render, User
from studio.services import ledger
from tests.factories import make_followed, make_output, make_render, make_request
from tests.views.acting import Act, act, said

__all__ = ["act"]


ENDED_BADLY = ("refused", "failed", "cancelled", "expired")


def events_of(response: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(response["HX-Trigger"])
    return found


def test_cancel_of_a_take_that_was_not_sent(act: Act, project: Project) -> None:
    take = make_render(project)

    response = act("render-cancel", take)

    take.refresh_from_db()
    assert (take.state, response["Location"]) == ("cancelled", reverse("render-detail", args=[take.pk]))
    assert said(response) == [("success", "Cancelled before it was sent. Nothing is charged.")]


@pytest.mark.parametrize("state", ["submitting", "waiting", "running"])
def test_cancel_of_a_take_at_the_gateway_is_only_asked_for(act: Act, project: Project, state: str) -> None:
    take = make_render(project, state=state)

    response = act("render-cancel", take, htmx=True)

    take.refresh_from_db()
    body = response.content.decode()
    assert (take.state, take.cancel_asked_at is not None) == (state, True)
    assert ("Cancel was asked for" in body, body.count("<article")) == (True, 1)
    assert events_of(response) == {
        "toast": {
            "level": "success",
            "text": "Cancel was asked for. The gateway decides; a render that has started may still be charged.",
        },
        "takes-changed": True,
    }


@pytest.mark.parametrize("state", ["fetching", "ready", "unconfirmed", *ENDED_BADLY])
def test_cancel_that_comes_too_late_changes_nothing(act: Act, project: Project, state: str) -> None:
    take = make_render(project, state=state)

    response = act("render-cancel", take, htmx=True)

    take.refresh_from_db()
    assert (take.state, take.cancel_asked_at) == (state, None)
    assert events_of(response)["toast"]["level"] == "warning"


@pytest.mark.parametrize("state", ENDED_BADLY)
@pytest.mark.parametrize("htmx", [True, False])
def test_retry_twice_is_one_new_take(act: Act, project: Project, artist: User, state: str, htmx: bool) -> None:
    take = make_render(project, state=state)

    responses = [act("render-retry", take, htmx=htmx) for _ in range(2)]

    (again,) = take.children.all()
    assert (again.spec, again.state, again.lineage, again.asked_by) == (take.spec, "queued", "retry", artist)
    if htmx:
        assert [events_of(each)["takes-changed"] for each in responses] == [True, True]
        assert f'id="render-card-{again.pk}"' in responses[0].content.decode()
    else:
        assert [each["Location"] for each in responses] == [reverse("render-detail", args=[again.pk])] * 2


def test_retry_after_the_retry_has_failed_too_is_another_take(act: Act, project: Project) -> None:
    take = make_render(project, state="failed")
    act("render-retry", take)
    take.children.update(state="failed")

    act("render-retry", take)

    assert take.children.count() == 2


@pytest.mark.parametrize("state", ["queued", "running", "fetching", "ready", "unconfirmed"])
def test_retry_of_a_take_that_did_not_end_badly_is_refused(act: Act, project: Project, state: str) -> None:
    take = make_render(project, state=state)

    response = act("render-retry", take, htmx=True)

    assert (Render.objects.count(), events_of(response)["toast"]["level"]) == (1, "error")


def test_retry_in_an_archived_project_is_refused(act: Act, project: Project) -> None:
    take = make_render(project, state="failed")
    Project.objects.update(archived_at=timezone.now())

    response = act("render-retry", take)

    assert said(response) == [("error", "This project is archived. Bring it back before rendering in it.")]
    assert Render.objects.count() == 1


@pytest.mark.parametrize("name", ["render-extend", "render-vary", "render-reuse", "render-use-last-frame"])
@pytest.mark.parametrize("state", RenderState.values)
def test_buttons_pressed_on_a_page_that_is_out_of_date_are_survived(
    act: Act, project: Project, name: str, state: str
) -> None:
    assert act(name, make_render(project, state=state)).status_code == 302


def test_look_again_asks_the_gateway_once_more(act: Act, project: Project, artist: User) -> None:
    take = make_followed(project, state="expired", next_poll_at=None)

    responses = [act("render-look-again", take) for _ in range(2)]

    take.refresh_from_db()
    assert (take.state, take.events.order_by("-id")[0].actor) == ("waiting", artist)
    assert [each["Location"] for each in responses] == [reverse("render-detail", args=[take.pk])] * 2
    assert said(responses[0]) == [("success", "The gateway is asked once more. Nothing new is paid for.")]
    assert said(responses[1])[-1][0] == "error"


@pytest.mark.parametrize(("released", "offered"), [(False, True), (True, False)])
def test_take_that_may_be_charged_offers_a_look_before_paying_again(
    act: Act, client_of: Callable[[User], Client], artist: User, project: Project, released: bool, offered: bool
) -> None:
    take = make_followed(project, state="failed", error_meaning="It was lost.", error_advice="Look at your bill.")
    if released:
        ledger.release(render=take, note="Not charged")

    client = client_of(artist)
    page = client.get(reverse("render-detail", args=[take.pk])).content.decode()
    card = client.get(reverse("render-card", args=[take.pk])).content.decode()

    assert (reverse("render-look-again", args=[take.pk]) in page, "Look at the gateway again" in page) == (offered,) * 2
    for body in (page, card):
        assert ("Render again · may be paid twice" in body, "Try again" in body) == (offered, not offered)
    assert ("May still be charged" in card, "Look at your bill.</p>" in card, "not charged" in card) == (
        offered, offered, released,
    )  # fmt: skip


SOUND_SAID = "OutputAudioSensitiveContentDetected: the output audio may contain sensitive information."


def pages_of(client: Client, take: Render) -> tuple[str, str]:
    page = client.get(reverse("render-detail", args=[take.pk])).content.decode()
    return page, client.get(reverse("render-card", args=[take.pk])).content.decode()


def test_take_whose_sound_was_refused_is_asked_for_without_it(
    act: Act, client_of: Callable[[User], Client], project: Project, artist: User
) -> None:
    take = make_render(project, state="failed", error_said=SOUND_SAID)
    client = client_of(artist)

    bodies = pages_of(client, take)
    responses = [client.post(reverse("render-retry", args=[take.pk]), {"sound": "off"}) for _ in range(2)]

    (again,) = take.children.all()
    assert ["Again without sound" in body for body in bodies] == [True, True]
    assert (again.spec, again.lineage) == (take.spec | {"sound": False}, "retry")
    assert [said(each)[-1] for each in responses] == [
        ("success", "Asked for once more without sound; it is new work with its own price."),
        ("success", f"Already asked for: take {again.pk}. Nothing new is paid for."),
    ]


@pytest.mark.parametrize(
    "over", [{"error_said": "No."}, {"state": "running"}, {"request": make_request(sound=False)}, {"state": "ready"}]
)
def test_without_sound_is_offered_only_where_sound_was_the_trouble(
    client_of: Callable[[User], Client], project: Project, artist: User, over: dict[str, Any]
) -> None:
    take = make_render(project, **({"state": "failed", "error_said": SOUND_SAID} | over))
    if take.state == "ready":
        make_output(take)

    assert ["Again without sound" in body for body in pages_of(client_of(artist), take)] == [False, False]


@pytest.mark.parametrize("state", ["submitting", "waiting", "running"])
def test_take_at_a_gateway_without_a_cancel_is_only_no_longer_waited_for(
    act: Act, client_of: Callable[[User], Client], project: Project, artist: User, state: str
) -> None:
    request = make_request(provider="tokenhub", model="doubao-seedance-2.0-fast")
    take = make_render(project, request=request, state=state)
    before = pages_of(client_of(artist), take)

    responses = [act("render-cancel", take, htmx=True) for _ in range(2)]

    take.refresh_from_db()
    after = pages_of(client_of(artist), take)
    assert [("Stop waiting" in body, "Ask to cancel" in body) for body in before] == [(True, False)] * 2
    assert ["TokenHub has no cancel" in before[0], "This gateway has no cancel" in before[1]] == [True, True]
    assert {events_of(each)["toast"]["text"] for each in responses} == {
        "No longer waited for. The gateway has no cancel: it may still be charged, and what comes of it is kept."
    }
    assert ["No longer waited for" in body for body in after] == [True, True]
    assert "Still at the gateway, may be charged" in after[1]
    assert (take.state, take.cancel_asked_at is not None, take.cancel_answered_at is not None) == (state, True, True)
    assert OrmQ.objects.count() == 0


def test_take_that_was_not_sent_to_such_a_gateway_is_cancelled(act: Act, project: Project) -> None:
    request = make_request(provider="tokenhub", model="doubao-seedance-2.0-fast")
    take = make_render(project, request=request)

    act("render-cancel", take)

    take.refresh_from_db()
    assert take.state == "cancelled"


def test_refused_take_says_where_it_was_tried_next(
    client_of: Callable[[User], Client], project: Project, artist: User
) -> None:
    take = make_render(project, state="refused", error_said="No.")
    request = make_request(provider="tokenhub", model="doubao-seedance-2.0-fast")
    switched = make_render(project, request=request, parent=take, lineage="switch", door_reason="Tried here next.")

    page, card = pages_of(client_of(artist), take)
    its_own, _ = pages_of(client_of(artist), switched)

    words = f"Refused by TokenLab; tried next at TokenHub as take {switched.pk}."
    link = f'as <a href="{reverse("render-detail", args=[switched.pk])}">take {switched.pk}</a>.'
    assert (words in card, "Try again" in card, link in page) == (True, False, True)
    assert f"TokenHub, key “{switched.key.label}”. Tried here next." in its_own
