"""Text that is drawn once with marks where it differs, and from then on only filled in. Knows nothing of templates."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping

# Signs for private use: escaping and cutting leave them as they are.
_MARK = re.compile("\ue000([a-z_]+)\ue001")


def mark(name: str) -> str:
    """What stands where the value `name` (small letters) belongs."""
    return f"\ue000{name}\ue001"


class Outline:
    """A drawn text, cut at its marks: what is filled in is never looked at, whatever it holds."""

    def __init__(self, drawn: str) -> None:
        self._parts = _MARK.split(drawn)

    def filled(self, values: Mapping[str, str]) -> str:
        """The text with its values, which have to be escaped already; KeyError for one that is missing."""
        parts = self._parts.copy()
        parts[1::2] = [values[name] for name in parts[1::2]]
        return "".join(parts)


class Outlines:
    """So many outlines by what tells them apart; for more than that all are drawn anew."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[Hashable, Outline] = {}

    def of(self, facts: Hashable, draw: Callable[[], str]) -> Outline:
        """The outline for `facts`, drawn if it is not there yet."""
        outline = self._kept.get(facts)
        if outline is None:
            if len(self._kept) >= self._most:
                self._kept.clear()
            outline = self._kept[facts] = Outline(draw())
        return outline
