"""Lazy sentences with values. `%` on a lazy string would fix its language when the module is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.functional import Promise, lazystr

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class _Filled:
    """Puts the sentence together each time that it is asked for, in the language of that moment."""

    def __init__(self, sentence: str | Promise, values: dict[str, object]) -> None:
        self._sentence, self._values = sentence, values

    def __str__(self) -> str:
        return str(self._sentence) % self._values


def filled(sentence: str | Promise, **values: object) -> _StrPromise:
    """`sentence` with its `values`, translated when it is shown."""
    return lazystr(_Filled(sentence, values))
