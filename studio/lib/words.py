"""Text as the words that a search compares: folded alike on every database, whatever its own rules for language are."""

from __future__ import annotations

import re
import unicodedata

LONGEST_WORD = 60
_WORD = re.compile(r"[^\W_]+")
# Scripts that put no spaces between words; each of their characters is a word of its own. Korean has spaces.
_ALONE = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
    "|[^\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)


def words_of(text: str, most: int) -> list[str]:
    """At most `most` words of the text in their order, without case, accents and marks."""
    # Far more is read than words are wanted, and not all of a text that somebody made endless.
    found = (part for run in _WORD.findall(_folded(text[: most * LONGEST_WORD])) for part in _ALONE.findall(run))
    return [word[:LONGEST_WORD] for word, _ in zip(found, range(most), strict=False)]


def asked_words(text: str, most: int) -> list[list[str]]:
    """What somebody typed, as the groups of words between its spaces; the words of a group stand beside one another."""
    groups = [words_of(part, most) for part in text[: most * LONGEST_WORD].split()]
    return [group for group in groups if group][:most]


def _folded(text: str) -> str:
    spread = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in spread if unicodedata.category(letter)[0] != "M").casefold()
