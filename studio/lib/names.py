"""`@Name` in a remark: which of the known names are written in it, and where."""

from __future__ import annotations

import re
from collections.abc import Collection

Piece = tuple[str, bool]


def split(text: str, names: Collection[str]) -> list[Piece]:
    """`text` in pieces, each with whether it is a mention: `@` and one of `names`, the longest that fits."""
    known = sorted({name for name in names if name}, key=len, reverse=True)
    if not known or "@" not in text:
        return [(text, False)] if text else []
    # Neither an address (ada@…) nor the beginning of a longer name is a mention.
    mention = re.compile(rf"(?<!\w)@(?:{'|'.join(map(re.escape, known))})(?!\w)", re.IGNORECASE)
    pieces, done = [], 0
    for found in mention.finditer(text):
        pieces += [(text[done : found.start()], False), (found[0], True)]
        done = found.end()
    return [piece for piece in [*pieces, (text[done:], False)] if piece[0]]


def mentioned(text: str, names: Collection[str]) -> set[str]:
    """Those of `names` that are mentioned in `text`, however their letters are cased."""
    said = {piece[1:].casefold() for piece, is_mention in split(text, names) if is_mention}
    return {name for name in names if name.casefold() in said}
