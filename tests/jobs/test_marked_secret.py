"""A key with a mark in it goes through everything that can happen, and is then looked for everywhere."""

from __future__ import annotations

import io
import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Thread
from typing import Any, NoReturn
from urllib.parse import quote

import httpx
import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.views.debug import ExceptionReporter
from pytest_django import Settings

from studio.choices import RenderState
from studio.jobs import gateways, polls, track
from studio.jobs.cancel import cancel
from studio.jobs.confirm import confirm
from studio.jobs.ingest import ingest
from studio.jobs.submit import submit
from studio.jobs.verify_key import verify_key
from studio.lib.clock import now
from studio.models import Project, ProviderKey, Render
from studio.providers import registry
from studio.sandbox.server import Sandbox
from studio.services import keys, recovery
from studio.services.audit import Actor
from studio.services.key_rotation import rotate
from studio.services.renders import ask_cancel
from studio.services.spend_scope import Grouping
from tests.factories import make_render, make_request, make_user
from tests.jobs.conftest import Ask
from tests.media.file_server import QuietServer

pytestmark = pytest.mark.django_db(transaction=True)

# What its masked form leaves out; not even a part of it may be seen.
MARK = "MARKED0123456789abcdef"
SECRET, TOKEN, NEXT = f"sk-{MARK}9f2c", f"mt-{MARK}77aa", f"sk-{MARK}eeee"
# A key of the upstream has no shape by which it could be known.
SHAPELESS = f"1f3c9a52-{MARK}-0c6d2e8f9b21"
# Nor does the shape of a key end where the key does.
HALF_SHAPED = f"sk-ab12cd34+{MARK}/x9"
METRICS_TOKEN = "scrape-0123456789abcdef"
CREATE_FAULTS = [
    "",
    "unauthorized",
    "refuse",
    "insufficient-balance",
    "rate-limit",
    "server-error-before",
    "server-error-after",
    "lost-answer",
    "cut-body",
    "bad-json",
]
POLL_FAULTS = ["poll-500", "poll-bad-json", "poll-404-lag", "moderation", "error-object", "no-url"]


@pytest.fixture
def key(studio_project: Project, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> ProviderKey:
    """Added as an admin adds it."""
    return add(sandbox.base_url, SECRET)


def add(base_url: str, secret: str) -> ProviderKey:
    lines = io.StringIO(f"{secret}\n{TOKEN}\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", lines)
        words = ["--provider", "tokenlab", "--label", f"Key {base_url} {secret[-2:]}", "--secret-stdin"]
        call_command("addkey", *words, "--with-balance-token", "--base-url", base_url)
    return ProviderKey.objects.latest("pk")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(track, "IDLE_SECONDS", 0.02)
    monkeypatch.setattr(track, "FLUSH_SECONDS", 0.02)
    monkeypatch.setattr(track, "FINISH_SECONDS", 0.5)
    monkeypatch.setattr(polls, "poll_seconds", lambda provider, base_url: 0.05)


@pytest.fixture
def look(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str], settings: Settings, tmp_path: Path
) -> Iterator[Callable[[], list[str]]]:
    """Gives the places in which the mark was found; logs everything, also what libraries say to nobody."""
    settings.DEBUG = True
    settings.STUDIO_METRICS_TOKEN = METRICS_TOKEN
    said = io.StringIO()

    def places() -> list[str]:
        told = {"database": database(), "dump": dump(), "log": caplog.text + tracebacks(caplog.records)}
        told |= pages() | {"doctor": doctor(), "metrics": metrics()}
        captured = capsys.readouterr()
        said.write(captured.out + captured.err)
        told["shell"] = said.getvalue()
        told["files"] = "".join(
            path.read_bytes().decode("latin-1") for path in (tmp_path / "media").rglob("*") if path.is_file()
        )
        return [place for place, text in told.items() if MARK.lower() in text.lower()]

    with caplog.at_level(logging.DEBUG):
        yield places


