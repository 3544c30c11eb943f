"""The tracker against real gateways: everything is followed to its end, politely, and never twice at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from django.db import OperationalError, connections
from django_q.models import OrmQ

from studio.choices import RenderState
from studio.jobs import gateways, polls, track
from studio.jobs.submit import submit
from studio.lib.clock import later, now
from studio.models import Lease, Project, ProviderKey, Render
from studio.sandbox.server import Sandbox
from studio.services import keys, leases, polling, queue, recovery
from studio.services.audit import Actor
from studio.services.key_rotation import rotate
from tests.factories import make_followed, make_key, make_project, make_render
from tests.jobs.conftest import SECRET, Ask
from tests.media.file_server import QuietServer

pytestmark = pytest.mark.django_db(transaction=True)

Answer = tuple[int, dict[str, str], bytes]
WAITING = b'{"status": "pending"}'
RUNNING = b'{"status": "processing"}'


@dataclass
class Gateway:
    """Answers status reads as it is told, and remembers them."""

    answer: Callable[[str], Answer] = lambda path: (200, {}, WAITING)
    seen: list[str] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def times(self, render: Render) -> int:
        remote_id = render.attempts.get().remote_id
        return sum(path.endswith(remote_id) for path in self.seen)


@contextmanager
def answering(answer: Callable[[str], Answer]) -> Iterator[Gateway]:
    plan = Gateway(answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:  # noqa: N802
            plan.seen.append(self.path)
            plan.secrets.append(self.headers["Authorization"].removeprefix("Bearer "))
            status, headers, body = plan.answer(self.path)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    server = QuietServer(("127.0.0.1", 0), Handler)
    plan.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield plan
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def authorized(seen: list[tuple[str, str]], secrets: set[str]) -> Iterator[Gateway]:
    """A gateway that takes these secrets only, and writes down which ones it was shown."""
    with answering(lambda path: (401, {}, b"{}")) as gateway:

        def answer(path: str) -> Answer:
            secret = gateway.secrets[-1]
            seen.append((secret, gateway.base_url))
            return (200, {}, RUNNING) if secret in secrets else (401, {}, b"{}")

        gateway.answer = answer
        yield gateway


@pytest.fixture
def project(transactional_db: None) -> Project:
    return make_project()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same rhythm, faster."""
    monkeypatch.setattr(track, "IDLE_SECONDS", 0.02)
    monkeypatch.setattr(track, "FLUSH_SECONDS", 0.02)
    monkeypatch.setattr(track, "FINISH_SECONDS", 0.5)
    monkeypatch.setattr(polls, "poll_seconds", lambda provider, base_url: 0.05)


def state_of(render: Render) -> str:
    render.refresh_from_db()
    return str(render.state)


def tracker_rows() -> int:
    return int(OrmQ.objects.filter(key="track").count())


def test_track_follows_a_take_to_its_end(transactional_db: None, ask: Ask, sandbox: Sandbox) -> None:
    renders = [ask(f"Take {number}") for number in range(3)]
    for render in renders:
        submit(render.pk)
    Render.objects.update(next_poll_at=now())

    deadline = time.monotonic() + 20
    while {state_of(render) for render in renders} != {"fetching"} and time.monotonic() < deadline:
        track.track(run_seconds=0.5)

    for render in renders:
        assert render.state == RenderState.FETCHING
        assert render.result_url.startswith(f"{sandbox.base_url}/files/")
        assert render.attempts.get().billing_id != ""
    assert OrmQ.objects.filter(key="media").count() == 6


@pytest.mark.parametrize(
    ("fault", "state"),
    [("error-string", "failed"), ("error-object", "failed"), ("moderation", "failed")],
)
def test_track_ends_what_the_gateway_ends(
    transactional_db: None, ask: Ask, sandbox: Sandbox, fault: str, state: str
) -> None:
    render = ask(f"A red car [fault:{fault}]")
    submit(render.pk)
    Render.objects.update(next_poll_at=now())

    deadline = time.monotonic() + 20
    while state_of(render) != state and time.monotonic() < deadline:
        track.track(run_seconds=0.3)

    released = render.ledger.filter(kind="released").exists()
    assert (render.state, released) == (state, True)
    assert render.error_said != ""


