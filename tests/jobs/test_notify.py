"""Mails and calls leave once: over a real mail server and a real listener, with workers that die and ones at once."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.db import connections
from django_q.models import OrmQ
from pytest_django import Settings
from standardwebhooks import Webhook, WebhookVerificationError

from studio.choices import DispatchState, NoticeChannel, NoticeKind
from studio.jobs import calls, notify
from studio.jobs.schedule import each_minute
from studio.lib.clock import later, now
from studio.media.addresses import VettedBackend, VettedTransport
from studio.models import AuditEntry, Dispatch, Notification, Project, ProjectHook, User
from studio.services import dispatches, fairness, project_hooks
from studio.services.audit import Actor
from studio.services.notifications import CALLED, tell
from tests.catalogs import french_catalog
from tests.factories import make_dispatch, make_project, make_render
from tests.mail_server import MailServer, Manner, mail_server
from tests.providers.loopback import Loopback, Play, loopback, unused_port

pytestmark = pytest.mark.django_db

S = DispatchState
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ANSWERED = b"HTTP/1.1 %b\r\nContent-Length: %d\r\n\r\n%b"


@pytest.fixture(autouse=True)
def _loopback_is_allowed(settings: Settings) -> None:
    settings.STUDIO_ALLOW_LOOPBACK_PROVIDERS = True


@pytest.fixture
def mail(settings: Settings, artist: User, project: Project) -> Iterator[MailServer]:
    """A mail server that the studio's settings name; the artist has an address and the project wants mails."""
    User.objects.filter(pk=artist.pk).update(email="ada@example.com")
    ProjectHook.objects.create(project=project, sends_mail=True)
    with mail_server() as server:
        settings.STUDIO_SENDS_MAIL = True
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 5
        settings.DEFAULT_FROM_EMAIL = "Rushes <rushes@example.com>"
        settings.STUDIO_PUBLIC_URL = "https://rushes.example.com"
        yield server


def answered(status: str, said: bytes = b"") -> bytes:
    return ANSWERED % (status.encode(), len(said), said)


def to_server(server: Loopback | str, project: Project, **over: Any) -> Dispatch:
    """A call that waits to be made there."""
    base_url = server if isinstance(server, str) else server.base_url
    path = {"url": f"{base_url}/hook?token=marked", "secret": SECRET}
    ProjectHook.objects.update_or_create(project=project, defaults={**path, **over})
    return make_dispatch(project)


def mention(project: Project | None, artist: User) -> Dispatch:
    tell(
        kind=NoticeKind.MENTION,
        people=[artist],
        key=f"mention:{Notification.objects.count()}",
        text="Rey mentioned you: nice & <short>",
        path="/takes/1/",
        project=project,
    )
    return Dispatch.objects.get(channel=NoticeChannel.MAIL)


def state_of(dispatch: Dispatch) -> tuple[str, str]:
    found = Dispatch.objects.get(pk=dispatch.pk)
    return found.state, found.problem


def made_due(dispatch: Dispatch) -> None:
    Dispatch.objects.filter(pk=dispatch.pk).update(not_before=now())


# Calls


def parts_of(request: bytes) -> tuple[bytes, dict[str, str], str]:
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    headers = dict(line.decode().split(": ", 1) for line in lines)
    return first, {name.lower(): value for name, value in headers.items()}, body.decode()


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


# Mails


def test_mail_arrives_over_smtp_in_plain_words(mail: MailServer, project: Project, artist: User) -> None:
    sent = mention(project, artist)
    notice = Notification.objects.get()

    notify.send_waiting()
    notify.send_waiting()

    [arrived] = mail.arrived
    assert (arrived["To"], arrived["From"]) == ("Ada Artist <ada@example.com>", "Rushes <rushes@example.com>")
    assert arrived["Subject"] == "Tea commercial: Rey mentioned you: nice & <short>"
    assert arrived["Message-ID"] == f"<{dispatches.name_of(sent)}@rushes.example.com>"
    assert arrived.get_content_type() == "text/plain"
    assert arrived.get_content().splitlines() == [
        "Rey mentioned you: nice & <short>",
        "",
        "Project: Tea commercial",
        "",
        f"Open it: https://rushes.example.com/notifications/{notice.pk}/open/",
        "",
        "-- ",
        "Rushes writes to you as you chose. Choose otherwise:",
        "https://rushes.example.com/notifications/settings/",
    ]
    assert (state_of(sent), mail.senders) == ((S.SENT, ""), ["mail FROM:<rushes@example.com>"])


