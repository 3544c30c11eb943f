"""Plain makers of requests and measured files that every check passes, to be bent by one field at a time."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from studio.choices import AssetKind, InputRole, Operation
from studio.providers.capabilities import Capability
from studio.providers.registry import find_model
from studio.providers.requests import InputFile, RenderRequest

FIXTURES = Path(__file__).parent


def fixture(name: str, gateway: str = "tokenlab") -> bytes:
    return (FIXTURES / gateway / "fixtures" / f"{name}.json").read_bytes()


def make_image(role: InputRole = InputRole.REFERENCE_IMAGE, **over: Any) -> InputFile:
    values: dict[str, Any] = {
        "mime": "image/png",
        "extension": "png",
        "size": 400_000,
        "width": 1280,
        "height": 720,
        "name": "a.png",
    }
    return InputFile(role=role, kind=over.pop("kind", AssetKind.IMAGE), **(values | over))


def make_video(role: InputRole = InputRole.REFERENCE_VIDEO, **over: Any) -> InputFile:
    values: dict[str, Any] = {
        "mime": "video/mp4",
        "extension": "mp4",
        "size": 3_000_000,
        "width": 1280,
        "height": 720,
        "seconds": Decimal(5),
        "name": "m.mp4",
    }
    return InputFile(role=role, kind=over.pop("kind", AssetKind.VIDEO), **(values | over))


def make_audio(role: InputRole = InputRole.REFERENCE_AUDIO, **over: Any) -> InputFile:
    values: dict[str, Any] = {
        "mime": "audio/mpeg",
        "extension": "mp3",
        "size": 90_000,
        "seconds": Decimal(5),
        "name": "s.mp3",
    }
    return InputFile(role=role, kind=over.pop("kind", AssetKind.AUDIO), **(values | over))


INPUTS: dict[Operation, tuple[InputFile, ...]] = {
    Operation.TEXT_TO_VIDEO: (),
    Operation.IMAGE_TO_VIDEO: (make_image(InputRole.FIRST_FRAME),),
    Operation.START_END_TO_VIDEO: (make_image(InputRole.FIRST_FRAME), make_image(InputRole.LAST_FRAME)),
    Operation.REFERENCE_TO_VIDEO: (make_image(),),
    Operation.VIDEO_TO_VIDEO: (make_video(InputRole.SOURCE_VIDEO),),
    Operation.VIDEO_EXTENSION: (),
}


def make_request(operation: Operation = Operation.TEXT_TO_VIDEO, **over: Any) -> RenderRequest:
    """A request that its model can do, whatever the operation."""
    extends = operation == Operation.VIDEO_EXTENSION
    values: dict[str, Any] = {
        "provider": "tokenlab",
        "model": "seedance-2.0-fast",
        "prompt": "A clean product reveal on a white studio background, gentle camera push-in.",
        "duration": 5,
        "resolution": "720p",
        "aspect_ratio": "16:9",
        "sound": True,
        "inputs": INPUTS[operation],
        "source_task_id": "ldtask_parent" if extends else "",
        "source_seconds": Decimal(5) if extends else None,
    }
    return RenderRequest(operation=operation, **(values | over))


def model(name: str, gateway: str = "tokenlab") -> Capability:
    found = find_model(gateway, name)
    assert found is not None
    return found
