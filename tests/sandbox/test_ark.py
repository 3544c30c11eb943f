"""Ark's create and status read: the documented shapes, everything it refuses, and what may go wrong."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from tests.sandbox.ark_caller import ArkCaller, ark, drawn, inline, media, module_ark, png, words
from tests.sandbox.caller import look

__all__ = ["ark", "drawn", "module_ark"]


def test_create_answers_with_the_id_alone(ark: ArkCaller) -> None:
    answer = ark.ask("[fault:moderation]")

    assert answer.status_code == 200
    assert list(answer.json()) == ["id"]
    assert re.fullmatch(r"cgt-\d{14}-[a-z0-9]{5}", answer.json()["id"])


def test_succeeded_task_has_the_observed_members(drawn: dict[str, Any]) -> None:
    assert drawn == {
        "id": drawn["id"],
        "model": "doubao-seedance-2-0-260128",
        "status": "succeeded",
        "content": {"video_url": drawn["content"]["video_url"]},
        "usage": {"completion_tokens": 40594, "total_tokens": 40594},
        "created_at": drawn["created_at"],
        "updated_at": drawn["updated_at"],
        "seed": 11,
        "resolution": "480p",
        "ratio": "16:9",
        "duration": 4,
        "framespersecond": 24,
        "service_tier": "default",
        "execution_expires_after": 172800,
        "generate_audio": True,
        "draft": False,
    }
    assert isinstance(drawn["created_at"], int)
    assert drawn["created_at"] <= drawn["updated_at"]


def test_film_is_what_the_task_says(ark: ArkCaller, drawn: dict[str, Any]) -> None:
    film = look(ark.http.get(drawn["content"]["video_url"]).content)

    assert (film.size, film.frames, film.codecs) == ((864, 496), 96, ["h264", "aac"])


def test_lone_video_is_edited_in_its_own_ratio_and_its_seconds_are_billed(ark: ArkCaller, references: str) -> None:
    content = [words("Make it dusk"), media("video", f"{references}/clip.mp4", "reference_video")]

    task = ark.ended(ark.accepted(*content, ratio=None, return_last_frame=True))

    assert (task["status"], task["ratio"], task["generate_audio"]) == ("succeeded", "1:1", False)
    assert task["usage"]["completion_tokens"] == round(640 * 640 * (24 * (4 + 2) + 1) / 1024)
    last = ark.http.get(task["content"]["last_frame_url"])
    assert (last.headers["Content-Type"], sorted(task["content"])) == ("image/png", ["last_frame_url", "video_url"])


def test_task_is_queued_then_running_then_succeeded(ark: ArkCaller) -> None:
    task_id = ark.accepted(
        words("Meet in the middle"),
        media("image", inline("image/png", png()), "last_frame"),
        media("image", inline("image/png", png())),
    )
    seen = [ark.read(task_id).json()["status"]]
    give_up = time.monotonic() + 60
    while seen[-1] != "succeeded" and time.monotonic() < give_up:
        status = ark.read(task_id).json()["status"]
        if status != seen[-1]:
            seen.append(status)
        time.sleep(0.02)

    assert seen == ["queued", "running", "succeeded"]


def test_waiting_task_tells_what_was_asked_for(ark: ArkCaller) -> None:
    task_id = ark.accepted(words("[fault:slow] [fault:moderation]"), duration=-1, ratio="adaptive", seed=-1)

    task = ark.read(task_id).json()

    ark.delete(task_id)
    assert task == {
        "id": task_id,
        "model": "doubao-seedance-2-0-260128",
        "status": "queued",
        "created_at": task["created_at"],
        "updated_at": task["created_at"],
        "resolution": "480p",
        "generate_audio": False,
        "service_tier": "default",
        "execution_expires_after": 172800,
    }


@pytest.mark.parametrize(
    "model",
    [
        "doubao-seedance-2-0-260128",
        "doubao-seedance-2-0-fast-260128",
        "doubao-seedance-2-0-mini-260615",
        "dreamina-seedance-2-0-260128",
        "dreamina-seedance-2-0-fast-260128",
        "dreamina-seedance-2-0-mini-260615",
    ],
)
def test_models_of_both_regions_are_taken(ark: ArkCaller, model: str) -> None:
    assert ark.ask("[fault:moderation]", model=model).status_code == 200