def test_mail_is_in_the_language_of_whoever_gets_it(
    mail: MailServer, project: Project, artist: User, tmp_path: Path
) -> None:
    User.objects.filter(pk=artist.pk).update(language="fr")
    take = make_render(project)
    tell(
        kind=NoticeKind.MENTION,
        people=[artist],
        key="k",
        text=f"Lamp {take.pk} glows gently.",
        path="/",
        project=project,
    )
    words = {
        "Lamp %(take)s glows gently.": "La prise %(take)s est prête.",
        "Project: %(project)s": "Projet : %(project)s",
    }

    with french_catalog(tmp_path, words, {}):
        notify.send_waiting()

    [arrived] = mail.arrived
    assert arrived["Subject"] == f"Tea commercial: La prise {take.pk} est prête."
    assert arrived.get_content().splitlines()[:3] == [f"La prise {take.pk} est prête.", "", "Projet : Tea commercial"]


@pytest.mark.parametrize(
    ("manner", "state", "arrived"),
    [
        (Manner.REFUSES_FOR_GOOD, S.FAILED, 0),
        (Manner.REFUSES_FOR_NOW, S.WAITING, 0),
        (Manner.BREAKS_OFF, S.UNKNOWN, 1),
    ],
)
def test_what_a_mail_server_does_with_it(
    mail: MailServer, project: Project, artist: User, manner: Manner, state: str, arrived: int
) -> None:
    mail.manner = manner
    sent = mention(project, artist)

    notify.send_waiting()
    each_minute()
    notify.send_waiting()

    assert (state_of(sent)[0], len(mail.arrived)) == (state, arrived)


def test_mail_waits_for_a_server_that_is_away(
    mail: MailServer, project: Project, artist: User, settings: Settings
) -> None:
    sent, port = mention(project, artist), mail.port
    settings.EMAIL_PORT = unused_port()
    notify.send_waiting()
    before = state_of(sent)
    settings.EMAIL_PORT = port
    made_due(sent)

    notify.send_waiting()

    assert before == (S.WAITING, "The mail server cannot be used: nobody answers there.")
    assert (state_of(sent), len(mail.arrived)) == ((S.SENT, ""), 1)


def leave(project: Project, artist: User) -> None:
    project.memberships.filter(user=artist).delete()


def be_shut_out(project: Project, artist: User) -> None:
    User.objects.filter(pk=artist.pk).update(is_active=False)


def want_no_mails(project: Project, artist: User) -> None:
    ProjectHook.objects.update(sends_mail=False)


@pytest.mark.parametrize("change", [leave, be_shut_out, want_no_mails])
def test_mail_is_not_sent_to_whom_it_is_not_meant_for_any_more(
    mail: MailServer, project: Project, artist: User, change: Callable[[Project, User], None]
) -> None:
    sent = mention(project, artist)
    change(project, artist)

    notify.send_waiting()

    assert (state_of(sent)[0], mail.arrived) == (S.FAILED, [])


# Once


