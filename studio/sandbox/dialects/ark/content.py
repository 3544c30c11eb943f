"""The `content[]` of a request: each item by itself, then what they make together."""

from __future__ import annotations

import base64
import re
from collections import Counter
from typing import Any

from studio.sandbox.dialects.ark.problems import invalid, missing
from studio.sandbox.dialects.checks import public_url, text
from studio.sandbox.fetch import LARGEST
from studio.sandbox.jobs import Kind, Source

FIRST, LAST = "first_frame", "last_frame"
KINDS: dict[str, Kind] = {"image_url": "image", "video_url": "video", "audio_url": "audio"}
ROLES = {
    "image_url": (FIRST, LAST, "reference_image"),
    "video_url": ("reference_video",),
    "audio_url": ("reference_audio",),
}
MOST = {FIRST: 1, LAST: 1, "reference_image": 9, "reference_video": 3, "reference_audio": 3}
# Videos travel by address only.
INLINE = {
    "image": re.compile(r"data:image/(jpeg|jpg|png|webp|bmp|tiff|gif);base64,"),
    "audio": re.compile(r"data:audio/(wav|x-wav|mp3|mpeg);base64,"),
}

Placed = tuple[str, Source]


def prompt_of(body: dict[str, Any]) -> str:
    """The words of a request that nobody has checked yet."""
    items = body.get("content")
    texts = [item.get("text") for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return next((text for text in texts if isinstance(text, str)), "")


def read_content(items: object) -> list[Placed]:
    """The references with their roles, a first frame before a last one."""
    if not isinstance(items, list):
        raise invalid("content", "Must be a list")
    if not items:
        raise missing("content")
    placed = [found for n, item in enumerate(items) if (found := _item(item, f"content[{n}]"))]
    if len(items) - len(placed) > 1:
        # Not documented; one text is all that any page shows.
        raise invalid("content", "May hold one text at most")
    _check_together(Counter(role for role, _ in placed))
    return sorted(placed, key=lambda one: one[0] == LAST)


def _item(item: object, where: str) -> Placed | None:
    """A reference, or None for the text."""
    if not isinstance(item, dict):
        raise invalid(where, "Must be an object")
    kind = item.get("type")
    if kind == "text":
        _check_text(item, where)
        return None
    if not isinstance(kind, str) or kind not in KINDS:
        raise invalid(f"{where}.type", f"Must be one of text, {', '.join(KINDS)}")
    _no_others(item, {"type", kind, "role"}, where)
    role = _role(item, kind, where)
    return role, Source(KINDS[kind], _url(item, kind, where), f"{where}.{kind}")


def _check_text(item: dict[str, Any], where: str) -> None:
    _no_others(item, {"type", "text"}, where)
    if "text" not in item:
        raise missing(f"{where}.text")
    if wrong := text(item["text"]):
        raise invalid(f"{where}.text", wrong)


def _no_others(item: dict[str, Any], known: set[str], where: str) -> None:
    for name in sorted(item.keys() - known):
        raise invalid(f"{where}.{name}", "Is not a member of such an item")


def _role(item: dict[str, Any], kind: str, where: str) -> str:
    role = item.get("role")
    if role is None and kind == "image_url":
        return FIRST
    if role is None:
        raise missing(f"{where}.role")
    if role not in ROLES[kind]:
        raise invalid(f"{where}.role", f"Must be one of {', '.join(ROLES[kind])}")
    return str(role)


def _url(item: dict[str, Any], kind: str, where: str) -> str:
    holder = item.get(kind)
    if holder is None:
        raise missing(f"{where}.{kind}")
    if not isinstance(holder, dict) or set(holder) != {"url"} or not isinstance(holder["url"], str):
        raise invalid(f"{where}.{kind}", "Must be an object with a `url` alone")
    url: str = holder["url"]
    if wrong := _wrong_url(url, KINDS[kind]):
        raise invalid(f"{where}.{kind}.url", wrong)
    return url


def _wrong_url(url: str, kind: Kind) -> str:
    if url.startswith("asset://"):
        return "There is no such asset"
    return _wrong_data(url, kind) if url.startswith("data:") else public_url(url)


def _wrong_data(url: str, kind: Kind) -> str:
    if kind not in INLINE:
        return "Must be a URL, because a video cannot be sent as base64"
    head = INLINE[kind].match(url)
    if head is None:
        return f"Must be a base64 data URL of an {kind} in a known format"
    try:
        content = base64.b64decode(url[head.end() :], validate=True)
    except ValueError:
        return "Is not valid base64"
    if not content:
        return "Must not be empty"
    return f"Is larger than {LARGEST[kind] // 1024**2} MB" if len(content) > LARGEST[kind] else ""


def _check_together(roles: Counter[str]) -> None:
    for role, count in roles.items():
        if count > MOST[role]:
            raise invalid("content", f"May hold at most {MOST[role]} with the role {role}")
    if roles[LAST] and not roles[FIRST]:
        raise invalid("content", "A last frame needs a first frame")
    references = roles.keys() - {FIRST, LAST}
    if references and roles[FIRST]:
        raise invalid("content", "First and last frames cannot be mixed with references")
    if references == {"reference_audio"}:
        raise invalid("content", "Audio needs an image or a video beside it")
