"""Writes a render request as TokenLab's JSON body, in its own shape or in Ark's. Pure translation: what may be asked
is checked elsewhere.

Everything that costs or changes the work is always written out, since the gateway's defaults differ by page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from studio.choices import InputRole, Operation
from studio.lib.english import english
from studio.providers.requests import Dispatch, RenderRequest
from studio.providers.tokenlab.routes import V3, V3_MODELS, V3_RESOLUTIONS
from studio.providers.upstream import body as upstream
from studio.providers.upstream.content import items

Urls = Mapping[int, str]


def body(request: RenderRequest, urls: Urls, dispatch: Dispatch = Dispatch()) -> dict[str, Any]:  # noqa: B008
    """`urls` has, for each index of `request.inputs`, a public address or (where allowed) a data URL."""
    return _as_v3(request, urls, dispatch) if dispatch.route == V3 else _unified(request, urls)


def _as_v3(request: RenderRequest, urls: Urls, dispatch: Dispatch) -> dict[str, Any]:
    if request.model not in V3_MODELS or request.resolution not in V3_RESOLUTIONS:
        raise ValueError(english("The Ark-shaped path of TokenLab does not offer this model at this resolution."))
    return upstream.body(request, dispatch, items(request, urls, inline=False), V3_MODELS[request.model])


def _unified(request: RenderRequest, urls: Urls) -> dict[str, Any]:
    document: dict[str, Any] = {
        "model": request.model,
        "operation": str(request.operation),
        "prompt": request.prompt,
        **_INPUTS[request.operation](request, urls),
        "duration": request.duration,
        "resolution": request.resolution,
        "aspect_ratio": request.aspect_ratio,
        "output_audio": request.sound,
        "watermark": False,
    }
    if request.seed is not None:
        document["seed"] = request.seed
    return document


def _nothing(request: RenderRequest, urls: Urls) -> dict[str, Any]:
    return {}


def _first_frame(request: RenderRequest, urls: Urls) -> dict[str, Any]:
    """A data URL has a field of its own here."""
    url = _only(request, urls, InputRole.FIRST_FRAME)
    return {"image": url} if _is_data(url) else {"image_url": url}


def _start_and_end(request: RenderRequest, urls: Urls) -> dict[str, Any]:
    return {
        "start_image": _fetched(_only(request, urls, InputRole.FIRST_FRAME)),
        "end_image": _fetched(_only(request, urls, InputRole.LAST_FRAME)),
    }


def _references(request: RenderRequest, urls: Urls) -> dict[str, Any]:
    """Lists in tray order: the text's @Image1 is the first of `reference_images`."""
    lists = {
        "reference_images": _each(request, urls, InputRole.REFERENCE_IMAGE),
        "video_urls": [_fetched(url) for url in _each(request, urls, InputRole.REFERENCE_VIDEO)],
        "audio_urls": [_fetched(url) for url in _each(request, urls, InputRole.REFERENCE_AUDIO)],
    }
    return {name: found for name, found in lists.items() if found}


def _source_video(request: RenderRequest, urls: Urls) -> dict[str, Any]:
    return {"video_url": _fetched(_only(request, urls, InputRole.SOURCE_VIDEO))}


def _source_take(request: RenderRequest, urls: Urls) -> dict[str, Any]:
    if not request.source_task_id:
        raise ValueError(english("An extension needs the task it extends."))
    return {"task_id": request.source_task_id}


_INPUTS: dict[Operation, Callable[[RenderRequest, Urls], dict[str, Any]]] = {
    Operation.TEXT_TO_VIDEO: _nothing,
    Operation.IMAGE_TO_VIDEO: _first_frame,
    Operation.START_END_TO_VIDEO: _start_and_end,
    Operation.REFERENCE_TO_VIDEO: _references,
    Operation.VIDEO_TO_VIDEO: _source_video,
    Operation.VIDEO_EXTENSION: _source_take,
}


def _each(request: RenderRequest, urls: Urls, role: InputRole) -> list[str]:
    found = [urls.get(index, "") for index, _ in request.with_role(role)]
    if not all(found):
        raise ValueError(english("An input (%(role)s) has no address to send.", role=role.label))
    return found


def _only(request: RenderRequest, urls: Urls, role: InputRole) -> str:
    found = _each(request, urls, role)
    if len(found) != 1:
        raise ValueError(
            english("Exactly one input (%(role)s) is needed, not %(number)s.", role=role.label, number=len(found))
        )
    return found[0]


def _fetched(url: str) -> str:
    if _is_data(url):
        raise ValueError(english("The gateway takes this input by a public address only, not inside the request."))
    return url


def _is_data(url: str) -> bool:
    return url[:5].lower() == "data:"
