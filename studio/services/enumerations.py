"""Several things named one after another, as the page's language parts them: “red, blue”, and 红、蓝 in Chinese."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import pgettext


def enumerated(names: Iterable[str]) -> str:
    """The names in one line; empty for none."""
    return pgettext("between things named one after another", ", ").join(names)
