"""Calls to addresses outside: signed, made once, tried again only when nothing can have arrived."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from django_q.models import OrmQ
from pytest_django import Settings
from standardwebhooks import Webhook, WebhookVerificationError

from studio.choices import NoticeKind
from studio.jobs import calls, notify
from studio.jobs.schedule import each_minute
from studio.lib.clock import now
from studio.media.addresses import VettedBackend, VettedTransport
from studio.models import Dispatch, Project, ProjectHook, User
from studio.services import dispatches, project_hooks
from studio.services.audit import Actor
from studio.services.notifications import CALLED, tell
from tests.factories import make_project, make_render
from tests.jobs.notifying import SECRET, S, loopback_is_allowed, made_due, parts_of, state_of, to_server
from tests.providers.loopback import Play, loopback, unused_port
from tests.team_factories import make_dispatch

__all__ = ["loopback_is_allowed"]
pytestmark = pytest.mark.django_db


ANSWERED = b"HTTP/1.1 %b\r\nContent-Length: %d\r\n\r\n%b"


def answered(status: str, said: bytes = b"") -> bytes:
    return ANSWERED % (status.encode(), len(said), said)


def test_call_arrives_signed_and_is_verified_by_the_standard_library(project: Project, settings: Settings) -> None:
    settings.STUDIO_PUBLIC_URL = "https://rushes.example.com"
    with loopback(Play.ANSWER, answered("204 No Content")) as server:
        call = to_server(server, project)
        notify.send_waiting()

    first, headers, body = parts_of(server.requests[0])
    assert first == b"POST /hook?token=marked HTTP/1.1"
    assert Webhook(SECRET).verify(body, headers) == {
        "type": "ready",
        "created_at": "2026-11-21T12:00:00+00:00",
        "project": "Tea commercial",
        "take": 7,
        "text": "Take 7 is ready.",
        "url": "https://rushes.example.com/takes/7/",
    }
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body.replace("7", "8"), headers)
    assert headers["webhook-id"] == f"msg_{dispatches.name_of(call)}"
    assert state_of(call) == (S.SENT, "")


def test_slack_gets_its_own_shape_with_nothing_to_act_on(project: Project) -> None:
    content = {"project": "Tea & <co>", "text": "<!channel> look", "path": "/takes/7/?a=1&b=2"}
    hook = ProjectHook(project=project, format="slack")

    told = calls.payload_of(Dispatch(content=content), hook)

    assert list(told) == ["text"]
    assert told["text"].startswith("Tea &amp; &lt;co&gt;: &lt;!channel&gt; look\n<http")
    assert told["text"].endswith("/takes/7/?a=1&amp;b=2|Open in Rushes>")


def test_whole_way_from_what_happens_to_the_listener(project: Project, artist: User) -> None:
    with loopback(Play.ANSWER) as server:
        project_hooks.settle(
            project=project,
            actor=Actor(artist, ""),
            sends_mail=False,
            kinds=[kind.value for kind in CALLED],
            format="standard",
            url=f"{server.base_url}/a",
        )
        take = make_render(project)
        tell(kind=NoticeKind.READY, people=[], key="ready:1", text="Take 1 is ready.", path="/takes/1/", render=take)
        hint = OrmQ.objects.get()
        notify.send_waiting()
        notify.send_waiting()

    assert (hint.key, hint.task["func"]) == ("studio", "studio.jobs.notify.send_waiting")
    assert [json.loads(parts_of(request)[2])["take"] for request in server.requests] == [take.pk]


@pytest.mark.parametrize(
    ("status", "state", "problem"),
    [
        ("200 OK", S.SENT, ""),
        ("302 Found", S.FAILED, "It answered with a redirect (302), which is not followed."),
        ("404 Not Found", S.WAITING, "It answered 404. “no [removed] here”"),
        ("410 Gone", S.FAILED, "It answered 410: nobody listens there any more. “no [removed] here”"),
        ("429 Slow down", S.WAITING, "It answered 429. “no [removed] here”"),
        (
            "502 Bad gateway",
            S.UNKNOWN,
            "It answered 502, so it may have arrived and is not sent again. “no [removed] here”",
        ),
    ],
)
def test_what_an_answer_means(project: Project, status: str, state: str, problem: str) -> None:
    said = f"no {SECRET}\n here".encode()
    with loopback(Play.ANSWER, answered(status, said)) as server:
        call = to_server(server, project)
        notify.send_waiting()
        notify.send_waiting()

    assert (state_of(call), len(server.requests)) == ((state, problem), 1)


def test_answer_that_repeats_the_path_of_the_address_tells_nothing(project: Project) -> None:
    said = b"Cannot POST /services/T0ABCDEFG/marked-token, no such token=also-marked here"
    with loopback(Play.ANSWER, answered("404 Not Found", said)) as server:
        url = f"{server.base_url}/services/T0ABCDEFG/marked-token?token=also-marked"
        call = to_server(server, project, url=url)
        notify.send_waiting()

    assert state_of(call) == (S.WAITING, "It answered 404. “Cannot POST [removed], no such [removed] here”")


@pytest.mark.parametrize("play", [Play.CUT_AFTER_REQUEST])
def test_call_without_an_answer_may_have_arrived_and_is_never_made_again(project: Project, play: Play) -> None:
    with loopback(play) as server:
        call = to_server(server, project)
        notify.send_waiting()
        made_due(call)
        each_minute()
        notify.send_waiting()

    state, problem = state_of(call)
    assert (state, problem.startswith(calls.NO_ANSWER), len(server.requests)) == (S.UNKNOWN, True, 1)


def test_silence_ends_after_a_while(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "TIMEOUT", httpx.Timeout(0.2))
    with loopback(Play.SILENT) as server:
        call = to_server(server, project)
        notify.send_waiting()

    assert state_of(call) == (S.UNKNOWN, f"{calls.NO_ANSWER} (ReadTimeout)")


def test_answer_that_breaks_off_is_an_answer_all_the_same(project: Project) -> None:
    with loopback(Play.CUT_IN_BODY) as server:
        call = to_server(server, project)
        notify.send_waiting()

    assert state_of(call) == (S.SENT, "")


def test_where_nobody_listens_is_tried_again_with_growing_pauses_and_then_given_up(project: Project) -> None:
    call, pauses = to_server(f"http://127.0.0.1:{unused_port()}", project), []

    for _ in range(dispatches.TRIES):
        notify.send(call.pk)
        found = Dispatch.objects.get(pk=call.pk)
        pauses.append((found.not_before - now()).total_seconds() if found.not_before else 0)
        made_due(call)

    assert state_of(call) == (S.FAILED, f"{calls.NOT_REACHED} (ConnectError)")
    assert [round(pause / wanted, 1) for pause, wanted in zip(pauses, dispatches.PAUSES, strict=False)] == [
        pytest.approx(1, abs=0.25)
    ] * len(dispatches.PAUSES)


def test_call_arrives_when_the_listener_is_back(project: Project) -> None:
    call = to_server(f"http://127.0.0.1:{unused_port()}", project)
    notify.send_waiting()
    before = state_of(call)[0]
    with loopback(Play.ANSWER) as server:
        ProjectHook.objects.update(url=f"{server.base_url}/")
        made_due(call)
        notify.send_waiting()

    assert (before, state_of(call), len(server.requests)) == (S.WAITING, (S.SENT, ""), 1)


def test_address_that_cannot_be_reached_holds_up_nobody_else(project: Project, artist: User) -> None:
    closed = [to_server(f"http://127.0.0.1:{unused_port()}", project) for _ in range(3)]
    with loopback(Play.ANSWER) as server:
        call = to_server(server, make_project())
        notify.send_waiting()

    tries = list(Dispatch.objects.filter(pk__in=[each.pk for each in closed]).values_list("tries", flat=True))
    assert (sorted(tries), state_of(call)[0]) == ([0, 0, 1], S.SENT)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://chat.example.com/x", "The address must begin with https://."),
        ("https://10.0.0.7/x", "The address must name a public host on the internet."),
        ("https://169.254.169.254/latest", "The address must name a public host on the internet."),
        ("https://name:word@chat.example.com/", "The address must not hold a user name or a fragment (#)."),
    ],
)
def test_address_is_looked_at_again_before_each_call(project: Project, url: str, problem: str) -> None:
    call = make_dispatch(project)
    ProjectHook.objects.update(url=url)

    notify.send_waiting()

    assert state_of(call) == (S.FAILED, problem)


def test_loopback_is_called_only_where_the_settings_allow_it(project: Project, settings: Settings) -> None:
    settings.STUDIO_ALLOW_LOOPBACK_PROVIDERS = False
    with loopback(Play.ANSWER) as server:
        call = to_server(server, project)
        notify.send_waiting()

    assert (state_of(call)[0], server.requests) == (S.FAILED, [])


def make_client_resolving(resolve: Callable[..., list[Any]]) -> httpx.Client:
    return httpx.Client(transport=VettedTransport(VettedBackend(False, resolve)), trust_env=False)


def test_name_that_leads_inside_is_not_called(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """As with a name that was public when it was saved, and leads to this machine now."""
    with loopback(Play.ANSWER) as server:
        inside = ("127.0.0.1", server.base_url.rpartition(":")[2])

        def lead_inside(*_: object, **__: object) -> list[Any]:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (inside[0], int(inside[1])))]

        monkeypatch.setattr(calls, "_client", lambda _: make_client_resolving(lead_inside))
        call = to_server("https://rebound.example.com", project)
        notify.send_waiting()

    assert (state_of(call), server.requests) == ((S.FAILED, calls.INSIDE), [])


def test_call_of_a_project_without_an_address_any_more_fails(project: Project) -> None:
    call = make_dispatch(project)
    ProjectHook.objects.update(url="")

    notify.send_waiting()

    assert state_of(call) == (S.FAILED, calls.NOT_THERE)
