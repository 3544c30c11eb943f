"""A secret that a gateway says back, or that an error page may show, is in no place that is kept or seen."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from threading import Thread
from typing import Any, NoReturn
from urllib.parse import quote

import httpx
import pytest

from studio.choices import RenderState
from studio.jobs import gateways, track
from studio.jobs.cancel import cancel
from studio.jobs.confirm import confirm
from studio.jobs.ingest import ingest
from studio.jobs.submit import submit
from studio.jobs.verify_key import verify_key
from studio.lib.clock import now
from studio.models import Project, ProviderKey, Render
from studio.providers import registry
from studio.services import keys
from studio.services.audit import Actor
from studio.services.key_rotation import rotate
from tests.factories import make_render, make_request
from tests.jobs.conftest import Ask
from tests.jobs.marked_secret import MARK, SECRET, key, look, quick
from tests.media.file_server import QuietServer

__all__ = ["key", "look", "quick"]
pytestmark = pytest.mark.django_db(transaction=True)


# A key of the upstream has no shape by which it could be known.
SHAPELESS = f"1f3c9a52-{MARK}-0c6d2e8f9b21"


# Nor does the shape of a key end where the key does.
HALF_SHAPED = f"sk-ab12cd34+{MARK}/x9"


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
