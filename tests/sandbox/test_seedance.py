"""The Open API of seedance2.ink as its documents show it: shapes, charges, films, and cancelling."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from studio.sandbox.server import Sandbox
from tests.sandbox.caller import look
from tests.sandbox.other_callers import SeedanceCaller, error_of

PICTURE, CLIP, SONG = (f"https://example.com/file.{ending}" for ending in ("png", "mp4", "mp3"))


@pytest.fixture(scope="module")
def module_ink(running_sandbox: Sandbox) -> Iterator[SeedanceCaller]:
    with SeedanceCaller(running_sandbox.base_url) as caller:
        yield caller


@pytest.fixture
def ink(sandbox: Sandbox, module_ink: SeedanceCaller) -> SeedanceCaller:
    return module_ink


@pytest.fixture(scope="module")
def life(module_ink: SeedanceCaller) -> list[dict[str, Any]]:
    """What is told of one request: when it is created, while it runs, and at its end."""
    created = module_ink.create(metadata={"sceneId": "scene_08"}).json()
    request_id = created["requestId"]
    return [created, module_ink.left(request_id, "queued"), module_ink.ended(request_id)]


@pytest.fixture(scope="module")
def made(life: list[dict[str, Any]]) -> dict[str, Any]:
    """A finished request that tests may read but not change."""
    return life[-1]


def test_create_and_read_answer_with_the_documented_envelope(life: list[dict[str, Any]]) -> None:
    created, running, _ = life

    assert re.fullmatch(r"req_[0-9a-f]{24}", created["requestId"])
    assert created == {
        "success": True,
        "requestId": created["requestId"],
        "status": "queued",
        "creditsCharged": 16,
    }
    assert running == {
        "success": True,
        "requestId": created["requestId"],
        "status": "processing",
        "model": "seedance-2.0",
        "prompt": "A calm ocean",
        "duration": 4,
        "aspectRatio": "16:9",
        "output": None,
        "error": None,
    }


def test_succeeded_request_has_the_documented_members(
    sandbox: Sandbox, ink: SeedanceCaller, made: dict[str, Any]
) -> None:
    film = look(ink.http.get(ink.link(made)).content)
    create = next(create for create in sandbox.creates if create["task_id"] == made["requestId"])

    assert made == {
        "success": True,
        "requestId": made["requestId"],
        "status": "succeeded",
        "model": "seedance-2.0",
        "prompt": "A calm ocean",
        "duration": 4,
        "aspectRatio": "16:9",
        "output": {"type": "video", "url": ink.link(made)},
        "error": None,
    }
    assert (film.size, film.seconds, film.codecs) == ((864, 496), 4.0, ["h264", "aac"])
    assert create["body"]["metadata"] == {"sceneId": "scene_08"}


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("moderation", {"code": "content_policy_violation", "message": "Content policy violation"}),
        ("error-string", "The video could not be generated"),
        ("error-object", {"code": "generation_failed", "message": "The video could not be generated"}),
        ("error-missing", None),
    ],
)
def test_failure_may_come_in_any_shape(ink: SeedanceCaller, fault: str, error: object) -> None:
    task = ink.ended(ink.accepted(prompt=f"[fault:{fault}]"))

    assert (task["status"], task["error"]) == ("failed", error)


@pytest.mark.parametrize(
    ("fields", "charged"),
    [
        ({"duration": 5}, 40),
        ({"duration": 5, "mediaUrls": [PICTURE]}, 64),
        ({"duration": 4, "mediaUrls": [PICTURE]}, 51.2),
        ({"duration": None, "aspectRatio": None}, 40),
    ],
)
def test_documented_prices_are_charged_at_accept(ink: SeedanceCaller, fields: dict[str, Any], charged: float) -> None:
    answer = ink.create(**{**fields, "prompt": "[fault:moderation]", "resolution": "720p"})

    assert answer.json()["creditsCharged"] == charged


@pytest.mark.parametrize(
    ("media", "operation"),
    [
        ([PICTURE], "image-to-video"),
        ([PICTURE, PICTURE], "start-end-to-video"),
        ([PICTURE] * 3, "reference-to-video"),
        ([PICTURE, CLIP, SONG], "reference-to-video"),
        ([CLIP], "reference-to-video"),
        (["https://example.com/a%20b.JPG?size=2"], "image-to-video"),
    ],
)
def test_number_and_kind_of_media_decide_the_mode(
    sandbox: Sandbox, ink: SeedanceCaller, media: list[str], operation: str
) -> None:
    task = sandbox.gateway.store.get(ink.accepted(prompt="[fault:moderation]", mediaUrls=media))

    assert task is not None
    assert task.job.operation == operation


def test_lone_video_is_taken_as_a_reference(ink: SeedanceCaller, references: str) -> None:
    task = ink.ended(ink.accepted(mediaUrls=[f"{references}/clip.mp4"]))

    assert task["status"] == "succeeded"


def test_unreachable_media_fails_late(ink: SeedanceCaller) -> None:
    task = ink.ended(ink.accepted(mediaUrls=["http://127.0.0.1:9/red.png"]))

    assert task["error"]["code"] == "input_unusable"


def test_queued_request_can_be_cancelled_once(ink: SeedanceCaller) -> None:
    request_id = ink.accepted(prompt="[fault:slow]")

    answer, again = ink.cancel(request_id), ink.cancel(request_id)

    assert answer.json() == {"success": True, "requestId": request_id, "status": "cancelled"}
    assert (answer.status_code, error_of(again)) == (200, (409, "not_cancellable"))
    assert ink.read(request_id).json()["status"] == "cancelled"


def test_processing_request_can_be_cancelled_and_makes_no_film(
    sandbox: Sandbox, ink: SeedanceCaller, made: dict[str, Any]
) -> None:
    films = sandbox.gateway.store.films
    request_id = ink.accepted(duration=15, resolution="1080p")
    ink.left(request_id, "queued")

    answer = ink.cancel(request_id)
    # Another film is made after it, by the same workers.
    following = ink.ended(ink.accepted())

    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    assert following["status"] == "succeeded"
    assert ink.read(request_id).json()["output"] is None
    assert not (films / f".{request_id}").exists()


def test_ended_request_cannot_be_cancelled(ink: SeedanceCaller, made: dict[str, Any]) -> None:
    answer = ink.cancel(made["requestId"])

    assert answer.status_code == 409
    assert answer.json() == {
        "success": False,
        "error": {"code": "not_cancellable", "message": "The request has already ended"},
    }


def test_request_can_finish_under_the_cancel(ink: SeedanceCaller) -> None:
    request_id = ink.accepted(prompt="[fault:cancel-race]")
    before = ink.read(request_id).json()["status"]

    refused = ink.cancel(request_id)

    assert (before, error_of(refused)) == ("queued", (409, "not_cancellable"))
    assert ink.ended(request_id)["status"] == "succeeded"


def test_request_is_seen_by_its_own_key_only(sandbox: Sandbox, made: dict[str, Any]) -> None:
    with SeedanceCaller(sandbox.base_url, key="sd2_live_somebody_else") as stranger:
        answers = [stranger.read(made["requestId"]), stranger.cancel(made["requestId"])]

    assert [error_of(answer) for answer in answers] == [(404, "not_found")] * 2


@pytest.mark.parametrize("key", ["sk-test-caller-0001", "sd2_live_revoked_0001", "sd2_live_"])
def test_other_keys_are_refused_in_the_documented_words(sandbox: Sandbox, key: str) -> None:
    headers = {"Authorization": f"Bearer {key}"}

    answers = [
        httpx.post(f"{sandbox.base_url}{SeedanceCaller.path}", headers=headers, json={}),
        httpx.get(f"{sandbox.base_url}{SeedanceCaller.path}/req_1", headers=headers),
        httpx.get(f"{sandbox.base_url}/api/open/v1/models", headers=headers),
    ]

    refused = {"success": False, "error": {"code": "unauthorized", "message": "Invalid API key"}}
    assert [(answer.status_code, answer.json()) for answer in answers] == [(401, refused)] * 3


def test_models_are_public(sandbox: Sandbox) -> None:
    answer = httpx.get(f"{sandbox.base_url}/api/open/v1/models").json()

    assert answer["success"] is True
    assert {model["id"]: model["durations"] for model in answer["data"]} == {
        "seedance-2.0": list(range(4, 16)),
        "seedance-2.0-fast": list(range(4, 16)),
        "seedance-1.5-pro": [5, 10],
    }


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"model": None}, "model"),
    ({"model": "seedance-2.0-mini"}, "model"),
    ({"prompt": None}, "prompt"),
    ({"prompt": ""}, "prompt"),
    ({"prompt": "[fault:nonsense]"}, "prompt"),
    ({"duration": 3}, "duration"),
    ({"duration": 16}, "duration"),
    ({"duration": 4.5}, "duration"),
    ({"duration": "5"}, "duration"),
    ({"model": "seedance-1.5-pro", "duration": 6}, "duration"),
    ({"aspectRatio": "4:3"}, "aspectRatio"),
    ({"aspectRatio": "adaptive"}, "aspectRatio"),
    ({"resolution": "4k"}, "resolution"),
    ({"aspect_ratio": "16:9"}, "aspect_ratio"),
    ({"seed": 1}, "seed"),
    ({"generateAudio": True}, "generateAudio"),
    ({"mediaUrls": []}, "mediaUrls"),
    ({"mediaUrls": [PICTURE] * 6}, "mediaUrls"),
    ({"mediaUrls": PICTURE}, "mediaUrls"),
    ({"mediaUrls": [SONG]}, "mediaUrls"),
    ({"mediaUrls": ["https://example.com/file.tiff"]}, "mediaUrls"),
    ({"mediaUrls": ["https://example.com/file?name=a.png"]}, "mediaUrls"),
    ({"mediaUrls": ["http://example.com/a.png"]}, "mediaUrls"),
    ({"mediaUrls": ["https://10.0.0.1/a.png"]}, "mediaUrls"),
    ({"webhookUrl": "http://example.com/hook"}, "webhookUrl"),
    ({"webhookUrl": 7}, "webhookUrl"),
    ({"metadata": "scene"}, "metadata"),
]


@pytest.mark.parametrize(("fields", "wrong"), REFUSED)
def test_create_refuses_and_names_the_field(
    sandbox: Sandbox, ink: SeedanceCaller, fields: dict[str, Any], wrong: str
) -> None:
    before = len(sandbox.creates)

    answer = ink.create(**fields)

    assert error_of(answer) == (400, "invalid_request")
    assert re.split(r"[: ]", answer.json()["error"]["message"])[0] == wrong
    assert len(sandbox.creates) == before


def test_third_try_is_taken_though_each_bears_a_mark_of_its_own(ink: SeedanceCaller) -> None:
    tries = [
        ink.create(
            prompt="A calm ocean, marked [fault:rate-limit]",
            metadata={"try": number},
            webhookUrl=f"http://127.0.0.1:1/hooks/{number}/",
        )
        for number in range(3)
    ]

    assert [answer.status_code for answer in tries] == [429, 429, 200]
