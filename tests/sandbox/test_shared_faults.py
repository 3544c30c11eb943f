"""The faults that any gateway may have, played by TokenHub and by the Open API in their own shapes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from studio.sandbox.server import Sandbox
from tests.sandbox.other_callers import OtherCaller, SeedanceCaller, TokenHubCaller, error_of

GATEWAYS = (TokenHubCaller, SeedanceCaller)
PICTURE = "https://example.com/one.png"
ENVELOPES: dict[type[OtherCaller], tuple[list[str], list[str]]] = {
    TokenHubCaller: (["error"], ["code", "message", "type"]),
    SeedanceCaller: (["error", "success"], ["code", "message"]),
}
PICTURES: dict[type[OtherCaller], dict[str, Any]] = {
    TokenHubCaller: {"image_url": PICTURE},
    SeedanceCaller: {"mediaUrls": [PICTURE]},
}


@pytest.fixture(scope="module", params=GATEWAYS, ids=["tokenhub", "seedance"])
def module_caller(request: pytest.FixtureRequest, running_sandbox: Sandbox) -> Iterator[OtherCaller]:
    with request.param(running_sandbox.base_url) as caller:
        yield caller


@pytest.fixture
def other(sandbox: Sandbox, module_caller: OtherCaller) -> OtherCaller:
    return module_caller


@pytest.fixture(scope="module")
def made(module_caller: OtherCaller) -> tuple[str, dict[str, Any]]:
    """A finished task that tests may read but not change, and its id."""
    task_id = module_caller.accepted()
    return task_id, module_caller.ended(task_id)


def ask(caller: OtherCaller, fault: str, **fields: Any) -> httpx.Response:
    return caller.create(prompt=f"A calm ocean [fault:{fault}]", **fields)


def check_envelope(caller: OtherCaller, answer: httpx.Response) -> None:
    body = answer.json()
    assert (sorted(body), sorted(body["error"])) == ENVELOPES[type(caller)]


@pytest.mark.parametrize(
    ("fault", "status"),
    [("refuse", 400), ("unauthorized", 401), ("insufficient-balance", 402), ("server-error-before", 500)],
)
def test_create_is_refused_and_nothing_made(sandbox: Sandbox, other: OtherCaller, fault: str, status: int) -> None:
    before = len(sandbox.creates)

    answer = ask(other, fault)

    assert answer.status_code == status
    check_envelope(other, answer)
    assert len(sandbox.creates) == before


@pytest.mark.parametrize(("fault", "wait"), [("rate-limit", "1"), ("rate-limit-bare", None)])
def test_two_tries_are_refused(other: OtherCaller, fault: str, wait: str | None) -> None:
    answers = [ask(other, fault) for _ in range(2)]

    assert [(answer.status_code, answer.headers.get("Retry-After")) for answer in answers] == [(429, wait)] * 2
    check_envelope(other, answers[0])


def test_task_is_made_and_answered_with_an_error(sandbox: Sandbox, other: OtherCaller) -> None:
    before = len(sandbox.creates)

    answer = ask(other, "server-error-after", **PICTURES[type(other)])

    assert (answer.status_code, len(sandbox.creates)) == (500, before + 1)
    check_envelope(other, answer)


@pytest.mark.parametrize("fault", ["lost-answer", "cut-body"])
def test_task_is_made_and_the_connection_lost(sandbox: Sandbox, other: OtherCaller, fault: str) -> None:
    before = len(sandbox.creates)

    with pytest.raises(httpx.RemoteProtocolError):
        ask(other, fault, **PICTURES[type(other)])

    assert len(sandbox.creates) == before + 1


def test_task_is_made_and_answered_with_gibberish(sandbox: Sandbox, other: OtherCaller) -> None:
    before = len(sandbox.creates)

    answer = ask(other, "bad-json", **PICTURES[type(other)])

    with pytest.raises(ValueError, match="Unterminated"):
        answer.json()
    assert len(sandbox.creates) == before + 1


def test_reference_that_cannot_be_fetched_refuses_the_create(other: OtherCaller) -> None:
    refused = ask(other, "cannot-fetch", **PICTURES[type(other)])

    codes = {TokenHubCaller: "media_download_failed", SeedanceCaller: "media_unreachable"}
    assert error_of(refused) == (400, codes[type(other)])
    check_envelope(other, refused)


def test_drawn_sound_is_refused_late(other: OtherCaller) -> None:
    task = other.ended(ask(other, "sound-moderated").json()[other.id_field])

    assert task["error"] == {
        "code": "OutputAudioSensitiveContentDetected",
        "message": "The output audio was refused by content moderation",
    }


def test_silent_film_is_not_refused_for_its_sound(sandbox: Sandbox) -> None:
    with TokenHubCaller(sandbox.base_url) as hub:
        task = hub.ended(ask(hub, "sound-moderated", generate_audio=False).json()["id"])

    assert task["status"] == "succeeded"


@pytest.mark.parametrize(
    ("fault", "statuses"),
    [
        ("poll-500", [500, 500, 500, 200]),
        ("poll-404-lag", [404, 404, 200, 200]),
        ("poll-rate-limit", [429, 429, 200, 200]),
    ],
)
def test_first_reads_fail(other: OtherCaller, fault: str, statuses: list[int]) -> None:
    task_id = str(ask(other, fault, **PICTURES[type(other)]).json()[other.id_field])

    answers = [other.read(task_id) for _ in range(4)]

    assert [answer.status_code for answer in answers] == statuses
    check_envelope(other, answers[0])


def test_first_reads_are_gibberish(other: OtherCaller) -> None:
    task_id = str(ask(other, "poll-bad-json", **PICTURES[type(other)]).json()[other.id_field])

    bodies = [other.read(task_id).text for _ in range(3)]

    half = {TokenHubCaller: '{"id": "', SeedanceCaller: '{"success": true, "requ'}[type(other)]
    assert bodies[:2] == [half] * 2
    assert bodies[2].startswith(half)


def test_running_task_has_a_word_nobody_knows(other: OtherCaller) -> None:
    task_id = str(ask(other, "unknown-status").json()[other.id_field])

    assert other.left(task_id, "queued")["status"] == "reticulating"


def test_slow_queue_is_slow(sandbox: Sandbox, other: OtherCaller) -> None:
    """By the sandbox's own books: watching the clock, a busy machine would overtake it."""
    usual = sandbox.gateway.store.get(other.accepted(prompt="[fault:moderation]"))
    late = sandbox.gateway.store.get(str(ask(other, "slow", **PICTURES[type(other)]).json()[other.id_field]))

    assert usual is not None and late is not None
    waits = [round((task.starts_at - task.created) / task.pace, 3) for task in (usual, late)]
    assert waits == [0.3, 5.0]