def database() -> str:
    """Every value of every table, as the database itself holds it."""
    rows: list[Any] = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608  (tables of our own)
            rows += cursor.fetchall()
    return repr(rows)


def dump() -> str:
    out = io.StringIO()
    call_command("dumpdata", stdout=out)
    return out.getvalue()


def tracebacks(records: list[logging.LogRecord]) -> str:
    """What Django would show or send of each error, with its variables."""
    reporters = [ExceptionReporter(None, *record.exc_info) for record in records if record.exc_info]
    return "".join(each.get_traceback_html() + each.get_traceback_text() for each in reporters)


def pages() -> dict[str, str]:
    """Every page that says something of keys or takes, as an admin sees it."""
    client = Client()
    client.force_login(make_user(is_studio_admin=True), backend="studio.views.backends.PersonBackend")
    paths = [reverse("key-list"), reverse("key-create"), reverse("audit-list")]
    paths += [f"{reverse('key-create')}?gateway=tokenlab"]
    paths += [reverse("key-detail", args=[each.pk]) for each in ProviderKey.objects.present()]
    paths += [reverse("key-check-result", args=[each.pk]) for each in ProviderKey.objects.present()]
    paths += [reverse("key-delete", args=[each.pk]) for each in ProviderKey.objects.present()]
    for take in Render.objects.all():
        paths += [reverse("render-detail", args=[take.pk]), reverse("render-card", args=[take.pk])]
    for name in ("project-detail", "project-takes", "project-settings"):
        paths += [reverse(name, args=[each.slug]) for each in Project.objects.all()]
    paths += [reverse("render-send-again", args=[each.pk]) for each in Render.objects.filter(state="unconfirmed")]
    paths += [reverse("gallery"), f"{reverse('changes')}?since=0"]
    paths += [reverse(name) for name in ("spend", "spend-takes", "spend-export", "price-list", "budget-list", "readyz")]
    paths += [reverse("spend", query={"by": by}) for by in Grouping]
    paths += [reverse("spend-export", query={"rows": "takes"})]
    return {path: client.get(path, follow=True).getvalue().decode() for path in paths}


def doctor() -> str:
    """Everything that it says, whichever way it ends."""
    out = io.StringIO()
    for words in ([], ["--json"]):
        with suppress(SystemExit):
            call_command("doctor", *words, stdout=out)
    return out.getvalue()


def metrics() -> str:
    return Client().get(reverse("metrics"), headers={"Authorization": f"Bearer {METRICS_TOKEN}"}).content.decode()


def test_places_that_are_looked_at_say_something(transactional_db: None, ask: Ask, settings: Settings) -> None:
    settings.STUDIO_METRICS_TOKEN = METRICS_TOKEN
    take = ask("A red car at the sea.")
    shown = pages()

    assert f"\r\n{take.pk},{take.project.name}," in shown[reverse("spend-export", query={"rows": "takes"})]
    assert "TokenLab" in shown[reverse("price-list")]
    assert '"healthy": ' in doctor()
    assert 'rushes_takes{gateway="tokenlab",state="queued"} 1.0' in metrics()


def test_secret_is_nowhere_after_every_fault(
    transactional_db: None, ask: Ask, key: ProviderKey, sandbox: Sandbox, look: Callable[[], list[str]]
) -> None:
    renders = [ask(f"A red car [fault:{fault}]") for fault in [*CREATE_FAULTS, *POLL_FAULTS]]

    for render in renders:
        keys.resume(key=key, actor=Actor.shell())
        submit(render.pk)
    deadline = time.monotonic() + 60
    while not Render.objects.filter(state="failed").exists() and time.monotonic() < deadline:
        Render.objects.filter(state__in=["waiting", "running"]).update(next_poll_at=now())
        track.track(run_seconds=0.3)
    for render in Render.objects.filter(state__in=["waiting", "running"]):
        ask_cancel(render=render, actor=None)
        cancel(render.pk)
    verify_key(key.pk)
    sandbox.set_fault("unauthorized")
    verify_key(key.pk)
    running = Render.objects.exclude(state=RenderState.QUEUED).first()
    Render.objects.filter(pk=running.pk if running else 0).update(state="running", next_poll_at=now())
    track.track(run_seconds=0.3)
    rotate(key=key, actor=Actor.shell(), secret=NEXT)
    recovery.sweep()
    call_command("reencrypt")

    states = set(Render.objects.values_list("state", flat=True))
    assert {"queued", "refused", "failed", "unconfirmed"} <= states
    assert look() == []


