"""Turns facts of the capability records into words that a person reads. No rules live here."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from studio.choices import InputRole
from studio.lib.english import english, english_count, plural
from studio.providers.capabilities import MediaLimits

_NOUNS = {
    InputRole.FIRST_FRAME: english("first frame"),
    InputRole.LAST_FRAME: english("last frame"),
    InputRole.REFERENCE_IMAGE: english("reference image"),
    InputRole.REFERENCE_VIDEO: english("reference video"),
    InputRole.REFERENCE_AUDIO: english("reference audio file"),
    InputRole.SOURCE_VIDEO: english("video to edit"),
}
_MANY = {
    InputRole.FIRST_FRAME: english("first frames"),
    InputRole.LAST_FRAME: english("last frames"),
    InputRole.REFERENCE_IMAGE: english("reference images"),
    InputRole.REFERENCE_VIDEO: english("reference videos"),
    InputRole.REFERENCE_AUDIO: english("reference audio files"),
    InputRole.SOURCE_VIDEO: english("videos to edit"),
}
_COUNTS = {
    InputRole.FIRST_FRAME: plural("%(number)s first frame", "%(number)s first frames"),
    InputRole.LAST_FRAME: plural("%(number)s last frame", "%(number)s last frames"),
    InputRole.REFERENCE_IMAGE: plural("%(number)s reference image", "%(number)s reference images"),
    InputRole.REFERENCE_VIDEO: plural("%(number)s reference video", "%(number)s reference videos"),
    InputRole.REFERENCE_AUDIO: plural("%(number)s reference audio file", "%(number)s reference audio files"),
    InputRole.SOURCE_VIDEO: plural("%(number)s video to edit", "%(number)s videos to edit"),
}


def listed(words: Iterable[object], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`; of choices, too."""
    items = [str(word) for word in words]
    if len(items) < 2:
        return "".join(items)
    first = ", ".join(items[:-1])
    if last == "or":
        return english("%(first)s or %(last)s", first=first, last=items[-1])
    return english("%(first)s and %(last)s", first=first, last=items[-1])


def role_noun(role: InputRole) -> str:
    return _NOUNS[role]


def role_nouns(role: InputRole) -> str:
    return _MANY[role]


def counted(number: int, role: InputRole) -> str:
    if not number:
        return english("no %(inputs)s", inputs=role_nouns(role))
    return english_count(_COUNTS[role], number)


def megabytes(size: int) -> str:
    """Rounded to a tenth and without a trailing zero: `30 MB`, `0.4 MB`."""
    return f"{short(Decimal(size) / 1_000_000)} MB"


def short(value: Decimal) -> str:
    text = f"{value:.1f}"
    return text.removesuffix(".0")


def seconds(value: Decimal) -> str:
    return english("%(seconds)s s", seconds=short(value))


def spread(numbers: tuple[int, ...]) -> str:
    """`4 to 15` for an unbroken run, else the list itself."""
    if len(numbers) > 2 and numbers == tuple(range(numbers[0], numbers[-1] + 1)):
        return english("%(first)s to %(last)s", first=numbers[0], last=numbers[-1])
    return listed([str(number) for number in numbers], "or")


def limits_sentence(limits: MediaLimits) -> str:
    """What may be uploaded, in one line for the tray, before anybody has waited for an upload."""
    parts = [
        listed([name.upper() for name in _shown_formats(limits)], "or"),
        english("up to %(megabytes)s", megabytes=megabytes(limits.max_bytes)),
    ]
    if limits.min_side and limits.max_side:
        parts.append(
            english("%(min_side)s to %(max_side)s pixels a side", min_side=limits.min_side, max_side=limits.max_side)
        )
    if limits.min_ratio and limits.max_ratio:
        parts.append(
            english(
                "width ÷ height %(min_ratio)s to %(max_ratio)s", min_ratio=limits.min_ratio, max_ratio=limits.max_ratio
            )
        )
    if limits.min_seconds and limits.max_seconds:
        parts.append(
            english(
                "%(least)s to %(most)s seconds each",
                least=short(limits.min_seconds),
                most=short(limits.max_seconds),
            )
        )
    if limits.total_seconds:
        parts.append(english("%(seconds)s seconds together", seconds=short(limits.total_seconds)))
    return english("%(kind)s: %(limits)s.", kind=str(limits.kind).capitalize(), limits=", ".join(parts))


def _shown_formats(limits: MediaLimits) -> list[str]:
    """`jpg` and `tif` are other spellings of what is listed already."""
    return [name for name in limits.formats if name not in ("jpg", "tif")]
