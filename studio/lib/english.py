"""Sentences that are kept in English wherever they are stored, and translated when a page shows them.

`services/said.py` turns them. Catalogs are read from the source: `makemessages` looks for `english` and `plural`."""

from __future__ import annotations

# The plural forms that the studio uses, each with its singular: a compiled catalog names the singular only.
PLURALS: dict[str, str] = {}


def english(template: str, **values: object) -> str:
    """The English sentence; with `values` a template such as “Take %(take)s is ready.”."""
    return template % values if values else template


def plural(one: str, many: str) -> tuple[str, str]:
    """Both forms of a counted thing, which name `%(number)s`; at the level of a module, so that they are known."""
    PLURALS[many] = one
    return one, many


def english_count(forms: tuple[str, str], number: int, **values: object) -> str:
    """The form of `plural` that fits `number`, in English."""
    one, many = forms
    return (one if number == 1 else many) % {"number": number, **values}
