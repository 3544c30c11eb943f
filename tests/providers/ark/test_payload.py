from __future__ import annotations

from typing import Any

import pytest

from studio.choices import Operation
from studio.providers.ark.payload import MAX_INLINE_CHARACTERS, body
from studio.providers.requests import Dispatch
from tests.providers.ark.factories import MODEL, ark_request

ALWAYS = {
    "model": MODEL,
    "ratio": "16:9",
    "resolution": "720p",
    "duration": 5,
    "generate_audio": True,
    "watermark": False,
}


def test_every_default_that_costs_or_changes_the_work_is_sent() -> None:
    request = ark_request()

    assert body(request, {}) == {**ALWAYS, "content": [{"type": "text", "text": request.prompt}]}


def test_edit_sends_the_video_as_a_lone_reference() -> None:
    request = ark_request(Operation.VIDEO_TO_VIDEO, aspect_ratio="adaptive")

    written = body(request, {0: "https://s.test/v.mp4"})

    assert written["content"][1:] == [
        {"type": "video_url", "video_url": {"url": "https://s.test/v.mp4"}, "role": "reference_video"}
    ]
    assert written["ratio"] == "adaptive"


@pytest.mark.parametrize(
    ("over", "dispatch", "sent"),
    [({"seed": 7}, Dispatch(seed=9), 7), ({}, Dispatch(seed=9), 9), ({"seed": 0}, Dispatch(), 0)],
)
def test_seed_is_the_chosen_or_the_drawn_one(over: dict[str, Any], dispatch: Dispatch, sent: int) -> None:
    assert body(ark_request(**over), {}, dispatch)["seed"] == sent


def test_sound_off_is_written() -> None:
    assert body(ark_request(sound=False), {})["generate_audio"] is False


def test_files_that_are_too_large_together_are_not_sent_inline() -> None:
    request = ark_request(Operation.START_END_TO_VIDEO)
    half = "data:image/png;base64," + "A" * (MAX_INLINE_CHARACTERS // 2)

    with pytest.raises(ValueError, match="too large together"):
        body(request, {0: half, 1: half})
