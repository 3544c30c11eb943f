"""`@Image1`, `@Video2`, `@Audio1` in a prompt: finding them, and which point at nothing. The tray is not known here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from studio.choices import AssetKind

# Only ASCII letters join onto a mention: in Chinese or Japanese no space stands between it and the next word.
_MENTION = re.compile(r"(?<![A-Za-z_])@(image|video|audio)(\d{1,4})(?![A-Za-z0-9_])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mention:
    """One mention: the `number`th reference of its kind, written at `text[start:end]`."""

    kind: AssetKind
    number: int
    start: int
    end: int

    @property
    def word(self) -> str:
        """How the gateways spell it."""
        return f"@{self.kind.value.capitalize()}{self.number}"


def parse(text: str) -> list[Mention]:
    """The mentions in `text`, in reading order."""
    return [
        Mention(AssetKind(match[1].lower()), int(match[2]), match.start(), match.end())
        for match in _MENTION.finditer(text)
    ]


def unknown(text: str, counts: Mapping[AssetKind, int]) -> list[Mention]:
    """Those that point past the references there are: `counts` says how many of each kind lie in the tray."""
    return [mention for mention in parse(text) if not 1 <= mention.number <= counts.get(mention.kind, 0)]
