"""Takes the tags out of JPEG and WebP files without touching the coded picture. Raises ValueError on odd files."""

from __future__ import annotations

from collections.abc import Iterator

_START, _END, _SCAN = 0xD8, 0xD9, 0xDA
_TAGS = {*range(0xE0, 0xF0), 0xFE}
# JFIF's density, the colour profile and Adobe's colour transform change how the picture looks.
_NEEDED_TAGS = {0xE0: b"JFIF\x00", 0xE2: b"ICC_PROFILE\x00", 0xEE: b"Adobe"}
_IN_SCAN = {0x00, *range(0xD0, 0xD8)}

_WEBP_NEEDED = (b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ICCP")
_WEBP_TAG_FLAGS = 0x08 | 0x04
_WEBP_ANIMATED = 0x02


def strip_jpeg(content: bytes) -> bytes:
    """The picture's own segments; pictures appended after its end (previews, depth maps) stay behind."""
    if content[:2] != b"\xff\xd8":
        raise ValueError("not a JPEG")
    return b"\xff\xd8" + b"".join(_segments(content)) + b"\xff\xd9"


def _segments(content: bytes) -> Iterator[bytes]:
    at = 2
    while True:
        marker, at = _marker(content, at)
        if marker == _END:
            return
        end = at + int.from_bytes(content[at : at + 2], "big")
        if end < at + 2 or end > len(content):
            raise ValueError("segment out of bounds")
        body = content[at:end]
        if marker not in _TAGS or _is_needed(marker, body):
            yield bytes((0xFF, marker)) + body
        at = end
        if marker == _SCAN:
            at = _scan_end(content, end)
            yield content[end:at]


def _is_needed(marker: int, body: bytes) -> bool:
    return marker in _NEEDED_TAGS and body[2:].startswith(_NEEDED_TAGS[marker])


def _marker(content: bytes, at: int) -> tuple[int, int]:
    """The marker here and where its body begins; any number of FF bytes may fill the space before it."""
    if content[at : at + 1] != b"\xff":
        raise ValueError("marker expected")
    while content[at : at + 1] == b"\xff":
        at += 1
    if at >= len(content) or content[at] in (0x00, _START):
        raise ValueError("marker expected")
    return content[at], at + 1


def _scan_end(content: bytes, at: int) -> int:
    """Where the coded data ends: at the next marker that is not part of it."""
    while (at := content.find(b"\xff", at)) >= 0 and at + 1 < len(content):
        if content[at + 1] == 0xFF:
            at += 1
        elif content[at + 1] in _IN_SCAN:
            at += 2
        else:
            return at
    raise ValueError("no end")


def strip_webp(content: bytes) -> bytes:
    """The chunks of a single picture; animations are not taken."""
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP":
        raise ValueError("not a WebP")
    body = b"".join(_chunks(content))
    return b"RIFF" + (len(body) + 4).to_bytes(4, "little") + b"WEBP" + body


def _chunks(content: bytes) -> Iterator[bytes]:
    at = 12
    while at + 8 <= len(content):
        name, length = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        end = at + 8 + length + length % 2
        if name in _WEBP_NEEDED:
            chunk = bytearray(content[at:end].ljust(end - at, b"\0"))
            if name == b"VP8X":
                if chunk[8] & _WEBP_ANIMATED:
                    raise ValueError("an animation")
                chunk[8] &= ~_WEBP_TAG_FLAGS & 0xFF
            yield bytes(chunk)
        at = end
