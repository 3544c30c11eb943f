"""The tree of a shot: every take that grew out of one first take, and how each came from the one before it.

Its shape is one query of numbers, and what the shown takes look like is a second one, however large it has grown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from studio.models import Render

# More than this are shown on request: a shot rarely has as many, and nobody reads them at once.
SHOWN = 60
# Branches of branches stand no further in than this, so that there is room for their words.
DEEPEST = 6
# Of the neighbours of one take.
NEAR = 12


@dataclass
class Knot:
    """One take's place in the tree. A deleted one stays as a gap, so that what came of it still hangs together."""

    pk: int
    is_gap: bool
    before: Knot | None = None
    after: list[Knot] = field(default_factory=list)

    @property
    def beside(self) -> list[Knot]:
        """The others that came of the same take."""
        return [knot for knot in self.before.after if knot is not self] if self.before else []


@dataclass
class Row:
    """One line of the drawn tree: a take, a gap, or so many takes that are not shown (`hidden`).

    `guides` are the lines left of it, one word for each step in: rail, blank, tee or elbow."""

    knot: Knot
    guides: tuple[str, ...] = ()
    # Whether it hangs right under the line above it, and whether something hangs on it.
    has_above: bool = False
    has_below: bool = False
    hidden: int = 0
    take: Render | None = None
    is_current: bool = False
    # Its words, where they are others than those of the take that it came from.
    words: str = ""


@dataclass(frozen=True)
class Tree:
    """A shot as it is drawn: `count` takes that are there, of which `hidden` are not in `rows`."""

    rows: list[Row]
    count: int
    hidden: int = 0


@dataclass(frozen=True)
class Near:
    """What one take came from, what else did, and what came of it; at most `NEAR` each."""

    count: int
    before: Render | None = None
    # Deleted: something was there, and nothing of it is shown.
    before_is_gap: bool = False
    beside: tuple[Render, ...] = ()
    after: tuple[Render, ...] = ()


def tree_of(take: Render, *, everything: bool = False) -> Tree:
    """The whole shot of `take`, drawn from its first take on.

    Without `everything` at most `SHOWN`: where `take` comes from, what came of it, and then the newest."""
    knots = _knots(take)
    shown = set(knots) if everything or len(knots) <= SHOWN else _chosen(knots, take.pk)
    rows = list(_rows(next(iter(knots.values())), shown))
    _dress(rows, take)
    return Tree(rows=rows, count=_present(knots), hidden=len(knots) - len(shown))


def near(take: Render) -> Near:
    """The steps from `take` to its neighbours; `count` is of the whole shot, and one where it stands alone."""
    knots = _knots(take)
    if len(knots) == 1:
        return Near(count=1)
    knot = knots[take.pk]
    beside, after = (_around(group) for group in (knot.beside, knot.after))
    wanted = [*beside, *after] + ([knot.before.pk] if knot.before else [])
    found = _shown_as_rows(take).in_bulk(wanted)
    return Near(
        count=_present(knots),
        before=found.get(knot.before.pk) if knot.before and not knot.before.is_gap else None,
        before_is_gap=knot.before is not None and knot.before.is_gap,
        beside=tuple(found[pk] for pk in beside if pk in found),
        after=tuple(found[pk] for pk in after if pk in found),
    )


def _around(group: Iterable[Knot]) -> list[int]:
    """The newest few of them, the oldest first."""
    return [knot.pk for knot in group if not knot.is_gap][-NEAR:]


def _present(knots: dict[int, Knot]) -> int:
    return sum(not knot.is_gap for knot in knots.values())


def _of_shot(take: Render) -> QuerySet[Render]:
    root = take.shot_id or take.pk
    first, others = (Render.objects.filter(each).order_by().values("pk") for each in (Q(pk=root), Q(shot=root)))
    # Found apart by an index each: asked for in one breath, SQLite reads every take of the project instead.
    return Render.objects.filter(pk__in=first.union(others), project=take.project_id).order_by("pk")


def _knots(take: Render) -> dict[int, Knot]:
    """All takes of the shot by their ids, the first one first. A take is younger than what it came from, so there is
    no way round in a circle; one whose own parent is gone hangs on the first take."""
    knots: dict[int, Knot] = {}
    first: Knot | None = None
    for pk, parent, deleted_at in _of_shot(take).values_list("pk", "parent", "deleted_at"):
        knot = knots[pk] = Knot(pk=pk, is_gap=deleted_at is not None)
        if first is None:
            first = knot
            continue
        knot.before = knots.get(parent or 0, first)
        knot.before.after.append(knot)
    return knots


def _chosen(knots: dict[int, Knot], current: int) -> set[int]:
    """The most telling ones, each with the way to it from the first take."""
    here = knots[current]
    order = [here, *here.after, *here.beside, *sorted(knots.values(), key=lambda knot: -knot.pk)]
    chosen: set[int] = set()
    for knot in order:
        way = [step.pk for step in _way(knot) if step.pk not in chosen]
        if len(chosen) + len(way) <= SHOWN or knot is here:
            chosen.update(way)
    return chosen


def _way(knot: Knot | None) -> Iterator[Knot]:
    while knot is not None:
        yield knot
        knot = knot.before


def _rows(root: Knot, shown: set[int]) -> Iterator[Row]:
    """The rows from the top down. What alone came of a take stands straight under it; where it forks, each branch
    goes one step in, and its own lines with it."""
    waiting = [Row(knot=root)]
    last: Row | None = None
    while waiting:
        row = waiting.pop()
        over = row.knot if row.hidden else row.knot.before
        row.has_above = row.has_above and last is not None and last.knot is over
        below = [] if row.hidden else _below(row, shown)
        row.has_below = bool(below)
        waiting += reversed(below)
        yield (last := row)


def _below(row: Row, shown: set[int]) -> list[Row]:
    knots = [knot for knot in row.knot.after if knot.pk in shown]
    hidden = sum(_size(knot) for knot in row.knot.after if knot.pk not in shown)
    below = [Row(knot=knot) for knot in knots] + ([Row(knot=row.knot, hidden=hidden)] if hidden else [])
    outer = tuple({"tee": "rail", "elbow": "blank"}.get(guide, guide) for guide in row.guides)
    forks = len(below) > 1 and len(outer) < DEEPEST
    for each in below:
        own = ("elbow" if each is below[-1] else "tee",) if forks else ()
        each.guides, each.has_above = outer + own, not forks
    return below


def _size(knot: Knot) -> int:
    """How many takes it and what came of it are."""
    waiting, count = [knot], 0
    while waiting:
        each = waiting.pop()
        count += 1
        waiting += each.after
    return count


def _dress(rows: Iterable[Row], current: Render) -> None:
    """Give the rows their takes."""
    drawn = [row for row in rows if not row.hidden]
    takes = _shown_as_rows(current).in_bulk([row.knot.pk for row in drawn])
    for row in drawn:
        row.take = takes.get(row.knot.pk)
        row.is_current = row.knot.pk == current.pk
        row.words = _new_words(row, takes)


def _new_words(row: Row, takes: dict[int, Render]) -> str:
    words = str(row.take.spec.get("prompt", "")) if row.take else ""
    before = takes.get(row.knot.before.pk) if row.knot.before else None
    return "" if before is not None and before.spec.get("prompt", "") == words else words


def _shown_as_rows(take: Render) -> QuerySet[Render]:
    """The takes of the shot with all that a row shows; of deleted ones nothing is read."""
    present = Render.objects.present().filter(project=take.project_id).with_switch()
    return present.select_related("asked_by", "output", "answers").defer("estimate_basis", "result_url")
