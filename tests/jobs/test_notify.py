"""Whatever is sent is claimed before: once, whoever dies meanwhile, and again only by a person."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connections
from django_q.models import OrmQ

from studio.jobs import calls, notify
from studio.jobs.schedule import each_minute
from studio.lib.clock import later, now
from studio.models import AuditEntry, Dispatch, Project, User
from studio.services import dispatches, fairness
from studio.services.audit import Actor
from tests.jobs.notifying import SECRET, S, loopback_is_allowed, mail, mention, parts_of, state_of, to_server
from tests.mail_server import MailServer
from tests.providers.loopback import Play, loopback
from tests.team_factories import make_dispatch

__all__ = ["loopback_is_allowed", "mail"]
pytestmark = pytest.mark.django_db


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
