"""Ark's requests, a lost create and a listed task, to be bent by one field at a time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from studio.choices import Operation
from studio.providers.provider import Lost
from studio.providers.requests import Dispatch, RenderRequest
from tests.providers.factories import make_request

MODEL = "dreamina-seedance-2-0-260128"
TASK = "cgt-20260102030405-a1b2c"
SEED = 4_242
SENT_AT = datetime(2026, 8, 1, 12, 0, tzinfo=UTC)


def ark_request(operation: Operation = Operation.TEXT_TO_VIDEO, **over: Any) -> RenderRequest:
    return make_request(operation, **({"provider": "ark", "model": MODEL} | over))


def make_lost(**over: Any) -> Lost:
    values: dict[str, Any] = {"request": ark_request(), "dispatch": Dispatch(seed=SEED), "sent_at": SENT_AT}
    return Lost(**(values | over))


def listed(**over: Any) -> dict[str, Any]:
    """An item of the list as the very task of `make_lost()` stands there; None leaves a member out."""
    item: dict[str, Any] = {
        "id": TASK,
        "model": MODEL,
        "status": "running",
        "created_at": int(SENT_AT.timestamp()) + 2,
        "seed": SEED,
        "resolution": "720p",
        "ratio": "16:9",
        "duration": 5,
        "generate_audio": True,
    }
    return {name: value for name, value in (item | over).items() if value is not None}
