"""What changed between two texts, word by word. Pure text; how it is shown is the template's business."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

Change = Literal["same", "removed", "added"]

# Chinese, Japanese and Korean write without spaces, so there each character counts as a word.
_EAST_ASIAN = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
# A mention or a variable changes as a whole.
_WHOLE = r"@[A-Za-z]+\d+|\{[^{}\n]+\}"
_WORD = re.compile(rf"{_WHOLE}|[{_EAST_ASIAN}]|[^\W{_EAST_ASIAN}]+|\n|[^\S\n]+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that is in both, only in the old (`removed`) or only in the new (`added`)."""

    change: Change
    text: str


def compare(old: str, new: str) -> list[Piece]:
    """The pieces that, read without the added ones, give `old`, and without the removed ones, give `new`."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    pieces: list[Piece] = []
    for removed, added, same in _runs(before, after):
        pieces += [Piece("removed", removed)] if removed else []
        pieces += [Piece("added", added)] if added else []
        pieces += [Piece("same", same)] if same else []
    return pieces


def _runs(before: list[str], after: list[str]) -> list[tuple[str, str, str]]:
    """Triples of what went, what came, and what stayed after them."""
    runs: list[tuple[str, str, str]] = []
    removed = added = ""
    matcher = SequenceMatcher(a=before, b=after, autojunk=False)
    codes = matcher.get_opcodes()
    for position, (tag, a_from, a_to, b_from, b_to) in enumerate(codes):
        old, new = "".join(before[a_from:a_to]), "".join(after[b_from:b_to])
        between_changes = bool(removed or added) and position + 1 < len(codes)
        if tag != "equal" or (between_changes and old.isspace() and "\n" not in old):
            # A lone space between two changed words belongs to the change: phrases read better than confetti.
            removed, added = removed + old, added + new
            continue
        runs.append((removed, added, old))
        removed = added = ""
    return [*runs, (removed, added, "")] if removed or added else runs
