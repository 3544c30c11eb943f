"""Writes a render request as the Open API's JSON body. Pure translation: what may be asked is checked elsewhere.

No field names the operation: the gateway concludes it from `mediaUrls`, so their order is part of the request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio.choices import InputRole, Operation
from studio.lib.english import english
from studio.providers.addressed import each
from studio.providers.requests import Dispatch, RenderRequest
from studio.providers.seedance.catalog import MOST_FILES

Urls = Mapping[int, str]

# The order within the list: first before last frame, then references by kind, each in tray order.
_ROLES: dict[Operation, tuple[InputRole, ...]] = {
    Operation.TEXT_TO_VIDEO: (),
    Operation.IMAGE_TO_VIDEO: (InputRole.FIRST_FRAME,),
    Operation.START_END_TO_VIDEO: (InputRole.FIRST_FRAME, InputRole.LAST_FRAME),
    Operation.REFERENCE_TO_VIDEO: (
        InputRole.REFERENCE_IMAGE,
        InputRole.REFERENCE_VIDEO,
        InputRole.REFERENCE_AUDIO,
    ),
}


def body(request: RenderRequest, urls: Urls, dispatch: Dispatch = Dispatch()) -> dict[str, Any]:  # noqa: B008
    """`urls` has a public address for each index of `request.inputs`."""
    document: dict[str, Any] = {
        "model": request.model,
        "prompt": request.prompt,
        "aspectRatio": request.aspect_ratio,
        "duration": request.duration,
        "resolution": request.resolution,
    }
    if media := _media(request, urls):
        document["mediaUrls"] = media
    if dispatch.reference:
        document["metadata"] = {"renderId": dispatch.reference}
    if dispatch.webhook_url:
        document["webhookUrl"] = dispatch.webhook_url
    return document


def _media(request: RenderRequest, urls: Urls) -> list[str]:
    if request.operation not in _ROLES:
        raise ValueError(
            english("This gateway has no way to ask for “%(operation)s”.", operation=request.operation.label)
        )
    roles = _ROLES[request.operation]
    media = [url for role in roles for url in each(request, urls, role)]
    if len(media) != len(request.inputs) or not _is_unmistakable(request, len(media)):
        raise ValueError(
            english(
                "The gateway would take these files for another operation than %(operation)s.",
                operation=request.operation.label,
            )
        )
    return media


def _is_unmistakable(request: RenderRequest, number: int) -> bool:
    """Money is at stake in a wrong guess, so this is the last look at what the gateway will conclude."""
    if request.operation == Operation.REFERENCE_TO_VIDEO:
        return len({file.kind for file in request.inputs}) > 1 and number <= MOST_FILES
    return number == len(_ROLES[request.operation])
