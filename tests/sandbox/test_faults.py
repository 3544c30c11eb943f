"""Every fault in the list is played as its sentence says."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from studio.sandbox.faults import FAULTS
from studio.sandbox.server import Sandbox
from tests.sandbox.caller import Caller

Play = Callable[[Sandbox, Caller, dict[str, Any]], None]
PLAYED: dict[str, Play] = {}
# Another gateway's own; its tests play them.
ELSEWHERE = {"bills-more", "declared-unchecked", "expires", "replay-in-progress", "wrong-duration"}
ELSEWHERE |= {f"webhook-{how}" for how in ("early", "forged", "twice")}


def plays(*names: str) -> Callable[[Play], Play]:
    def keep(play: Play) -> Play:
        PLAYED.update(dict.fromkeys(names, play))
        return play

    return keep


@pytest.mark.parametrize("name", [name for name in FAULTS if name not in ELSEWHERE])
def test_fault_is_played(name: str, sandbox: Sandbox, caller: Caller, finished: dict[str, Any]) -> None:
    PLAYED[name](sandbox, caller, {**finished, "fault": name})


def _ask(caller: Caller, finished: dict[str, Any]) -> httpx.Response:
    return caller.create(prompt=f"A calm ocean [fault:{finished['fault']}]")


@plays("slow")
def slow(sandbox: Sandbox, caller: Caller, finished: dict[str, Any]) -> None:
    usual, late = caller.accepted(prompt="[fault:moderation]"), _ask(caller, finished).json()["id"]

    assert caller.ended(usual)["status"] == "failed"
    assert caller.read(late).json()["status"] == "pending"
    assert caller.http.delete(f"/v1/tasks/{late}").status_code == 200


@plays("moderation", "error-string", "sound-moderated")
def fails_late_with_text(sandbox: Sandbox, caller: Caller, finished: dict[str, Any]) -> None:
    words = {
        "moderation": "Content policy violation",
        "error-string": "The video could not be generated",
        "sound-moderated": "The output audio was refused by content moderation",
    }

    task = caller.ended(_ask(caller, finished).json()["id"])

    assert (task["status"], task["error"]) == ("failed", words[finished["fault"]])
    assert "billing_transaction_id" not in task


@plays("error-missing")
def fails_late_without_a_word(sandbox: Sandbox, caller: Caller, finished: dict[str, Any]) -> None:
    task = caller.ended(_ask(caller, finished).json()["id"])

    assert sorted(task) == ["created", "id", "model", "status", "updated"]


@plays("cannot-fetch")
def refuses_a_reference_it_cannot_have(sandbox: Sandbox, caller: Caller, finished: dict[str, Any]) -> None:
    refused = caller.create(
        prompt=f"[fault:{finished['fault']}]", operation="image-to-video", image_url="https://example.com/a.png"
    )

    assert refused.json()["error"]["message"] == "image_url: The file could not be downloaded"
    assert refused.status_code == 400


@plays("error-object")
def fails_late_with_an_object(sandbox: Sandbox, caller: Caller, finished: dict[str, Any]) -> None:
    task = caller.ended(_ask(caller, finished).json()["id"])

    assert task["error"] == {"code": "generation_failed", "message": "The video could not be generated"}


@plays("refuse", "unauthorized", "insufficient-balance", "server-error-before")
def refuses_and_makes_nothing(sandbox: Sandbox, caller: Caller, finished: dict[str, Any]) -> None:
    statuses = {"refuse": 400, "unauthorized": 401, "insufficient-balance": 402, "server-error-before": 500}
    before = len(sandbox.creates)

    answer = _ask(caller, finished)

    assert answer.status_code == statuses[finished["fault"]]
    assert len(sandbox.creates) == before
    if answer.status_code == 402:
        error = answer.json()["error"]
        assert error["code"] == "insufficient_balance"
        assert 0 < error["balance_usd"] < error["estimated_cost_usd"]


@plays("rate-limit", "rate-limit-bare")
def refuses_two_tries(sandbox: Sandbox, caller: Caller, finished: dict[str, Any]) -> None:
    answers = [_ask(caller, finished) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].json()["error"]["code"] == "rate_limit_exceeded"
    assert answers[0].headers.get("Retry-After") == ("1" if finished["fault"] == "rate-limit" else None)


@plays("server-error-after")
def makes_the_task_and_answers_500(sandbox: Sandbox, caller: Caller, finished: dict[str, Any]) -> None:
    before = len(sandbox.creates)

    assert _ask(caller, finished).status_code == 500
    assert len(sandbox.creates) == before + 1


@plays("lost-answer", "cut-body")
def makes_the_task_and_loses_the_connection(sandbox: Sandbox, caller: Caller, finished: dict[str, Any]) -> None:
    before = len(sandbox.creates)

    with pytest.raises(httpx.RemoteProtocolError):
        _ask(caller, finished)

    assert len(sandbox.creates) == before + 1


@plays("bad-json")
def makes_the_task_and_answers_gibberish(sandbox: Sandbox, caller: Caller, finished: dict[str, Any]) -> None:
    before = len(sandbox.creates)

    answer = _ask(caller, finished)

    with pytest.raises(ValueError, match="Unterminated"):
        answer.json()
    assert (answer.status_code, len(sandbox.creates)) == (200, before + 1)


@plays("unknown-status")
def says_a_word_nobody_knows(sandbox: Sandbox, caller: Caller, finished: dict[str, Any]) -> None:
    task_id = _ask(caller, finished).json()["id"]
    seen = set()
    while (status := caller.read(task_id).json()["status"]) != "completed":
        seen.add(status)
        time.sleep(0.02)

    assert seen == {"pending", "reticulating"}


def _read_under_fault(sandbox: Sandbox, caller: Caller, finished: dict[str, Any]) -> dict[str, Any]:
    sandbox.set_fault(finished["fault"])
    return dict(caller.read(finished["id"]).json())


@plays("no-url")
def completes_without_a_link(sandbox: Sandbox, caller: Caller, finished: dict[str, Any]) -> None:
    task = _read_under_fault(sandbox, caller, finished)

    assert task["status"] == "completed"
    assert sorted(task) == ["billing_transaction_id", "created", "id", "model", "progress", "status", "updated"]


@plays("url-nested", "url-list", "url-data", "url-content")
def puts_the_link_elsewhere(sandbox: Sandbox, caller: Caller, finished: dict[str, Any]) -> None:
    url = finished["video_url"]
    places = {
        "url-nested": ("video", {"url": url, "duration": 4, "width": 864, "height": 496}),
        "url-list": ("videos", [{"url": url}]),
        "url-data": ("data", [{"url": url}]),
        "url-content": ("content", {"video_url": url}),
    }

    task = _read_under_fault(sandbox, caller, finished)

    name, value = places[finished["fault"]]
    assert task[name] == value
    assert "video_url" not in task


@plays("expired-link")
def refuses_the_link(sandbox: Sandbox, caller: Caller, finished: dict[str, Any]) -> None:
    sandbox.set_fault("expired-link")

    assert caller.http.get(finished["video_url"]).status_code == 403
    assert caller.http.get(finished["video_url"]).status_code == 403


@plays("link-expires-once")
def hands_out_a_second_link(sandbox: Sandbox, caller: Caller, finished: dict[str, Any]) -> None:
    sandbox.set_fault("link-expires-once")

    refused = caller.http.get(finished["video_url"])
    renewed = caller.read(finished["id"]).json()["video_url"]

    assert refused.status_code == 403
    assert renewed != finished["video_url"]
    assert caller.http.get(renewed).status_code == 200


@plays("cut-download")
def breaks_off_once(sandbox: Sandbox, caller: Caller, finished: dict[str, Any]) -> None:
    whole = caller.http.get(finished["video_url"]).content
    sandbox.set_fault("cut-download")
    got = b""
    with pytest.raises(httpx.RemoteProtocolError), caller.http.stream("GET", finished["video_url"]) as answer:
        for chunk in answer.iter_bytes():
            got += chunk

    rest = caller.http.get(finished["video_url"], headers={"Range": f"bytes={len(got)}-"})

    assert 0 < len(got) < len(whole)
    assert rest.status_code == 206
    assert got + rest.content == whole


@plays("not-a-video")
def serves_a_page(sandbox: Sandbox, caller: Caller, finished: dict[str, Any]) -> None:
    sandbox.set_fault("not-a-video")

    answer = caller.http.get(finished["video_url"])

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.text.startswith("<!doctype html>")


@plays("cancel-race")
def finishes_under_the_cancel(sandbox: Sandbox, caller: Caller, finished: dict[str, Any]) -> None:
    task_id = _ask(caller, finished).json()["id"]
    before = caller.read(task_id).json()["status"]

    refused = caller.http.delete(f"/v1/tasks/{task_id}")

    assert before == "pending"
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "task_not_cancellable")
    assert caller.ended(task_id)["status"] == "completed"


@plays("poll-500", "poll-404-lag", "poll-rate-limit")
def fails_the_first_reads(sandbox: Sandbox, caller: Caller, finished: dict[str, Any]) -> None:
    expected = {
        "poll-500": [500, 500, 500, 200],
        "poll-404-lag": [404, 404, 200, 200],
        "poll-rate-limit": [429, 429, 200, 200],
    }
    task_id = _ask(caller, finished).json()["id"]

    statuses = [caller.read(task_id).status_code for _ in range(4)]

    assert statuses == expected[finished["fault"]]


@plays("poll-bad-json")
def answers_gibberish_twice(sandbox: Sandbox, caller: Caller, finished: dict[str, Any]) -> None:
    task_id = _ask(caller, finished).json()["id"]

    bodies = [caller.read(task_id).text for _ in range(3)]

    assert bodies[:2] == ['{"id": "ldtask_'] * 2
    assert bodies[2].startswith(f'{{"id": "{task_id}"')


@plays("expires")
def is_never_executed(sandbox: Sandbox, caller: Caller, finished: dict[str, Any]) -> None:
    task = caller.ended(_ask(caller, finished).json()["id"])

    assert (task["status"], task["error"]) == ("failed", "The task was not executed in time")


@plays("replay-in-progress")
def puts_the_first_replay_off(sandbox: Sandbox, caller: Caller, finished: dict[str, Any]) -> None:
    prompt = {"type": "text", "text": f"A calm ocean [fault:{finished['fault']}]"}
    body = {"model": "doubao-seedance-2.0", "resolution": "480p", "duration": 4, "content": [prompt]}
    path, headers = "/api/v3/contents/generations/tasks", {"Idempotency-Key": "fault-played"}

    tries = [caller.http.post(path, json=body, headers=headers) for _ in range(3)]

    caller.http.delete(f"{path}/{tries[0].json()['id']}")
    assert [answer.status_code for answer in tries] == [200, 409, 200]


def test_default_fault_befalls_reads_as_well(sandbox: Sandbox, caller: Caller, finished: dict[str, Any]) -> None:
    statuses = {}
    for name in ("unauthorized", "rate-limit", "server-error-before"):
        sandbox.set_fault(name)
        statuses[name] = [caller.read(finished["id"]).status_code, caller.create(prompt="x").status_code]

    assert statuses == {"unauthorized": [401, 401], "rate-limit": [429, 429], "server-error-before": [500, 500]}


def test_fault_is_set_and_told_over_http(sandbox: Sandbox, caller: Caller) -> None:
    answer = caller.http.put("/_sandbox/fault", json={"fault": "refuse"})
    summary = caller.http.get("/_sandbox/").json()
    unknown = caller.http.put("/_sandbox/fault", json={"fault": "nonsense"})

    assert (answer.status_code, summary["fault"], summary["faults"]) == (200, "refuse", FAULTS)
    assert unknown.status_code == 400
    assert sandbox.gateway.default_fault == "refuse"