class Echo(BaseHTTPRequestHandler):
    """Says back whatever it was told, the key above all, in every part of its answers."""

    protocol_version = "HTTP/1.1"
    status = 400

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        secret = self.headers["Authorization"].removeprefix("Bearer ")
        words = f"no key like {secret} or Bearer {secret} in {self.headers}".replace("\r", " ").replace("\n", " ")
        body = (
            '{"id": "%s", "poll_url": "/v1/tasks/x?key=%s", "status": "%s", "message": "%s", '
            '"error": {"code": "%s", "type": "%s", "message": "%s"}}'
        )
        body %= (secret, secret, secret, words, secret, secret, words)
        body = body.replace('key like "', "key like ")
        self.send_response(self.status, f"No {secret}")
        self.send_header("X-Request-Id", secret)
        self.send_header("X-Billing-Transaction-Id", secret)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    do_GET = do_POST = do_DELETE = answer

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


@contextmanager
def echoing(handler: type[BaseHTTPRequestHandler] = Echo) -> Iterator[str]:
    server = QuietServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        gateways.client.cache_clear()


@pytest.mark.parametrize("status", [200, 302, 400, 401, 402, 403, 404, 409, 429, 500])
@pytest.mark.parametrize("secret", [SECRET, SHAPELESS])
def test_secret_that_a_gateway_says_back_is_nowhere(
    transactional_db: None,
    ask: Ask,
    key: ProviderKey,
    look: Callable[[], list[str]],
    monkeypatch: pytest.MonkeyPatch,
    secret: str,
    status: int,
) -> None:
    monkeypatch.setattr(Echo, "status", status)
    with echoing() as base_url:
        rotate(key=key, actor=Actor.shell(), secret=secret, base_url=base_url)
        render, followed = ask(), ask()
        submit(render.pk)
        followed_at_the_gateway(followed)
        track.track(run_seconds=0.3)
        Render.objects.filter(pk=followed.pk, state="waiting").update(cancel_asked_at=now())
        cancel(followed.pk)
        verify_key(key.pk)

    assert look() == []


class WordyEcho(Echo):
    """Says the key back wherever any gateway's answers have a place for words, spelled in several ways."""

    word = "failed"

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        secret = self.headers["Authorization"].removeprefix("Bearer ")
        told = f"No {secret}, nor {quote(secret)}, nor {secret.upper()}, nor Bearer {secret}"
        link = f"http://{self.headers['Host']}/{secret}/take.mp4?key={secret}"
        facts = {"resolutions": [secret], "operation_constraints": [{"operation": secret}], "durations": [secret]}
        names = dict.fromkeys(("id", "requestId", "task_id", "request_id", "billing_transaction_id"), secret)
        document = {
            **names,
            "status": self.word or secret,
            "success": self.word != "refused",
            "message": told,
            "error": {"code": secret, "type": secret, "message": told, "param": secret},
            "video_url": link,
            "data": [{"url": link, "id": secret, "model": "seedance-2.0", "unit": secret, "currency": secret}],
            "output": [link],
            "content": {"video_url": link, "last_frame_url": link},
            "items": [names | {"status": "succeeded"}],
            "tokenlab": {"request_format_details": facts},
            "pricing": {"unit": secret},
            "usage": {"completion_tokens": secret, "video_duration": secret},
            "creditsCharged": secret,
        }
        # Some write every slash with a backslash.
        body = json.dumps(document).replace("/", "\\/").encode()
        self.send_response(self.status, f"No {secret}")
        self.send_header("X-Request-Id", secret)
        self.send_header("X-Billing-Transaction-Id", secret)
        self.send_header("Location", link)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_DELETE = answer


