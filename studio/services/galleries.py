"""One page of a gallery, in any order and with any filters, at a cost that does not grow with the takes there are.

Each order has an index, in which a page is read from where the last one ended. Filters that few takes pass would have
that walk go far: so those that pass are looked up first, newest first and only so many, in one wide index; when that
is all of them, they are put in order here, and otherwise there are so many of them that the walk is short."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import DecimalField, Expression, ExpressionWrapper, F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from studio.models import Render
from studio.models.renders import COST, RenderQuerySet
from studio.services import search
from studio.services.gallery_filters import Filters, in_projects, narrowed

# So many matches are counted.
WINDOW = 1000
# So many are put in order by how well they fit; older ones follow by age.
RANKED = 200
# So many of the newest takes say whose the studio's takes are.
SAMPLE = 100
# For each project its own walk, up to so many; whoever is in more of them sees enough of any walk through all.
MOST_WALKS = 24
# Stands for the number of each project in what is asked of it; no project has it.
_A_PROJECT = -1

SORTS = {
    "newest": _("Newest first"),
    "oldest": _("Oldest first"),
    "rating": _("Best rated"),
    "price": _("Most expensive"),
    "cheapest": _("Cheapest"),
    "longest": _("Longest"),
    "shortest": _("Shortest"),
    "relevance": _("Best match"),
}
Row = tuple[int, Any]


@dataclass(frozen=True)
class Order:
    """What takes are put in order by, beside their age: nothing, or a column that may be empty."""

    column: str | Expression | None
    descends: bool = True


# Cast once more, as SQLite's index of it is: only the same expression is found in it.
_COST = ExpressionWrapper(COST, output_field=DecimalField(max_digits=14, decimal_places=6))
ORDERS = {
    "newest": Order(None),
    "oldest": Order(None, descends=False),
    "rating": Order("rating"),
    "price": Order(_COST),
    "cheapest": Order(_COST, descends=False),
    "longest": Order("seconds"),
    "shortest": Order("seconds", descends=False),
}


@dataclass(frozen=True)
class Asked:
    """What is wanted of which projects: all of them for None."""

    projects: tuple[int, ...] | None
    filters: Filters = field(default_factory=Filters)
    sort: str = "newest"


@dataclass(frozen=True)
class Page:
    """The ids of its takes in order, from where the next page goes on (None: nowhere), and how many takes there are
    in all, as far as that was cheap to know; `is_more` says that there are more than `count`."""

    numbers: list[int]
    next_before: str | None = None
    count: int | None = None
    is_more: bool = False


def page_of(*, asked: Asked, before: str, size: int) -> Page:
    """The takes behind `before`, which is what an earlier page named; anything else is the beginning."""
    if asked.sort == "relevance" and asked.filters.words:
        return _most_fitting(asked, before, size)
    order = ORDERS.get(asked.sort, ORDERS["newest"])
    place = _Place.read(before, order)
    if not asked.filters:
        return _paged(_walk(asked, order, place, size + 1), order, size)
    if asked.sort == "newest" and place is not None:
        return _paged(_newest(asked, order, size + 1, below=place.number - 1), order, size)
    found = _newest(asked, order, WINDOW + 1)
    count, is_more = min(len(found), WINDOW), len(found) > WINDOW
    if is_more and asked.sort != "newest":
        found = _walk(asked, order, place, size + 1)
    else:
        found = _behind(_in_order(found, order), order, place)
    page = _paged(found[: size + 1], order, size)
    return Page(page.numbers, page.next_before, count, is_more)


def matching(*, asked: Asked) -> RenderQuerySet:
    """All takes that are asked for, in no order."""
    takes = _narrow(asked)
    if asked.filters.words:
        takes = takes.filter(pk__in=search.found(noun="take", words=asked.filters.words, projects=asked.projects))
    return takes


@dataclass(frozen=True)
class _Place:
    """The last take seen: its id, and its column unless the order has none or the column is empty."""

    number: int
    value: Decimal | None = None

    @classmethod
    def read(cls, text: str, order: Order) -> _Place | None:
        if order.column is None:
            return cls(int(text)) if re.fullmatch(r"[0-9]{1,18}", text) else None
        found = re.fullmatch(r"([0-9]{1,12}(?:\.[0-9]{1,8})?)?_([0-9]{1,18})", text)
        return cls(int(found[2]), Decimal(found[1]) if found[1] else None) if found else None


def _narrow(asked: Asked) -> RenderQuerySet:
    takes = narrowed(Render.objects.present(), asked.filters)
    return takes if asked.projects is None else takes.filter(in_projects([*asked.projects]))


def _newest(asked: Asked, order: Order, most: int, score: bool = False, below: int | None = None) -> list[Row]:
    """The newest takes that pass, each with its column of the order or its score."""
    takes, column = _narrow(asked), order.column or "pk"
    if below is not None:
        takes = takes.filter(pk__lte=below)
    if not asked.filters.words:
        return list(takes.order_by("-pk").values_list("pk", column)[:most])
    ask = search.question(noun="take", words=asked.filters.words, projects=_places(asked))
    # Joined by hand: the index of words is no model, and it gives its rows in their order by itself.
    joined = takes.order_by().extra(  # noqa: S610  (names of ours, and a parameter)
        tables=[ask.table], where=[ask.condition, f"{ask.number} = studio_render.id"], params=[*ask.parameters]
    )
    if score:
        joined = joined.extra(select={"score": ask.rank})  # noqa: S610
        column = "score"
    return list(joined.extra(order_by=[f"-{ask.number}"]).values_list("pk", column)[:most])


def _places(asked: Asked) -> tuple[int, ...] | None:
    """The projects to name to the index of words, which lists all their takes for it. None where most of what landed
    last is of these anyway: then leaving out the others one by one, as is done in any case, takes less."""
    if asked.projects is None:
        return None
    newest = Render.objects.order_by("-pk").values_list("project_id", flat=True)[:SAMPLE]
    inside = [project in asked.projects for project in newest]
    return None if sum(inside) * 2 > len(inside) else asked.projects


def _most_fitting(asked: Asked, before: str, size: int) -> Page:
    """The newest takes that hold the words, by how well they do; a page names the newest take that it has heard of,
    so that takes which land meanwhile move nothing. Behind them the older ones follow by age."""
    if older := re.fullmatch(r"[0-9]{1,18}", before):
        rest = _newest(asked, ORDERS["newest"], size + 1, below=int(older[0]) - 1)
        return _paged(rest, ORDERS["newest"], size)
    seen = re.fullmatch(r"([0-9]{1,18})-([0-9]{1,4})", before)
    found = _newest(asked, ORDERS["newest"], RANKED + 1, score=True, below=int(seen[1]) if seen else None)
    window, start = found[:RANKED], int(seen[2]) if seen else 0
    ordered = [number for number, _ in sorted(window, key=lambda row: (row[1], -row[0]))]
    end, following = start + size, None
    if end < len(ordered):
        following = f"{window[0][0]}-{end}"
    elif len(found) > RANKED:
        following = str(window[-1][0])
    return Page(ordered[start:end], following, len(window), len(found) > RANKED)


def _walk(asked: Asked, order: Order, place: _Place | None, most: int) -> list[Row]:
    """The takes behind `place`, read in the order's index."""
    found: list[Row] = []
    for part, is_level in _parts(order, place):
        if len(found) < most:
            found += _read(asked, order, part, is_level, most - len(found))
    return found


