"""Turns facts of the capability records into words that a person reads. No rules live here."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from studio.choices import AssetKind, InputRole
from studio.providers.capabilities import MediaLimits

_ROLE_NOUNS = {
    InputRole.FIRST_FRAME: "first frame",
    InputRole.LAST_FRAME: "last frame",
    InputRole.REFERENCE_IMAGE: "reference image",
    InputRole.REFERENCE_VIDEO: "reference video",
    InputRole.REFERENCE_AUDIO: "reference audio file",
    InputRole.SOURCE_VIDEO: "video to edit",
}
_PLURALS = {InputRole.SOURCE_VIDEO: "videos to edit"}


def listed(words: Iterable[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    items = list(words)
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def role_noun(role: InputRole) -> str:
    return _ROLE_NOUNS[role]


def counted(number: int, role: InputRole) -> str:
    noun = role_noun(role)
    plural = _PLURALS.get(role, f"{noun}s")
    return f"{number or 'no'} {noun if number == 1 else plural}"


def megabytes(size: int) -> str:
    """Rounded to a tenth and without a trailing zero: `30 MB`, `0.4 MB`."""
    return f"{short(Decimal(size) / 1_000_000)} MB"


def short(value: Decimal) -> str:
    text = f"{value:.1f}"
    return text.removesuffix(".0")


def seconds(value: Decimal) -> str:
    return f"{short(value)} s"


def spread(numbers: tuple[int, ...]) -> str:
    """`4 to 15` for an unbroken run, else the list itself."""
    if len(numbers) > 2 and numbers == tuple(range(numbers[0], numbers[-1] + 1)):
        return f"{numbers[0]} to {numbers[-1]}"
    return listed([str(number) for number in numbers], "or")


def limits_sentence(limits: MediaLimits) -> str:
    """What may be uploaded, in one line for the tray, before anybody has waited for an upload."""
    parts = [listed([name.upper() for name in _shown_formats(limits)], "or"), f"up to {megabytes(limits.max_bytes)}"]
    if limits.min_side and limits.max_side:
        parts.append(f"{limits.min_side} to {limits.max_side} pixels a side")
    if limits.min_ratio and limits.max_ratio:
        parts.append(f"width ÷ height {limits.min_ratio} to {limits.max_ratio}")
    if limits.min_seconds and limits.max_seconds:
        parts.append(f"{short(limits.min_seconds)} to {short(limits.max_seconds)} seconds each")
    if limits.total_seconds:
        parts.append(f"{short(limits.total_seconds)} seconds together")
    return f"{AssetKind(limits.kind).label}: {', '.join(parts)}."


def _shown_formats(limits: MediaLimits) -> list[str]:
    """`jpg` and `tif` are other spellings of what is listed already."""
    return [name for name in limits.formats if name not in ("jpg", "tif")]