def test_track_waits_minutes_for_the_file_of_a_task_that_is_done(project: Project) -> None:
    with answering(lambda path: (200, {}, b'{"status": "completed"}')) as gateway:
        key = make_key(base_url=gateway.base_url)
        fresh = make_followed(project, key)
        quick = make_followed(project, key, no_file_since=now() - timedelta(hours=1), poll_failures=1)
        late = make_followed(project, key, no_file_since=now() - timedelta(minutes=6), poll_failures=20)
        Render.objects.filter(pk=quick.pk).update(next_poll_at=later(0.25))

        track.track(run_seconds=0.3)

    assert (state_of(fresh), state_of(quick), state_of(late)) == ("waiting", "waiting", "failed")
    assert fresh.error_meaning == "The gateway says that it is done but names no file yet. It is asked again."
    assert (fresh.error_said, late.error_said, late.ledger.count()) == ("", "", 0)
    assert late.error_meaning == "The gateway calls the take completed but names no file. It is probably charged."


def test_track_fetches_a_file_that_was_named_late(project: Project) -> None:
    with answering(lambda path: (200, {}, b'{"status": "completed"}')) as gateway:
        render = make_followed(project, make_key(base_url=gateway.base_url))
        track.track(run_seconds=0.3)
        gateway.answer = lambda path: (200, {}, b'{"status": "completed", "video_url": "https://a.test/v.mp4"}')
        Render.objects.update(next_poll_at=now())

        track.track(run_seconds=0.3)

    assert (state_of(render), render.error_meaning, render.no_file_since) == ("fetching", "", None)


@pytest.mark.parametrize("answer", [(503, {}, b""), (401, {}, b"{}"), (404, {}, b"{}")])
def test_track_never_gives_up_on_age_when_a_read_fails(project: Project, answer: Answer) -> None:
    with answering(lambda path: answer) as gateway:
        render = make_followed(project, make_key(base_url=gateway.base_url))
        render.attempts.update(created_at=now() - timedelta(days=30))

        track.track(run_seconds=0.3)

    assert state_of(render) == "waiting"