def _parts(order: Order, place: _Place | None) -> list[tuple[Q, bool]]:
    """What is left of an order behind `place`, cut so that each part is one stretch of the index: the takes with the
    same value, those with others, and last those without. With each part, whether all in it are of the same value."""
    side = "lt" if order.descends else "gt"
    if order.column is None:
        return [(Q() if place is None else Q(**{f"pk__{side}": place.number}), True)]
    empty = [] if order.column == "rating" else [(Q(sorted_by__isnull=True), True)]
    if place is None:
        return [(Q(sorted_by__isnull=False), False), *empty]
    older = Q(**{f"pk__{side}": place.number})
    if place.value is None:
        return [(Q(sorted_by__isnull=True) & older, True)]
    beyond = Q(sorted_by__isnull=False, **{f"sorted_by__{side}": place.value})
    return [(Q(sorted_by=place.value) & older, True), (beyond, False), *empty]


def _read(asked: Asked, order: Order, part: Q, is_level: bool, most: int) -> list[Row]:
    takes = narrowed(Render.objects.present(), asked.filters)
    if asked.filters.words:
        takes = takes.filter(pk__in=search.found(noun="take", words=asked.filters.words, projects=asked.projects))
    sign = "-" if order.descends else ""
    names = [f"{sign}pk"]
    if order.column is not None:
        takes = takes.alias(sorted_by=F(order.column) if isinstance(order.column, str) else order.column)
        names = names if is_level else [f"{sign}sorted_by", *names]
    rows = takes.filter(part).order_by(*names).values_list("pk", order.column or "pk")
    if asked.projects is None:
        return list(rows[:most])
    # One walk for words too: their matches are listed once then, and not for each project.
    if len(asked.projects) > MOST_WALKS or asked.filters.words or asked.filters and order.column is None:
        return list(rows.filter(in_projects([*asked.projects]))[:most])
    return _in_order(_together(rows, asked.projects, most), order)[:most]


def _together(rows: QuerySet[Render, Row], projects: Sequence[int], most: int) -> list[Row]:
    """The first rows of each project, in one question; its text is put together once: that takes longer than asking."""
    if not projects:
        return []
    text, values = rows.filter(project_id=_A_PROJECT)[:most].query.get_compiler(connection=connection).as_sql()
    walks = [f"SELECT * FROM ({text}) AS walk_{project}" for project in projects]  # noqa: S608
    given = [project if value == _A_PROJECT else value for project in projects for value in values]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(walks), given)
        return [(number, value) for number, value, *_ in cursor.fetchall()]


def _in_order(rows: Iterable[Row], order: Order) -> list[Row]:
    if order.column is None:
        return sorted(rows, reverse=order.descends)
    full = [row for row in rows if row[1] is not None]
    empty = [row for row in rows if row[1] is None]
    by_value: Callable[[Row], Any] = lambda row: (row[1], row[0])  # noqa: E731
    return sorted(full, key=by_value, reverse=order.descends) + sorted(empty, reverse=order.descends, key=_number)


def _number(row: Row) -> int:
    return row[0]


def _behind(rows: list[Row], order: Order, place: _Place | None) -> list[Row]:
    if place is None:
        return rows
    mark = (place.number, place.value)
    ordered = _in_order([*(row for row in rows if row[0] != place.number), mark], order)
    return ordered[ordered.index(mark) + 1 :]


def _paged(found: list[Row], order: Order, size: int) -> Page:
    numbers = [number for number, _ in found[:size]]
    if len(found) <= size:
        return Page(numbers)
    last, value = found[size - 1]
    if order.column is None:
        return Page(numbers, str(last))
    # A plain number: what a database gives back may be written with an exponent.
    said = "" if value is None else f"{Decimal(str(value)).normalize():f}"
    return Page(numbers, f"{said}_{last}")
