"""Writes a create request in Ark's shape. Pure translation: what may be asked is checked elsewhere.

Everything that costs or changes the work is always written out, since defaults differ by gateway and by page."""

from __future__ import annotations

from typing import Any

from studio.providers.requests import Dispatch, RenderRequest
from studio.providers.upstream.content import Item


def body(request: RenderRequest, dispatch: Dispatch, content: list[Item], model: str = "") -> dict[str, Any]:
    """`model` is the id to send where it is not the record's own."""
    document: dict[str, Any] = {
        "model": model or request.model,
        "content": content,
        "ratio": request.aspect_ratio,
        "resolution": request.resolution,
        "duration": request.duration,
        "generate_audio": request.sound,
        "watermark": False,
    }
    seed = seed_of(request, dispatch)
    return document if seed is None else document | {"seed": seed}


def seed_of(request: RenderRequest, dispatch: Dispatch) -> int | None:
    """The chosen seed, else the one drawn for this sending; −1 asks for any seed, so the drawn one will do."""
    if request.seed is not None and (request.seed >= 0 or dispatch.seed is None):
        return request.seed
    return dispatch.seed
