"""What a board shows: its takes in the order made by hand, a page at a time. Only reading."""

from __future__ import annotations

from dataclasses import dataclass

from studio.choices import RenderState
from studio.models import Collection, Render

PAGE = 48


@dataclass(frozen=True)
class BoardPage:
    """Some takes of a board: the first has the number `start` in it, counted from 1, of `total`; `next_after` is the
    cursor of the page behind, empty for the last."""

    takes: list[Render]
    start: int
    total: int
    next_after: str


def page_of(*, collection: Collection, after: str = "") -> BoardPage:
    """The takes behind the cursor `after`, as an earlier page named it; whatever is none starts at the beginning.

    A cursor is a place and not a take: it holds when that take is moved or goes meanwhile."""
    places = collection.places.shown()
    cursor = _read(after)
    rest = places.after(*cursor) if cursor else places
    found = list(rest.values_list("position", "pk", "render_id")[: PAGE + 1])
    total = places.count()
    passed = total - rest.count() if cursor else 0
    shown = [take for _position, _pk, take in found[:PAGE]]
    takes = Render.objects.in_gallery().in_bulk(shown)
    has_more = len(found) > PAGE
    return BoardPage(
        takes=[takes[number] for number in shown if number in takes],
        start=passed + 1,
        total=total,
        next_after=f"{found[PAGE - 1][0]}_{found[PAGE - 1][1]}" if has_more else "",
    )


def numbers(*, collection: Collection, most: int) -> list[int]:
    """The numbers of the first `most` takes of it, in its order."""
    return list(collection.places.shown().values_list("render_id", flat=True)[:most])


def watchable(*, collection: Collection, most: int) -> list[int]:
    """The numbers of the first `most` takes of it that can be watched, in its order."""
    ready = collection.places.shown().filter(render__state=RenderState.READY, render__output__isnull=False)
    return list(ready.values_list("render_id", flat=True)[:most])


def _read(cursor: str) -> tuple[int, int] | None:
    position, _between, pk = cursor.partition("_")
    sign, digits = (-1, position[1:]) if position.startswith("-") else (1, position)
    if not all(part.isascii() and part.isdigit() and len(part) < 19 for part in (digits, pk)):
        return None
    return sign * int(digits), int(pk)
