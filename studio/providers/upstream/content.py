"""Writes `content[]` as Ark takes it: the text and the reference files with their roles. No settings here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio.choices import ROLE_KINDS, AssetKind, InputRole
from studio.lib.english import english
from studio.providers.requests import RenderRequest

Urls = Mapping[int, str]
Item = dict[str, Any]

# A lone video to edit is told by being the only file; its role is that of any reference video.
_ROLES = {
    InputRole.FIRST_FRAME: "first_frame",
    InputRole.LAST_FRAME: "last_frame",
    InputRole.REFERENCE_IMAGE: "reference_image",
    InputRole.REFERENCE_VIDEO: "reference_video",
    InputRole.SOURCE_VIDEO: "reference_video",
    InputRole.REFERENCE_AUDIO: "reference_audio",
}


def items(request: RenderRequest, urls: Urls, *, inline: bool = True) -> list[Item]:
    """The text first, then images, videos and audio in tray order: the text's @Image1 is the first image.

    `inline=False` is for a gateway that documents no data URLs at all; videos are never inline."""
    if request.source_task_id:
        raise ValueError(english("A take cannot be extended by its task here."))
    text = [{"type": "text", "text": request.prompt}] if request.prompt.strip() else []
    return text + [
        _item(role, _checked(urls.get(index, ""), role, inline))
        for role in _ROLES
        for index, _ in request.with_role(role)
    ]


def inline_size(content: list[Item]) -> int:
    """How many characters of files the request carries inside itself."""
    holders = (item.get(str(item["type"]), {}) for item in content if item["type"] != "text")
    return sum(len(holder["url"]) for holder in holders if _is_data(holder["url"]))


def _item(role: InputRole, url: str) -> Item:
    kind = f"{ROLE_KINDS[role]}_url"
    return {"type": kind, kind: {"url": url}, "role": _ROLES[role]}


def _checked(url: str, role: InputRole, inline: bool) -> str:
    if not url:
        raise ValueError(english("An input (%(role)s) has no address to send.", role=role.label))
    if _is_data(url) and (not inline or ROLE_KINDS[role] == AssetKind.VIDEO):
        raise ValueError(english("The gateway takes this input by a public address only, not inside the request."))
    return url


def _is_data(url: str) -> bool:
    return url[:5].lower() == "data:"
