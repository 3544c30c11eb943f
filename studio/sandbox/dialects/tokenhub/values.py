"""Checks of TokenHub's single fields; how they go together is checked elsewhere."""

from __future__ import annotations

from typing import Any

from studio.sandbox.dialects.checks import Check, boolean, list_of, number, one_of, public_url, text
from studio.sandbox.dialects.tokenhub.catalog import (
    ASPECT_RATIOS,
    LONGEST,
    MOST,
    RATES,
    RESOLUTIONS,
    ROLES,
    SHORTEST,
)

MOST_ITEMS = sum(MOST.values())
LONGEST_VIDEO = 3600


def content_item(value: object) -> str:
    """`{type: "image_url", image_url: {url}, role}`, and nothing besides."""
    if not isinstance(value, dict):
        return "Must be an object"
    role = value.get("role")
    if not isinstance(role, str) or role not in ROLES:
        return f"role must be one of {', '.join(ROLES)}"
    kind = f"{ROLES[role]}_url"
    if value.get("type") != kind:
        return f"type must be {kind} for the role {role}"
    media: Any = value.get(kind)
    if set(value) != {"type", kind, "role"} or not isinstance(media, dict) or set(media) != {"url"}:
        return f"Must hold type, role and {kind} with a url"
    return public_url(media["url"])


CHECKS: dict[str, Check] = {
    "model": one_of(*RATES),
    "prompt": text,
    "duration": number(SHORTEST, LONGEST),
    "resolution": one_of(*RESOLUTIONS),
    "aspect_ratio": one_of(*ASPECT_RATIOS),
    "image_url": public_url,
    "image_urls": list_of(public_url, MOST["image"]),
    "video_url": public_url,
    "video_urls": list_of(public_url, MOST["video"]),
    "video_durations": list_of(number(0, LONGEST_VIDEO), MOST["video"]),
    "input_video_duration": number(0, LONGEST_VIDEO),
    "audio_url": public_url,
    "audio_urls": list_of(public_url, MOST["audio"]),
    "generate_audio": boolean,
    "watermark": boolean,
    "content": list_of(content_item, MOST_ITEMS),
}