def test_track_polls_every_due_render_once_with_two_trackers(project: Project) -> None:
    with answering(lambda path: (200, {}, WAITING)) as gateway:
        key = make_key(base_url=gateway.base_url)
        renders = [make_followed(project, key) for _ in range(40)]
        claimed: list[polling.Due] = []

        def claim() -> None:
            while found := polling.claim_due(limit=7):
                claimed.extend(found)
            connections.close_all()

        threads = [threading.Thread(target=claim) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert sorted(due.render_id for due in claimed) == sorted(render.pk for render in renders)


def test_track_leaves_at_once_when_another_tracker_is_at_work(project: Project) -> None:
    leases.acquire(name="track", holder="elsewhere:1", seconds=60)
    with answering(lambda path: (200, {}, WAITING)) as gateway:
        make_followed(project, make_key(base_url=gateway.base_url))

        track.track(run_seconds=5)

    assert (gateway.seen, tracker_rows()) == ([], 0)


def test_track_whose_start_was_replaced_by_a_later_one_is_void(project: Project) -> None:
    queue.start_tracker()
    queue.start_tracker()
    with answering(lambda path: (200, {}, WAITING)) as gateway:
        make_followed(project, make_key(base_url=gateway.base_url))

        track.track("an earlier token", run_seconds=5)

    assert gateway.seen == []


def test_track_starts_itself_again_once_and_rows_do_not_pile_up(project: Project) -> None:
    for _ in range(5):
        queue.ensure_tracker()
        token = Lease.objects.get(name="track-start").holder
        # The worker takes the row, and deletes it when the run is over.
        taken = list(OrmQ.objects.filter(key="track").values_list("pk", flat=True))
        OrmQ.objects.filter(pk__in=taken).update(lock=later(300))
        queue.ensure_tracker()

        track.track(token, run_seconds=0.05)

        queue.ensure_tracker()
        OrmQ.objects.filter(pk__in=taken).delete()
        queue.ensure_tracker()
        assert tracker_rows() == 1


def test_tracker_asked_for_by_everybody_has_one_row(project: Project) -> None:
    for _ in range(20):
        queue.ensure_tracker()
    Lease.objects.update(expires_at=now())
    for _ in range(20):
        queue.ensure_tracker()

    assert tracker_rows() == 1


def test_tracker_whose_row_died_with_its_worker_is_started_again(project: Project) -> None:
    queue.start_tracker()
    OrmQ.objects.update(lock=later(300))
    Lease.objects.update(expires_at=now())

    queue.ensure_tracker()

    assert tracker_rows() == 2


def test_track_gives_way_when_its_lease_is_lost(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(track, "SWEEP_SECONDS", 0.05)

    def take() -> None:
        Lease.objects.filter(name="track").update(holder="other:1")
        connections.close_all()

    threading.Timer(0.3, take).start()
    started = time.monotonic()

    track.track(run_seconds=20)

    assert time.monotonic() - started < 5
    assert (Lease.objects.get(name="track").holder, tracker_rows()) == ("other:1", 0)


def test_track_takes_over_what_a_dead_tracker_had_claimed(project: Project) -> None:
    with answering(lambda path: (200, {}, RUNNING)) as gateway:
        render = make_followed(project, make_key(base_url=gateway.base_url))
        polling.claim_due(limit=10)

        track.track(run_seconds=0.3)

    assert gateway.times(render) > 0
    assert state_of(render) == "running"


def test_track_survives_a_database_that_is_away_for_a_moment(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(track, "TROUBLE_SECONDS", 0.05)
    claim, failures = polling.claim_due, iter([OperationalError("database is locked")] * 2)

    def sometimes(**values: Any) -> list[polling.Due]:
        for failure in failures:
            raise failure
        return claim(**values)

    monkeypatch.setattr(polling, "claim_due", sometimes)
    with answering(lambda path: (200, {}, RUNNING)) as gateway:
        render = make_followed(project, make_key(base_url=gateway.base_url))

        track.track(run_seconds=0.5)

    assert state_of(render) == "running"


def test_track_goes_on_when_one_poll_breaks(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(lambda path: (200, {}, RUNNING)) as gateway:
        key = make_key(base_url=gateway.base_url)
        broken, fine = make_followed(project, key), make_followed(project, key)
        poll = polls.poll

        async def sometimes(client: Any, due: polling.Due) -> Any:
            if due.render_id == broken.pk:
                raise ZeroDivisionError
            return await poll(client, due)

        monkeypatch.setattr(track, "poll", sometimes)
        track.track(run_seconds=0.4)

    assert (state_of(broken), state_of(fine)) == ("waiting", "running")


def test_track_is_not_held_up_by_a_gateway_that_does_not_answer(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = threading.Event()

    def hang(path: str) -> Answer:
        released.wait(20)
        return 200, {}, WAITING

    with answering(hang) as slow, answering(lambda path: (200, {}, RUNNING)) as quick:
        stuck = make_key(base_url=slow.base_url)
        for _ in range(230):
            make_followed(project, stuck, next_poll_at=now() - timedelta(minutes=5))
        render = make_followed(project, make_key(base_url=quick.base_url))
        started = time.monotonic()

        track.track(run_seconds=1)
        took = time.monotonic() - started
        released.set()

    assert (state_of(render), took < 4) == ("running", True)
    # Nobody has to wait for the leases of what could not be asked.
    assert Render.objects.filter(next_poll_at__gt=later(5)).count() == 0


def test_track_obeys_a_wait_for_all_renders_of_the_key(project: Project) -> None:
    with answering(lambda path: (429, {"Retry-After": "30"}, b"{}")) as gateway:
        key = make_key(base_url=gateway.base_url)
        first = make_followed(project, key)
        track.track(run_seconds=0.3)
        first.refresh_from_db()
        later_ones = [make_followed(project, key) for _ in range(3)]
        asked = len(gateway.seen)

    assert asked == 1
    assert first.next_poll_at is not None
    assert first.next_poll_at > later(20)
    assert [render.state for render in later_ones] == ["waiting"] * 3


def test_track_closes_the_lane_for_what_is_due_meanwhile(project: Project) -> None:
    with answering(lambda path: (429, {"Retry-After": "30"}, b"{}")) as gateway:
        key = make_key(base_url=gateway.base_url)
        for number in range(5):
            make_followed(project, key, next_poll_at=later(0.2 * number - 0.1))

        track.track(run_seconds=1.5)

    assert len(gateway.seen) == 1


def test_track_keeps_on_while_the_word_is_unknown(project: Project) -> None:
    with answering(lambda path: (200, {}, b'{"status": "reticulating"}')) as gateway:
        render = make_followed(project, make_key(base_url=gateway.base_url))

        track.track(run_seconds=0.5)

    render.refresh_from_db()
    assert render.state == RenderState.WAITING
    assert render.polls == gateway.times(render)
    assert render.polls > 1


def test_track_gives_up_after_days_of_nothing_final(project: Project) -> None:
    with answering(lambda path: (200, {}, RUNNING)) as gateway:
        render = make_followed(project, make_key(base_url=gateway.base_url), state=RenderState.RUNNING)
        render.attempts.update(created_at=now() - timedelta(hours=74))

        track.track(run_seconds=0.3)

    render.refresh_from_db()
    assert (render.state, render.error_advice[:24]) == ("expired", "It may still be charged:")
    assert render.ledger.count() == 0


def test_track_tolerates_a_task_that_is_not_known_yet(project: Project) -> None:
    missing: Answer = (404, {}, b"{}")
    answers = iter([missing] * 2)
    with answering(lambda path: next(answers, (200, {}, RUNNING))) as gateway:
        render = make_followed(project, make_key(base_url=gateway.base_url))

        track.track(run_seconds=1)

    render.refresh_from_db()
    assert (render.state, render.poll_failures, render.error_meaning) == ("running", 0, "")
    assert render.events.count() == 2


def test_track_shows_an_unknown_task_and_loses_it_only_after_hours(project: Project) -> None:
    with answering(lambda path: (404, {}, b"{}")) as gateway:
        key = make_key(base_url=gateway.base_url)
        recent = make_followed(project, key, poll_failures=20, unknown_since=now() - timedelta(hours=5))
        away = make_followed(project, key, poll_failures=3, unknown_since=now() - timedelta(hours=70))
        old = make_followed(project, key, poll_failures=30, unknown_since=now() - timedelta(hours=7))

        track.track(run_seconds=0.3)

    recent.refresh_from_db()
    old.refresh_from_db()
    assert (recent.state, recent.error_meaning[:45]) == ("waiting", "The gateway does not know this task at presen")
    assert (old.state, old.ledger.count()) == ("expired", 0)
    assert state_of(away) == "waiting"


def test_track_pauses_a_refused_key_and_says_when_it_works_again(project: Project) -> None:
    with answering(lambda path: (401, {}, b'{"error": {"message": "invalid key"}}')) as gateway:
        key = make_key(base_url=gateway.base_url, label="Main")
        render, queued = make_followed(project, key), make_render(project, key)

        track.track(run_seconds=0.3)
        render.refresh_from_db()
        queued.refresh_from_db()
        key.refresh_from_db()
        told, asked = (render.state, render.error_said, render.error_meaning), len(gateway.seen)
        assert render.next_poll_at is not None
        pause = render.next_poll_at - now()
        gateway.answer = lambda path: (200, {}, WAITING)
        was_paused = key.paused_by_studio
        keys.resume(key=key, actor=Actor.shell())
        track.track(run_seconds=0.3)

    meaning = (
        "The gateway does not accept the key “Main” any more. The render goes on at the gateway, and is charged as "
        "usual; it is looked at again when the key works."
    )
    assert (told, asked, was_paused) == (("waiting", "invalid key", meaning), 1, True)
    assert pause > timedelta(minutes=4)
    assert queued.error_meaning == "The gateway refused the key “Main”, so this waits until an admin has seen to it."
    render.refresh_from_db()
    assert (render.state, render.error_said, render.error_meaning) == ("waiting", "", "")
    reasons = list(render.events.values_list("reason", flat=True))
    assert reasons[1:] == ["The gateway refused the key", "The gateway answers again"]


def test_track_follows_with_the_old_secret_at_the_old_host_after_a_rotation(project: Project) -> None:
    seen: list[tuple[str, str]] = []
    with authorized(seen, {"sk-old-0123456789"}) as old, authorized(seen, {"sk-new-0123456789"}) as new:
        key = make_key(base_url=old.base_url, secret="sk-old-0123456789")
        render = make_followed(project, key)
        rotate(key=key, actor=Actor.shell(), secret="sk-new-0123456789", base_url=new.base_url)

        track.track(run_seconds=0.3)

    assert state_of(render) == "running"
    assert {secret for secret, _ in seen} == {"sk-old-0123456789"}
    assert new.seen == []


def test_track_takes_the_new_secret_when_the_old_one_was_revoked_at_the_same_host(project: Project) -> None:
    seen: list[tuple[str, str]] = []
    with authorized(seen, {"sk-new-0123456789"}) as gateway:
        key = make_key(base_url=gateway.base_url, secret="sk-old-0123456789")
        render = make_followed(project, key)
        rotate(key=key, actor=Actor.shell(), secret="sk-new-0123456789")

        track.track(run_seconds=0.5)

    key.refresh_from_db()
    assert (state_of(render), key.paused_at, render.attempts.get().retired) == ("running", None, None)
    assert [secret for secret, _ in seen[:2]] == ["sk-old-0123456789", "sk-new-0123456789"]


def test_track_with_a_revoked_old_secret_at_another_host_says_so_and_pauses_nothing(project: Project) -> None:
    with answering(lambda path: (401, {}, b"{}")) as old, answering(lambda path: (200, {}, RUNNING)) as new:
        key = make_key(base_url=old.base_url)
        render = make_followed(project, key)
        rotate(key=key, actor=Actor.shell(), secret="sk-new-0123456789", base_url=new.base_url)

        track.track(run_seconds=0.4)

    key.refresh_from_db()
    assert (state_of(render), key.paused_at, len(old.seen), new.seen) == ("waiting", None, 1, [])
    assert render.error_meaning.startswith("The gateway does not accept the secret any more that this was sent with")


def test_track_with_one_unreadable_key_follows_all_the_others(
    project: Project, unreadable: Callable[[ProviderKey], None]
) -> None:
    with answering(lambda path: (200, {}, RUNNING)) as gateway:
        lost = make_key(base_url=gateway.base_url)
        dark, fine = make_followed(project, lost), make_followed(project, make_key(base_url=gateway.base_url))
        unreadable(lost)

        track.track(run_seconds=0.3)

    dark.refresh_from_db()
    assert (dark.state, "cannot be read" in dark.error_meaning) == ("waiting", True)
    assert state_of(fine) == "running"


def test_track_never_follows_an_address_elsewhere(project: Project) -> None:
    with answering(lambda path: (200, {}, RUNNING)) as elsewhere, answering(lambda path: (200, {}, RUNNING)) as home:
        render = make_followed(
            project, make_key(base_url=home.base_url), poll_url=f"{elsewhere.base_url}/v1/tasks/stolen"
        )

        track.track(run_seconds=0.3)

    assert (elsewhere.seen, home.times(render) > 0) == ([], True)


def test_track_history_notes_progress_in_steps_of_five(project: Project) -> None:
    percent = iter(range(1, 100))
    with answering(
        lambda path: (200, {}, b'{"status": "processing", "progress": %d}' % min(next(percent), 23))
    ) as gateway:
        render = make_followed(project, make_key(base_url=gateway.base_url))
        deadline = time.monotonic() + 10
        while Render.objects.get(pk=render.pk).progress != 23 and time.monotonic() < deadline:
            track.track(run_seconds=0.5)

    reasons = list(render.events.values_list("reason", flat=True))
    assert reasons[2:] == ["5 % done", "10 % done", "15 % done", "20 % done"]


def test_track_logs_no_secret(project: Project, caplog: pytest.LogCaptureFixture) -> None:
    with answering(lambda path: (401, {}, f'{{"error": {{"message": "no {SECRET}"}}}}'.encode())) as gateway:
        render = make_followed(project, make_key(base_url=gateway.base_url, secret=SECRET))

        track.track(run_seconds=0.2)

    render.refresh_from_db()
    due = polling.Due(1, "waiting", "tokenlab", 1, "http://127.0.0.1:9", SECRET, "id", "", 0, 1.0)
    assert SECRET not in f"{caplog.text}{render.error_said}{due!r}"
    assert render.error_said == "no [removed]"


def test_postpone_writes_all_back_in_one_statement(
    project: Project, django_assert_num_queries: Callable[[int], Any]
) -> None:
    renders = [make_followed(project, poll_failures=3) for _ in range(20)]
    gone = make_followed(project, state=RenderState.FETCHING, next_poll_at=None)
    polling.claim_due(limit=100)
    moment = later(30)

    with django_assert_num_queries(1):
        polling.postpone(polls=[polling.Postponed(render.pk, moment, 1) for render in [*renders, gone]])

    rows = Render.objects.filter(pk__in=[render.pk for render in renders])
    assert set(rows.values_list("next_poll_at", "poll_failures", "polls", "claimed_until", "claimed_by")) == {
        (moment, 1, 1, None, "")
    }
    gone.refresh_from_db()
    assert (gone.next_poll_at, gone.polls) == (None, 0)


def test_polls_become_rarer_with_age_and_failures_and_never_in_step() -> None:
    def wait(age: float, failures: int = 0) -> float:
        return (polling.next_poll(age_seconds=age, base_seconds=5, failures=failures) - now()).total_seconds()

    young = [wait(10) for _ in range(50)]
    assert 3.9 <= min(young) < max(young) <= 6.1
    assert len({round(seconds, 4) for seconds in young}) > 40
    assert wait(7200) <= 36.1
    assert 60 < wait(10, failures=30) <= 144.1


def test_sweep_by_the_tracker_sends_what_was_forgotten(transactional_db: None, ask: Ask) -> None:
    render = ask()
    OrmQ.objects.all().delete()
    Render.objects.filter(pk=render.pk).update(enqueued_at=now() - timedelta(minutes=2))

    track.track(run_seconds=0.1)

    assert OrmQ.objects.filter(key="studio").count() == 1
    assert recovery.sweep()["submits"] == 0
    assert gateways.client is not None
