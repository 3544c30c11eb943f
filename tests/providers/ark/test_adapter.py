"""Ark's calls on a mocked transport: above all that a cancel never erases finished work."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

import httpx
import pytest

from studio.providers.answers import CancelAnswer, CancelKind, KeyVerdict, Proof, ProofKind, RemoteState
from studio.providers.ark.adapter import MOST_PAGES, PAGE_SIZE, ArkAdapter
from studio.providers.ark.payload import body
from studio.providers.errors import BadKey, NotFound, NotSent, ProviderError, Retryable, Unknown
from studio.providers.http import Connection, make_async_client, make_client
from studio.providers.requests import Dispatch
from tests.providers.ark.factories import MODEL, SENT_AT, TASK, ark_request, listed, make_lost
from tests.providers.factories import fixture
from tests.providers.loopback import Play, loopback, unused_port

SECRET = "marked-ark-secret-0123456789"
ROOT = "https://ark.gateway.test/api/v3"
TASKS = f"{ROOT}/contents/generations/tasks"
ADAPTER = ArkAdapter()
VIDEO = {"video_url": "https://ark.test/a.mp4"}

Answers = list[tuple[int, Any]]
Result = TypeVar("Result")


class Gateway:
    """Answers in the given order, and the last one for ever."""

    def __init__(self, *answers: tuple[int, Any]) -> None:
        self.answers: Answers = list(answers)
        self.seen: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        status, content = self.answers[min(len(self.seen), len(self.answers) - 1)]
        self.seen.append(request)
        return httpx.Response(status, content=content if isinstance(content, bytes) else json.dumps(content).encode())

    @property
    def methods(self) -> list[str]:
        return [request.method for request in self.seen]


def _connection(base_url: str = ROOT) -> Connection:
    return Connection("ark", base_url, SECRET, allow_loopback=True)


def _with(gateway: Gateway, call: Callable[..., Result], *rest: Any) -> Result:
    with make_client(httpx.MockTransport(gateway)) as client:
        return call(client, _connection(), *rest)


def _task(status: str, **more: Any) -> tuple[int, Any]:
    return 200, {"id": TASK, "status": status, **more}


def _error(status: int, code: str) -> tuple[int, Any]:
    return status, {"error": {"code": code, "message": "no"}}


def test_create_posts_the_body_and_reads_the_task() -> None:
    gateway = Gateway((200, fixture("created_v3")))

    created = _with(gateway, ADAPTER.create, ark_request(), {}, Dispatch(seed=7))

    assert (created.remote_id, created.poll_url, created.status.state) == (TASK, "", RemoteState.WAITING)
    assert [(request.method, str(request.url)) for request in gateway.seen] == [("POST", TASKS)]
    assert json.loads(gateway.seen[0].content) == body(ark_request(), {}, Dispatch(seed=7))
    assert gateway.seen[0].headers["Authorization"] == f"Bearer {SECRET}"


@pytest.mark.parametrize("content", [b'{"id": "cgt-', {}, {"id": "../a"}, b"[]"])
def test_create_without_a_readable_id_is_unknown(content: Any) -> None:
    with pytest.raises(Unknown):
        _with(Gateway((200, content)), ADAPTER.create, ark_request(), {})


def test_create_without_a_connection_is_not_sent() -> None:
    with make_client() as client, pytest.raises(NotSent):
        ADAPTER.create(client, _connection(f"http://127.0.0.1:{unused_port()}/api/v3"), ark_request(), {})


@pytest.mark.parametrize("play", [Play.CUT_AFTER_REQUEST, Play.CUT_IN_BODY])
def test_create_that_is_cut_is_unknown_and_sent_once(play: Play) -> None:
    with loopback(play) as server, make_client() as client, pytest.raises(Unknown):
        ADAPTER.create(client, _connection(f"{server.base_url}/api/v3"), ark_request(), {})

    assert len(server.requests) == 1


def test_status_reads_the_example_both_ways() -> None:
    async def run() -> Any:
        async with make_async_client(httpx.MockTransport(Gateway((200, fixture("succeeded", "ark"))))) as client:
            return await ADAPTER.status_async(client, _connection(), TASK)

    gateway = Gateway((200, fixture("succeeded", "ark")))
    read = _with(gateway, ADAPTER.status, TASK, "/elsewhere")

    assert read == asyncio.run(run())
    assert (read.state, read.usage.tokens) == (RemoteState.SUCCEEDED, 108_900)
    assert str(gateway.seen[0].url) == f"{TASKS}/{TASK}"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (_error(404, "NotFound"), NotFound),
        (_error(401, "AuthenticationError"), BadKey),
        (_error(429, "RateLimitExceeded.EndpointRPMExceeded"), Retryable),
        (_error(500, ""), Retryable),
        ((200, b"<html>"), Retryable),
    ],
)
def test_status_error_never_ends_a_paid_task(answer: tuple[int, Any], kind: type[ProviderError]) -> None:
    with pytest.raises(ProviderError) as caught:
        _with(Gateway(answer), ADAPTER.status, TASK)

    assert type(caught.value) is kind


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (_task("running"), CancelKind.TOO_LATE),
        (_task("succeeded", content=VIDEO), CancelKind.TOO_LATE),
        (_task("succeeded"), CancelKind.TOO_LATE),
        (_task("failed"), CancelKind.TOO_LATE),
        (_task("expired"), CancelKind.TOO_LATE),
        (_task("cancelled"), CancelKind.CANCELLED),
        (_task("reticulating"), CancelKind.UNKNOWN),
        (_error(404, "NotFound"), CancelKind.UNKNOWN),
        (_error(500, ""), CancelKind.UNKNOWN),
        ((200, b"<html>"), CancelKind.UNKNOWN),
    ],
)
def test_cancel_sends_no_delete_unless_the_task_surely_waits(answer: tuple[int, Any], kind: CancelKind) -> None:
    gateway = Gateway(answer)

    found = _with(gateway, ADAPTER.cancel, TASK)

    assert found.kind == kind
    assert gateway.methods == ["GET"]


@pytest.mark.parametrize(
    ("deleted", "after", "kind"),
    [
        ((200, b""), _task("cancelled"), CancelKind.CANCELLED),
        ((200, b""), _task("running"), CancelKind.TOO_LATE),
        ((200, b""), _task("succeeded", content=VIDEO), CancelKind.TOO_LATE),
        ((200, b""), _task("queued"), CancelKind.UNKNOWN),
        ((200, b""), _error(404, "NotFound"), CancelKind.UNKNOWN),
        ((200, b""), _error(500, ""), CancelKind.UNKNOWN),
        (_error(400, "InvalidParameter"), _task("running"), CancelKind.TOO_LATE),
        (_error(500, ""), _task("cancelled"), CancelKind.CANCELLED),
    ],
)
def test_cancel_of_a_waiting_task_believes_the_second_look(
    deleted: tuple[int, Any], after: tuple[int, Any], kind: CancelKind
) -> None:
    gateway = Gateway(_task("queued"), deleted, after)

    found = _with(gateway, ADAPTER.cancel, TASK)

    assert found.kind == kind
    assert gateway.methods == ["GET", "DELETE", "GET"]


def test_task_that_vanished_is_never_called_cancelled() -> None:
    found = _with(Gateway(_task("queued"), (200, b""), _error(404, "NotFound")), ADAPTER.cancel, TASK)

    assert found == CancelAnswer(
        CancelKind.UNKNOWN,
        "It waited when the cancel was sent and is unknown to the gateway now. It may have been cancelled, or finished "
        "and erased; look at the gateway's own console.",
    )


@pytest.mark.parametrize(
    "answers", [[_error(401, "AuthenticationError")], [_task("queued"), _error(401, "AuthenticationError")]]
)
def test_cancel_with_a_bad_key_says_so(answers: Answers) -> None:
    with pytest.raises(BadKey):
        _with(Gateway(*answers), ADAPTER.cancel, TASK)


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ((200, {"total": 0, "items": []}), KeyVerdict.ACCEPTED),
        (_error(401, "AuthenticationError"), KeyVerdict.REFUSED),
        ((401, b""), KeyVerdict.REFUSED),
        (_error(403, "AccessDenied"), KeyVerdict.REFUSED),
        (_error(403, "AccountOverdueError"), KeyVerdict.UNCLEAR),
        (_error(404, "NotFound"), KeyVerdict.UNCLEAR),
        (_error(429, ""), KeyVerdict.UNCLEAR),
        (_error(500, ""), KeyVerdict.UNCLEAR),
        ((200, b"<html>"), KeyVerdict.UNCLEAR),
    ],
)
def test_check_reads_one_row_of_the_list(answer: tuple[int, Any], verdict: KeyVerdict) -> None:
    gateway = Gateway(answer)

    report = _with(gateway, ADAPTER.check)

    assert (report.verdict, report.meaning[-1]) == (verdict, ".")
    assert [(request.method, str(request.url)) for request in gateway.seen] == [
        ("GET", f"{TASKS}?page_num=1&page_size=1")
    ]


def test_check_of_an_unreachable_gateway_is_an_error() -> None:
    with make_client() as client, pytest.raises(Retryable):
        ADAPTER.check(client, _connection(f"http://127.0.0.1:{unused_port()}/api/v3"))


def test_prove_finds_the_task_in_the_list_of_its_model() -> None:
    gateway = Gateway((200, {"total": 2, "items": [listed(id="cgt-other", seed=1), listed()]}))

    found = _with(gateway, ADAPTER.prove, make_lost())

    assert found == Proof(ProofKind.FOUND, TASK)
    assert [str(request.url) for request in gateway.seen] == [
        f"{TASKS}?page_num=1&page_size={PAGE_SIZE}&filter.model={MODEL}"
    ]


def test_prove_reads_on_until_the_list_ends() -> None:
    others = [listed(id=f"cgt-{number}", seed=1) for number in range(PAGE_SIZE)]
    gateway = Gateway((200, {"items": others}), (200, {"items": [listed()]}))

    assert _with(gateway, ADAPTER.prove, make_lost()) == Proof(ProofKind.FOUND, TASK)
    assert [dict(request.url.params)["page_num"] for request in gateway.seen] == ["1", "2"]


def test_prove_stops_where_the_list_gets_too_old() -> None:
    old = int((SENT_AT - timedelta(hours=1)).timestamp())
    page = [listed(id=f"cgt-{number}", seed=1, created_at=old - number) for number in range(PAGE_SIZE)]
    gateway = Gateway((200, {"items": page}))

    assert _with(gateway, ADAPTER.prove, make_lost()).kind == ProofKind.ABSENT
    assert len(gateway.seen) == 1


def test_prove_gives_up_on_an_endless_list() -> None:
    gateway = Gateway((200, {"items": [listed(id=f"cgt-{number}", seed=1) for number in range(PAGE_SIZE)]}))

    assert _with(gateway, ADAPTER.prove, make_lost()).kind == ProofKind.UNCLEAR
    assert len(gateway.seen) == MOST_PAGES


@pytest.mark.parametrize(
    ("answer", "kind"),
    [(_error(401, "AuthenticationError"), BadKey), (_error(500, ""), Retryable), ((200, b"[]"), Retryable)],
)
def test_prove_that_cannot_read_the_list_raises(answer: tuple[int, Any], kind: type[ProviderError]) -> None:
    with pytest.raises(ProviderError) as caught:
        _with(Gateway(answer), ADAPTER.prove, make_lost())

    assert type(caught.value) is kind


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 429, 500])
def test_key_repeated_by_the_gateway_is_never_passed_on(status: int) -> None:
    content = {"id": TASK, "status": "failed", "error": {"code": SECRET, "message": f"Bearer {SECRET} is not welcome"}}

    calls: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
        (ADAPTER.create, (ark_request(), {})),
        (ADAPTER.status, (TASK,)),
        (ADAPTER.check, ()),
    ]
    for call, rest in calls:
        try:
            shown = repr(_with(Gateway((status, content)), call, *rest))
        except ProviderError as error:
            shown = repr(vars(error)) + error.text
        assert SECRET not in shown