def test_finished_task_may_be_without_a_link(
    sandbox: Sandbox, other: OtherCaller, made: tuple[str, dict[str, Any]]
) -> None:
    sandbox.set_fault("no-url")

    task = other.read(made[0]).json()

    nowhere = {TokenHubCaller: ("data", []), SeedanceCaller: ("output", {"type": "video"})}[type(other)]
    assert (task["status"], task[nowhere[0]]) == ("succeeded", nowhere[1])


def test_links_expire_or_lead_elsewhere(sandbox: Sandbox, other: OtherCaller, made: tuple[str, dict[str, Any]]) -> None:
    link = other.link(made[1])
    sandbox.set_fault("expired-link")
    expired = other.http.get(link)
    sandbox.set_fault("not-a-video")
    page = other.http.get(link)
    sandbox.set_fault("link-expires-once")
    refused = other.http.get(link)
    renewed = other.http.get(other.link(other.read(made[0]).json()))

    statuses = [answer.status_code for answer in (expired, page, refused, renewed)]
    assert statuses == [403, 200, 403, 200]
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"


def test_first_download_breaks_off(sandbox: Sandbox, other: OtherCaller, made: tuple[str, dict[str, Any]]) -> None:
    link = other.link(made[1])
    sandbox.set_fault("cut-download")
    # TokenHub's cover is fetched beside the film and does not count.
    covers = [other.http.get(row["cover_image_url"]).status_code for row in made[1].get("data", [])]

    with pytest.raises(httpx.RemoteProtocolError):
        other.http.get(link)

    assert {other.http.get(link).status_code, *covers} == {200}


def test_default_fault_befalls_reads_as_well(
    sandbox: Sandbox, other: OtherCaller, made: tuple[str, dict[str, Any]]
) -> None:
    statuses = {}
    for name in ("unauthorized", "rate-limit", "server-error-before"):
        sandbox.set_fault(name)
        statuses[name] = other.read(made[0]).status_code

    assert statuses == {"unauthorized": 401, "rate-limit": 429, "server-error-before": 500}


def test_sandbox_names_its_dialects(sandbox: Sandbox, other: OtherCaller) -> None:
    told = other.http.get("/_sandbox").json()["dialects"]

    assert {"tokenlab", "tokenhub", "seedance"} - set(told) == set()
