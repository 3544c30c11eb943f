"""Writes a render request as TokenHub's JSON body. Pure translation: what may be asked is checked elsewhere.

Everything that costs or changes the work is written out; what the guide does not name is never sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from studio.choices import InputRole, Operation
from studio.lib.english import english
from studio.providers.addressed import each, only
from studio.providers.requests import Dispatch, InputFile, RenderRequest

Urls = Mapping[int, str]


def body(request: RenderRequest, urls: Urls, dispatch: Dispatch = Dispatch()) -> dict[str, Any]:  # noqa: B008
    """`urls` has a public address for each index of `request.inputs`; no place for anything else is documented."""
    if request.operation not in _INPUTS:
        raise ValueError(english("TokenHub has no way to ask for “%(operation)s”.", operation=request.operation.label))
    return {
        "model": request.model,
        "prompt": request.prompt,
        **_INPUTS[request.operation](request, urls),
        "duration": request.duration,
        "resolution": request.resolution,
        "aspect_ratio": request.aspect_ratio,
        "generate_audio": request.sound,
        "watermark": False,
    }


def _nothing(request: RenderRequest, urls: Urls) -> dict[str, Any]:
    return {}


def _first_frame(request: RenderRequest, urls: Urls) -> dict[str, Any]:
    """What a plain `image_url` does is not documented, so the picture goes with its role."""
    return {"content": [_frame(request, urls, InputRole.FIRST_FRAME)]}


def _start_and_end(request: RenderRequest, urls: Urls) -> dict[str, Any]:
    roles = (InputRole.FIRST_FRAME, InputRole.LAST_FRAME)
    return {"content": [_frame(request, urls, role) for role in roles]}


def _references(request: RenderRequest, urls: Urls) -> dict[str, Any]:
    """Lists in tray order: the text's @Image1 is the first of `image_urls`."""
    videos = [file for _, file in request.with_role(InputRole.REFERENCE_VIDEO)]
    lists: dict[str, list[Any]] = {
        "image_urls": each(request, urls, InputRole.REFERENCE_IMAGE),
        "video_urls": each(request, urls, InputRole.REFERENCE_VIDEO),
        "video_durations": [_length(file) for file in videos],
        "audio_urls": each(request, urls, InputRole.REFERENCE_AUDIO),
    }
    return {name: found for name, found in lists.items() if found}


def _source_video(request: RenderRequest, urls: Urls) -> dict[str, Any]:
    url = only(request, urls, InputRole.SOURCE_VIDEO)
    [(_, file)] = request.with_role(InputRole.SOURCE_VIDEO)
    return {"video_url": url, "video_durations": [_length(file)]}


_INPUTS: dict[Operation, Callable[[RenderRequest, Urls], dict[str, Any]]] = {
    Operation.TEXT_TO_VIDEO: _nothing,
    Operation.IMAGE_TO_VIDEO: _first_frame,
    Operation.START_END_TO_VIDEO: _start_and_end,
    Operation.REFERENCE_TO_VIDEO: _references,
    Operation.VIDEO_TO_VIDEO: _source_video,
}


def _frame(request: RenderRequest, urls: Urls, role: InputRole) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": only(request, urls, role)}, "role": str(role)}


def _length(file: InputFile) -> int | float:
    """As measured: the gateway charges by it, so a missing one is never made up."""
    if file.seconds is None or file.seconds <= Decimal(0):
        raise ValueError(
            english("The length of %(file)s is not known, and TokenHub charges by it.", file=file.name or "a video")
        )
    return int(file.seconds) if file.seconds == file.seconds.to_integral_value() else float(file.seconds)
