"""What the sandbox of Ark refuses, in whose words, and the faults it can be asked for."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from studio.sandbox.server import Sandbox
from tests.sandbox.ark_caller import TASKS, ArkCaller, ark, drawn, error_of, inline, media, module_ark, png, words

__all__ = ["ark", "drawn", "module_ark"]


PICTURE = "https://pictures.example/one.png"


CLIP = "https://clips.example/one.mp4"


SONG = "https://songs.example/one.mp3"


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"draft": False}, "draft"),
        ({"frames": 29}, "frames"),
        ({"camera_fixed": True}, "camera_fixed"),
        ({"negative_prompt": "rain"}, "negative_prompt"),
        ({"ratio": "2:1"}, "ratio"),
        ({"resolution": "8k"}, "resolution"),
        ({"model": "doubao-seedance-2-0-fast-260128", "resolution": "1080p"}, "resolution"),
        ({"model": "dreamina-seedance-2-0-mini-260615", "resolution": "4k"}, "resolution"),
        ({"duration": 3}, "duration"),
        ({"duration": 16}, "duration"),
        ({"duration": "5"}, "duration"),
        ({"duration": 5.0}, "duration"),
        ({"seed": -2}, "seed"),
        ({"seed": 2**32}, "seed"),
        ({"watermark": "no"}, "watermark"),
        ({"generate_audio": 1}, "generate_audio"),
        ({"return_last_frame": "yes"}, "return_last_frame"),
        ({"service_tier": "flex"}, "service_tier"),
        ({"execution_expires_after": 3599}, "execution_expires_after"),
        ({"priority": 10}, "priority"),
        ({"safety_identifier": "x" * 65}, "safety_identifier"),
        ({"callback_url": "ftp://example.com"}, "callback_url"),
        ({"tools": [{"type": "calculator"}]}, "tools"),
        ({"model": "doubao-seedance-2-0-mini-260615", "tools": [{"type": "web_search"}]}, "tools"),
    ],
)
def test_wrong_field_is_refused_by_name(sandbox: Sandbox, ark: ArkCaller, fields: dict[str, Any], param: str) -> None:
    before = len(sandbox.creates)

    answer = ark.create(**fields)

    assert error_of(answer) == (400, "InvalidParameter", param)
    assert answer.json()["error"]["type"] == "BadRequest"
    assert len(sandbox.creates) == before


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"model": None}, (400, "MissingParameter", "model")),
        ({"model": "seedance-2.0"}, (404, "InvalidEndpointOrModel.NotFound", "model")),
        ({"content": []}, (400, "MissingParameter", "content")),
        ({"content": None}, (400, "MissingParameter", "content")),
        ({"content": "A calm ocean"}, (400, "InvalidParameter", "content")),
    ],
)
def test_missing_or_unknown_is_said(ark: ArkCaller, fields: dict[str, Any], expected: tuple[int, str, str]) -> None:
    assert error_of(ark.create(**fields)) == expected


@pytest.mark.parametrize(
    ("content", "param"),
    [
        ([words(" ")], "content[0].text"),
        ([words("One"), words("Two")], "content"),
        ([{"type": "poem", "poem": "x"}], "content[0].type"),
        ([{"type": ["text"]}], "content[0].type"),
        (["A calm ocean"], "content[0]"),
        ([{**words("x"), "role": "first_frame"}], "content[0].role"),
        ([{"type": "image_url", "image_url": PICTURE}], "content[0].image_url"),
        ([media("image", PICTURE, "reference_video")], "content[0].role"),
        ([media("image", "not a url")], "content[0].image_url.url"),
        ([media("image", "http://192.168.0.7/one.png")], "content[0].image_url.url"),
        ([media("image", "asset://mine")], "content[0].image_url.url"),
        ([media("image", inline("text/html", b"x"))], "content[0].image_url.url"),
        ([media("image", "data:image/png;base64,not base64")], "content[0].image_url.url"),
        ([media("image", "data:image/png;base64,é")], "content[0].image_url.url"),
        ([media("image", "data:image/png;base64,")], "content[0].image_url.url"),
        ([media("video", inline("video/mp4", b"x"), "reference_video")], "content[0].video_url.url"),
        ([media("image", PICTURE)] * 2, "content"),
        ([media("image", PICTURE, "last_frame")], "content"),
        ([media("image", PICTURE), media("image", PICTURE, "reference_image")], "content"),
        ([media("image", PICTURE), media("audio", SONG, "reference_audio")], "content"),
        ([media("image", PICTURE, "reference_image")] * 10, "content"),
        ([media("video", CLIP, "reference_video")] * 4, "content"),
        ([media("image", PICTURE, "reference_image"), *[media("audio", SONG, "reference_audio")] * 4], "content"),
        ([words("x"), media("audio", SONG, "reference_audio")], "content"),
        ([media("video", CLIP, "reference_video")], "ratio"),
        ([media("video", CLIP, "reference_video"), media("audio", SONG, "reference_audio")], "ratio"),
        ([words("[fault:nonsense]")], "content"),
    ],
)
def test_wrong_content_is_refused_by_place(ark: ArkCaller, content: list[dict[str, Any]], param: str) -> None:
    assert error_of(ark.create(*content)) == (400, "InvalidParameter", param)


@pytest.mark.parametrize(("kind", "missing"), [("image", "image_url"), ("video", "role"), ("audio", "role")])
def test_half_an_item_lacks_something(ark: ArkCaller, kind: str, missing: str) -> None:
    item = {"type": "image_url"} if kind == "image" else media(kind, CLIP)

    assert error_of(ark.create(item)) == (400, "MissingParameter", f"content[0].{missing}")


@pytest.mark.parametrize(
    ("fields", "content"),
    [
        ({"resolution": "4k", "duration": -1, "seed": 2**32 - 1, "priority": 9}, []),
        ({"tools": [{"type": "web_search"}], "service_tier": "default", "safety_identifier": "x" * 64}, []),
        ({}, [media("image", inline("image/png", png())), media("image", PICTURE, "last_frame")]),
        ({}, [media("video", CLIP, "reference_video")] * 3),
        ({"ratio": "adaptive"}, [media("video", CLIP, "reference_video")]),
        (
            {},
            [media("image", PICTURE, "reference_image")] * 9
            + [media("audio", inline("audio/wav", b"RIFF"), "reference_audio")],
        ),
    ],
)
def test_everything_documented_is_taken(ark: ArkCaller, fields: dict[str, Any], content: list[dict[str, Any]]) -> None:
    assert ark.create(words("[fault:moderation]"), *content, **fields).status_code == 200


@pytest.mark.parametrize("body", [b"{", b"[]", b""])
def test_body_that_is_no_object_is_refused(ark: ArkCaller, body: bytes) -> None:
    assert error_of(ark.http.post(TASKS, content=body)) == (400, "InvalidParameter", "body")


@pytest.mark.parametrize(
    "authorization",
    [None, "Basic eDp5", "Bearer short", "Bearer ark-revoked-0001", "Bearer th-0123456789", "Bearer mt-0123456789"],
)
def test_missing_or_wrong_key_is_refused(sandbox: Sandbox, authorization: str | None) -> None:
    headers = {"Authorization": authorization} if authorization else {}

    answer = httpx.get(f"{sandbox.base_url}{TASKS}/cgt-x", headers=headers)

    assert error_of(answer) == (401, "AuthenticationError", "")


def test_unknown_page_and_verb_are_refused(ark: ArkCaller) -> None:
    assert ark.http.get("/api/v3/models").status_code == 404
    assert ark.http.put(f"{TASKS}/cgt-x").status_code == 405


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("refuse", (400, "InputTextSensitiveContentDetected", "content")),
        ("unauthorized", (401, "AuthenticationError", "")),
        ("insufficient-balance", (403, "AccountOverdueError", "")),
        ("server-error-before", (500, "InternalServiceError", "")),
    ],
)
def test_refusals_make_nothing(sandbox: Sandbox, ark: ArkCaller, fault: str, expected: tuple[int, str, str]) -> None:
    before = len(sandbox.creates)

    assert error_of(ark.ask(f"[fault:{fault}]")) == expected
    assert len(sandbox.creates) == before


def test_reference_that_cannot_be_fetched_is_refused_on_create(ark: ArkCaller) -> None:
    answer = ark.create(words("[fault:cannot-fetch]"), media("image", PICTURE))

    assert error_of(answer) == (400, "InvalidParameter", "content[1].image_url")


@pytest.mark.parametrize(("fault", "wait"), [("rate-limit", "1"), ("rate-limit-bare", None)])
def test_rate_limit_ends_with_the_third_try(ark: ArkCaller, fault: str, wait: str | None) -> None:
    answers = [ark.ask(f"[fault:{fault}]") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].json()["error"]["code"] == "RateLimitExceeded.EndpointRPMExceeded"
    assert answers[0].headers.get("Retry-After") == wait
    ark.delete(answers[2].json()["id"])


@pytest.mark.parametrize("fault", ["lost-answer", "cut-body", "bad-json", "server-error-after"])
def test_unreadable_answer_leaves_a_task_behind(sandbox: Sandbox, ark: ArkCaller, fault: str) -> None:
    before = len(sandbox.creates)

    try:
        answer = ark.ask(f"[fault:{fault}]")
        heard = answer.status_code, answer.text[:12]
    except httpx.RemoteProtocolError:
        heard = 0, ""

    task_id = sandbox.creates[-1]["task_id"]
    ark.delete(task_id)
    expected = {"bad-json": (200, '{"id": "cgt-'), "server-error-after": (500, '{"error": {"')}
    assert heard == expected.get(fault, (0, ""))
    assert (len(sandbox.creates), sandbox.creates[-1]["dialect"]) == (before + 1, "ark")


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("moderation", "OutputVideoSensitiveContentDetected"),
        ("sound-moderated", "OutputAudioSensitiveContentDetected"),
        ("error-object", "InternalServiceError"),
    ],
)
def test_late_failure_has_a_code_and_a_message(ark: ArkCaller, fault: str, code: str) -> None:
    task = ark.ended(ark.accepted(words(f"[fault:{fault}]"), generate_audio=True))

    assert (task["status"], task["error"]["code"], sorted(task["error"])) == ("failed", code, ["code", "message"])
    assert "usage" not in task


def test_task_nobody_executed_expires(ark: ArkCaller) -> None:
    task = ark.ended(ark.accepted(words("[fault:expires]")))

    assert (task["status"], task.get("error"), task.get("content")) == ("expired", None, None)


def test_unreachable_reference_fails_the_task(ark: ArkCaller, references: str) -> None:
    task = ark.ended(ark.accepted(media("image", f"{references}/missing.png")))

    assert task["error"] == {
        "code": "InvalidParameter",
        "message": "content[0].image_url: the URL was answered with HTTP 404",
    }


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("poll-500", [500, 500, 500, 200]),
        ("poll-404-lag", [404, 404, 200, 200]),
        ("poll-rate-limit", [429, 429, 200, 200]),
    ],
)
def test_first_reads_go_wrong(ark: ArkCaller, fault: str, expected: list[int]) -> None:
    task_id = ark.accepted(words(f"[fault:{fault}]"), model="doubao-seedance-2-0-mini-260615")

    assert [ark.read(task_id).status_code for _ in range(4)] == expected
    ark.delete(task_id)


def test_first_reads_are_gibberish(ark: ArkCaller, drawn: dict[str, Any]) -> None:
    task_id = ark.accepted(words("[fault:poll-bad-json]"))

    assert [ark.read(task_id).text for _ in range(2)] == ['{"id": "cgt-'] * 2
    assert ark.read(task_id).json()["id"] == task_id
    ark.delete(task_id)


def test_running_task_may_have_a_word_nobody_knows(sandbox: Sandbox, ark: ArkCaller) -> None:
    task_id = ark.accepted(words("[fault:unknown-status]"))
    seen = set()
    while (status := ark.read(task_id).json()["status"]) != "succeeded":
        seen.add(status)
        time.sleep(0.02)

    assert seen == {"queued", "reticulating"}


def test_link_goes_wrong_as_asked(sandbox: Sandbox, ark: ArkCaller, drawn: dict[str, Any]) -> None:
    link = drawn["content"]["video_url"]
    sandbox.set_fault("no-url")
    without = ark.read(drawn["id"]).json()
    sandbox.set_fault("expired-link")
    expired = ark.http.get(link).status_code
    sandbox.set_fault("link-expires-once")
    refused = ark.http.get(link).status_code
    renewed = ark.read(drawn["id"]).json()["content"]["video_url"]
    taken = ark.http.get(renewed).status_code
    sandbox.set_fault("not-a-video")
    page = ark.http.get(link).headers["Content-Type"]

    assert (without["status"], without["content"]) == ("succeeded", {})
    assert (expired, refused, taken, page) == (403, 403, 200, "text/html; charset=utf-8")


def test_default_fault_befalls_reads_and_lists(sandbox: Sandbox, ark: ArkCaller, drawn: dict[str, Any]) -> None:
    statuses = {}
    for name in ("unauthorized", "rate-limit", "server-error-before"):
        sandbox.set_fault(name)
        statuses[name] = [ark.read(drawn["id"]).status_code, ark.http.get(TASKS).status_code, ark.ask("x").status_code]

    assert statuses == {"unauthorized": [401] * 3, "rate-limit": [429] * 3, "server-error-before": [500] * 3}
