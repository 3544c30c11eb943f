"""The gateway's answer about a task that a webhook named: ours only if all that it tells is what was asked."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from studio.providers.answers import Proof, ProofKind
from studio.providers.provider import Lost
from studio.providers.requests import Dispatch
from studio.providers.seedance.proof import judged
from tests.providers.factories import fixture
from tests.providers.seedance.makers import make_open_request

REQUEST = make_open_request(prompt="A river.", duration=5, aspect_ratio="16:9", resolution="720p")
NOT_ASKED = "The gateway's answer about that task does not repeat what was asked here."


def lost(**over: Any) -> Lost:
    values: dict[str, Any] = {
        "request": REQUEST,
        "dispatch": Dispatch(reference="rushes-7-1"),
        "sent_at": datetime(2026, 11, 21, tzinfo=UTC),
        "claimed_id": "req_1",
    }
    return Lost(**{**values, **over})


def told(**over: Any) -> dict[str, Any]:
    """As the documents show an answer, about the task that was claimed."""
    values = {
        "success": True,
        "requestId": "req_1",
        "status": "succeeded",
        "model": "seedance-2.0",
        "prompt": "A river.",
        "duration": 5,
        "aspectRatio": "16:9",
    }
    return {**values, **over}


@pytest.mark.parametrize(
    "over",
    [
        {},
        {"status": "queued"},
        {"status": "failed", "error": "No."},
        {"resolution": "720p"},
        {"metadata": {"renderId": "rushes-7-1"}},
        {"metadata": {}},
        {"metadata": None},
    ],
)
def test_task_that_repeats_what_was_asked_is_ours(over: dict[str, Any]) -> None:
    assert judged(lost(), told(**over)) == Proof(ProofKind.FOUND, "req_1")


def test_documented_example_is_enough() -> None:
    document = json.loads(fixture("succeeded_seed_004", "seedance"))
    request = make_open_request(prompt=document["prompt"], duration=5, aspect_ratio="16:9")

    assert judged(lost(request=request, claimed_id="req_1234567890"), document).kind == ProofKind.FOUND


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"requestId": "req_2"}, "The gateway's answer is not about that task."),
        ({"requestId": None}, "The gateway's answer is not about that task."),
        ({"model": "seedance-2.0-fast"}, NOT_ASKED),
        ({"model": None}, NOT_ASKED),
        ({"prompt": "A river. "}, NOT_ASKED),
        ({"prompt": None}, NOT_ASKED),
        ({"duration": 6}, NOT_ASKED),
        ({"duration": "5"}, NOT_ASKED),
        ({"duration": True}, NOT_ASKED),
        ({"aspectRatio": "9:16"}, NOT_ASKED),
        ({"resolution": "1080p"}, "That task is of another resolution."),
        ({"metadata": {"renderId": "rushes-8-1"}}, "The gateway says that the task was made for something else."),
    ],
)
def test_task_that_differs_in_anything_is_left_to_a_person(over: dict[str, Any], said: str) -> None:
    assert judged(lost(), told(**over)) == Proof(ProofKind.UNCLEAR, said=said)


def test_task_of_another_take_is_not_taken() -> None:
    found = judged(lost(known_ids=frozenset({"req_1"})), told())

    assert found == Proof(ProofKind.UNCLEAR, said="That task is another take's.")


def test_answer_that_cannot_be_read_proves_nothing() -> None:
    assert judged(lost(), {}).kind == ProofKind.UNCLEAR
