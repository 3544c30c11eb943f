"""What has become of a matrix: the take that each of its cells has come to, and which of them ended without a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from studio.choices import ENDED, CellState, RenderState, Standing
from studio.models import Matrix, MatrixCell, Render
from studio.services.asking_again import FOLLOWS


@dataclass(frozen=True)
class Place:
    """A cell and the take that it has come to by now. `tree` are all takes that stood in this place."""

    cell: MatrixCell
    take_id: int | None = None
    state: str = ""
    standing: str = ""
    is_deleted: bool = False
    tree: frozenset[int] = frozenset()

    @property
    def has_failed(self) -> bool:
        """Whether it ended without a file, so that it can be asked for again."""
        return self.state in ENDED and self.state != RenderState.READY

    @property
    def may_be_charged(self) -> bool:
        """Whether it is not certain that it costs nothing: asked for again, it may be paid twice."""
        return self.standing != Standing.RELEASED


@dataclass(frozen=True)
class _Take:
    pk: int
    parent_id: int | None
    state: str
    standing: str
    is_deleted: bool

    @property
    def rank(self) -> tuple[int, int]:
        """A file counts before what is under way, that before what has ended; among equals the newest."""
        stage = 2 if self.state == RenderState.READY else 0 if self.state in ENDED else 1
        return stage, self.pk


def places_of(*, matrix: Matrix) -> list[Place]:
    """Every place of a matrix that was rendered, row by row; three queries."""
    cells = list(matrix.cells.order_by("row", "pk"))
    numbers = [cell.render_id for cell in cells if cell.render_id is not None]
    shots = dict(Render.objects.filter(pk__in=numbers).values_list("pk", "shot"))
    takes = _takes(numbers, {shot or pk for pk, shot in shots.items()})
    children: dict[int, list[_Take]] = {}
    for take in takes.values():
        if take.pk not in shots or take.parent_id in takes:
            children.setdefault(take.parent_id or 0, []).append(take)
    return [_place(cell, takes, children) for cell in cells]


def _takes(numbers: Sequence[int], shots: Iterable[int]) -> dict[int, _Take]:
    """The takes of these numbers, and all that followed some take of their shots."""
    mine = Render.objects.filter(pk__in=numbers)
    followers = Render.objects.filter(shot__in=shots, lineage__in=FOLLOWS)
    columns = ("pk", "parent_id", "state", "standing", "deleted_at")
    found = mine.order_by().values_list(*columns).union(followers.order_by().values_list(*columns))
    return {pk: _Take(pk, parent, state, standing, gone is not None) for pk, parent, state, standing, gone in found}


def _place(cell: MatrixCell, takes: dict[int, _Take], children: dict[int, list[_Take]]) -> Place:
    if cell.render_id not in takes:
        return Place(cell)
    tree, open_ends = [], [takes[cell.render_id]]
    while open_ends:
        take = open_ends.pop()
        tree.append(take)
        open_ends += children.get(take.pk, [])
    newest = max(tree, key=lambda take: take.rank)
    numbers = frozenset(take.pk for take in tree)
    return Place(cell, newest.pk, newest.state, newest.standing, newest.is_deleted, numbers)


def failed(places: Iterable[Place], *, with_possibly: bool) -> list[Place]:
    """Those that can be asked for again; what may have been charged only where that is wanted.

    Whoever deleted one wants it no more."""
    ended = [place for place in places if place.has_failed and not place.is_deleted]
    return [place for place in ended if with_possibly or not place.may_be_charged]


@dataclass(frozen=True)
class Tally:
    """How far a matrix has come, in takes."""

    ready: int
    moving: int
    unconfirmed: int
    failed: int
    left_out: int


def tally_of(places: Sequence[Place]) -> Tally:
    """Counts the places by what has become of them."""
    states = Counter(place.state for place in places)
    ended = sum(place.has_failed for place in places)
    left_out = sum(place.cell.state == CellState.REFUSED for place in places)
    known = states[RenderState.READY] + states[RenderState.UNCONFIRMED] + ended
    moving = sum(count for state, count in states.items() if state) - known
    return Tally(states[RenderState.READY], moving, states[RenderState.UNCONFIRMED], ended, left_out)