@pytest.mark.parametrize("provider", ["tokenlab", "tokenlab:v3", "tokenhub", "seedance", "ark"])
@pytest.mark.parametrize("secret", [SHAPELESS, HALF_SHAPED])
def test_secret_that_any_gateway_says_back_is_nowhere(
    transactional_db: None,
    studio_project: Project,
    look: Callable[[], list[str]],
    monkeypatch: pytest.MonkeyPatch,
    provider: str,
    secret: str,
) -> None:
    slug, _, route = provider.partition(":")
    with echoing(WordyEcho) as base_url:
        key = keys.add_key(provider=slug, route=route, label="Echo", base_url=base_url, secret=secret)
        answers = [(200, word) for word in ("", "succeeded", "completed", "failed", "refused")]
        for status, word in [*answers, *((status, "") for status in (307, 400, 401, 404, 500))]:
            monkeypatch.setattr(WordyEcho, "status", status)
            monkeypatch.setattr(WordyEcho, "word", word)
            everything_that_asks(studio_project, key)

    told = list(Render.objects.values_list("error_said", flat=True))
    assert any("[removed]" in said for said in told)
    assert look() == []


def everything_that_asks(project: Project, key: ProviderKey) -> None:
    """One take is created, one followed and fetched, one cancelled, one sought for; then the key is checked."""
    model = next(item.model for item in registry.get(key.provider).capabilities if item.studio_model == "seedance-2.0")
    request = make_request(provider=key.provider, model=model)
    created, followed, cancelled, sought = (make_render(project, key, request=request) for _ in range(4))
    keys.resume(key=key, actor=Actor.shell())
    submit(created.pk)
    for render in (followed, cancelled):
        followed_at_the_gateway(render)
    track.track(run_seconds=0.15)
    for render in Render.objects.filter(state=RenderState.FETCHING):
        ingest(render.pk)
    Render.objects.filter(pk=cancelled.pk).update(state="waiting", cancel_asked_at=now())
    cancel(cancelled.pk)
    sent = {"number": 1, "key": key, "base_url": key.base_url, "route": key.route, "sent_body": "{}"}
    long_ago = now() - timedelta(minutes=1)
    sought.attempts.create(**sent, outcome="unknown", idempotency_key="f" * 32, created_at=long_ago)
    Render.objects.filter(pk=sought.pk).update(state=RenderState.UNCONFIRMED)
    confirm(sought.pk)
    verify_key(key.pk)


def followed_at_the_gateway(render: Render) -> None:
    key = ProviderKey.objects.get(pk=render.key_id)
    render.attempts.create(number=1, key=key, base_url=key.base_url, route=key.route, remote_id=f"task_{render.pk}")
    render.attempts.update(outcome="accepted")
    Render.objects.filter(pk=render.pk).update(state="waiting", next_poll_at=now())


@pytest.mark.parametrize("secret", [SECRET, SHAPELESS])
@pytest.mark.parametrize("where", ["httpx.Client.build_request", "httpx.Client.send", "json.dumps"])
def test_secret_is_in_no_page_of_an_unhandled_error(
    transactional_db: None,
    ask: Ask,
    key: ProviderKey,
    look: Callable[[], list[str]],
    monkeypatch: pytest.MonkeyPatch,
    secret: str,
    where: str,
) -> None:
    rotate(key=key, actor=Actor.shell(), secret=secret)
    render = ask()

    def broken(*args: Any, **values: Any) -> NoReturn:
        kept = (args, values)
        raise ZeroDivisionError(len(kept))

    with monkeypatch.context() as patch:
        patch.setattr(where, broken)
        try:
            submit(render.pk)
            verify_key(key.pk)
        except ZeroDivisionError:
            logging.getLogger("studio").exception("broke off")

    assert httpx.Client is not None
    assert look() == []
