"""Writes a render request as Ark's JSON body, and keeps it below the size that Ark takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio.lib.english import english
from studio.providers.requests import Dispatch, RenderRequest
from studio.providers.upstream import body as upstream
from studio.providers.upstream.content import inline_size, items

# The whole body may have 64 MB; the text and the settings need little of it.
MAX_INLINE_CHARACTERS = 63_000_000


def body(request: RenderRequest, urls: Mapping[int, str], dispatch: Dispatch = Dispatch()) -> dict[str, Any]:  # noqa: B008
    """`urls` has, for each index of `request.inputs`, a public address or (images and audio) a data URL."""
    content = items(request, urls)
    if inline_size(content) > MAX_INLINE_CHARACTERS:
        raise ValueError(
            english("The files are too large together to travel inside the request (64 MB). Use smaller ones.")
        )
    return upstream.body(request, dispatch, content)
