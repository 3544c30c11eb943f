"""What is the same and what differs between takes: their settings line by line, their prompts word by word."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from studio.lib import word_diff
from studio.lib.english import english
from studio.lib.figures import localised
from studio.lib.word_diff import Piece
from studio.models import Render
from studio.services.enumerations import enumerated
from studio.templatetags.shots import how_it_came
from studio.templatetags.takes import card_money, gateway_name, model_name, role_label, short_seconds, sound_in_words

LETTERS = "ABCD"
# Two texts longer than this together are shown as they are: to look for what they share would take seconds.
LONGEST = 12_000


@dataclass(frozen=True)
class Row:
    """One setting, with the value of each take in their order."""

    label: str
    values: list[str]

    @property
    def lettered(self) -> list[tuple[str, str]]:
        """The values with the letters that the takes go by on the page."""
        return list(zip(LETTERS, self.values, strict=False))

    @property
    def differs(self) -> bool:
        """True when not all takes have the same."""
        return len(set(self.values)) > 1


def rows(takes: Sequence[Render]) -> list[Row]:
    """Everything that may explain why takes look different."""
    return [Row(_(label), [value(take) for take in takes]) for label, value in _FACTS]


def prompts(takes: Sequence[Render]) -> list[list[Piece]]:
    """The words of each take, marked where they differ from those of the first one, which stand unmarked."""
    texts = [str(take.spec.get("prompt", "")) for take in takes]
    return [[Piece("same", texts[0])], *(_marked(texts[0], text) for text in texts[1:])]


def _marked(first: str, other: str) -> list[Piece]:
    if first == other or len(first) + len(other) > LONGEST:
        return [Piece("same", other)]
    return word_diff.compare(first, other)


def _asked(name: str, unit: str = "") -> Callable[[Render], str]:
    def value(take: Render) -> str:
        found: Any = take.spec.get(name)
        if found in (None, ""):
            return "–"
        return _(unit) % {"seconds": found} if unit else str(found)

    return value


def _seed(take: Render) -> str:
    found = take.spec.get("seed")
    return _("random") if found is None else str(found)


def _inputs(take: Render) -> str:
    files = take.spec.get("inputs") or []
    nameless = _("a file")
    named = (f"{file.get('name') or nameless} ({role_label(file['role']).lower()})" for file in files)
    return enumerated(named) or _("none")


def _lineage(take: Render) -> str:
    if take.parent_id is None:
        return "–"
    return _("%(how)s take %(take)s") % {"how": how_it_came(take), "take": take.parent_id}


def _file(take: Render) -> str:
    output = take.output
    return _("%(width)s × %(height)s, %(length)s, %(rate)s fps") % {
        "width": output.width,
        "height": output.height,
        "length": short_seconds(output.seconds),
        "rate": localised(f"{output.frames_per_second:g}"),
    }


_FACTS: tuple[tuple[str, Callable[[Render], str]], ...] = (
    (english("Model"), model_name),
    (english("Gateway"), lambda take: gateway_name(take.provider)),
    (english("Operation"), lambda take: take.get_operation_display()),
    (english("Seed"), _seed),
    (english("Length"), _asked("duration", english("%(seconds)s s"))),
    (english("Ratio"), _asked("aspect_ratio")),
    (english("Resolution"), _asked("resolution")),
    (english("Sound"), sound_in_words),
    (english("Inputs"), _inputs),
    (english("From"), _lineage),
    (english("File"), _file),
    (english("Price"), card_money),
    (english("Asked by"), lambda take: take.asked_by.label if take.asked_by else _("The shell")),
    (english("Asked at"), lambda take: date_format(localtime(take.created_at), "j M Y, H:i")),
)