def test_worker_killed_between_claim_and_answer_leaves_it_unknown_for_ever(
    mail: MailServer, project: Project, artist: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mail has left, and the worker dies before it can say so."""
    sent = mention(project, artist)

    def die(**_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(dispatches, "record_sent", die)
        with pytest.raises(SystemExit):
            notify.send_waiting()
    during = state_of(sent)
    notify.send_waiting()
    Dispatch.objects.filter(pk=sent.pk).update(claimed_until=now() - timedelta(seconds=1))
    each_minute()
    notify.send_waiting()

    assert (during, state_of(sent), len(mail.arrived)) == ((S.SENDING, ""), (S.UNKNOWN, dispatches.CUT_OFF), 1)


def test_living_workers_claim_is_left_alone(project: Project) -> None:
    call = make_dispatch(project, state=S.SENDING, claimed_until=later(5), tries=1)

    each_minute()

    assert state_of(call) == (S.SENDING, "")


def test_answer_that_comes_after_the_sweep_is_the_proof(project: Project) -> None:
    make_dispatch(project)
    call = dispatches.claim(dispatch_id=Dispatch.objects.get().pk)
    assert call is not None
    Dispatch.objects.update(claimed_until=now())
    dispatches.recover()
    before = state_of(call)[0]

    dispatches.record_sent(dispatch=call)

    assert (before, state_of(call)) == (S.UNKNOWN, (S.SENT, ""))


@pytest.mark.django_db(transaction=True)
def test_two_jobs_at_once_send_one(project: Project) -> None:
    with loopback(Play.ANSWER) as server:
        call = to_server(server, project)
        start = threading.Barrier(4)

        def work() -> None:
            start.wait()
            try:
                notify.send(call.pk)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert (len(server.requests), state_of(call), Dispatch.objects.get().tries) == (1, (S.SENT, ""), 1)


def test_only_one_worker_of_a_machine_carries_things_out(project: Project) -> None:
    with loopback(Play.ANSWER) as server:
        call = to_server(server, project)
        with fairness.notice_turn():
            notify.send_waiting()
        before = len(server.requests)
        notify.send_waiting()

    assert (before, len(server.requests), state_of(call)) == (0, 1, (S.SENT, ""))


def test_lost_hint_is_given_anew(project: Project) -> None:
    make_dispatch(project)
    OrmQ.objects.all().delete()

    each_minute()

    assert "studio.jobs.notify.send_waiting" in [hint.task["func"] for hint in OrmQ.objects.all()]


def test_what_nobody_waits_for_any_more_is_given_up(project: Project) -> None:
    call = make_dispatch(project, created_at=now() - dispatches.LIFE, not_before=later(60))

    each_minute()

    assert state_of(call) == (S.FAILED, dispatches.TOO_OLD)


def test_stumble_after_the_claim_may_have_sent_something(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(_: object) -> None:
        raise RuntimeError("marked")

    monkeypatch.setattr(calls, "carry", stumble)
    call = make_dispatch(project)

    notify.send_waiting()

    assert state_of(call) == (S.UNKNOWN, notify.STUMBLED % {"kind": "RuntimeError"})


# Again, by hand


@pytest.mark.parametrize("state", [S.UNKNOWN, S.FAILED])
def test_person_may_send_again_what_may_have_arrived(project: Project, manager: User, state: str) -> None:
    with loopback(Play.ANSWER) as server:
        call = to_server(server, project)
        Dispatch.objects.update(state=state, tries=dispatches.TRIES, problem="No answer")
        name = dispatches.name_of(call)

        dispatches.send_again(dispatch=call, actor=Actor(manager, ""))
        notify.send_waiting()

    assert (state_of(call), parts_of(server.requests[0])[1]["webhook-id"]) == ((S.SENT, ""), f"msg_{name}")
    assert AuditEntry.objects.get().act == "notice-again"


@pytest.mark.parametrize("state", [S.WAITING, S.SENDING, S.SENT])
def test_nobody_sends_again_what_is_on_its_way_or_there(project: Project, manager: User, state: str) -> None:
    call = make_dispatch(project, state=state)

    with pytest.raises(Exception, match="This is on its way, or has arrived already"):
        dispatches.send_again(dispatch=call, actor=Actor(manager, ""))

    assert state_of(call)[0] == state


def test_neither_address_nor_secret_is_in_the_log(project: Project, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    with loopback(Play.CUT_AFTER_REQUEST) as server:
        to_server(server, project)
        notify.send_waiting()

    assert (len(server.requests), "marked" in caplog.text, SECRET in caplog.text) == (1, False, False)
