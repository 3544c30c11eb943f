"""`{variables}` in a prompt: finding and filling them. Pure text; where values come from is not decided here.

A variable is a word in braces, such as `{hero}` or `{time of day}`. `{{` and `}}` stand for the braces themselves.
Braces around anything else (pasted JSON, say) are left as they are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from studio.lib.english import english

_PIECE = re.compile(r"\{\{|\}\}|\{[ \t]*(?P<name>[^\W\d][\w-]*(?:[ \t]+[\w-]+)*)[ \t]*\}")


class MissingVariables(ValueError):
    """Some variables of a text have no value; `names` says which, in their order."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        super().__init__(english("Fill in %(names)s first.", names=", ".join(f"{{{name}}}" for name in names)))


def names(text: str) -> list[str]:
    """The variables of `text`, each once, in the order they first appear."""
    return list(dict.fromkeys(match["name"] for match in _PIECE.finditer(text) if match["name"]))


def counts(text: str) -> dict[str, int]:
    """The variables of `text`, and how often each stands in it."""
    return dict(Counter(match["name"] for match in _PIECE.finditer(text) if match["name"]))


def fill(text: str, values: Mapping[str, str]) -> str:
    """`text` with every variable replaced; raises MissingVariables when a value is absent or blank."""
    missing = [name for name in names(text) if not values.get(name, "").strip()]
    if missing:
        raise MissingVariables(missing)
    # A function, and one pass: a value that looks like a variable or a brace stays what was typed.
    return _PIECE.sub(lambda match: values[match["name"]] if match["name"] else match[0][0], text)
