"""Spending as lines of a table, for spreadsheets: the report as shown, or one line per take."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from studio.choices import Standing
from studio.lib.spreadsheets import Cell
from studio.models import PriceRow, Project, User
from studio.services.spend_report import NOBODY_NAME, Section
from studio.services.spend_scope import Grouping, Scope, gateway_name, model_name, model_word

_CHUNK = 2000
_CENT = Decimal("0.01")
REPORT_HEAD = (
    *("from", "to", "by", "name", "currency", "paid", "held", "possibly_charged", "total"),
    *("takes", "ready", "paid_per_ready_take", "share_percent", "takes_of_unknown_price"),
    *("approved_seconds", "paid_per_approved_second"),
)
TAKES_HEAD = (
    *("take", "project", "person", "model", "gateway", "operation", "state", "standing", "estimate", "price"),
    *("currency", "counts", "counted_at", "asked_at", "price_source", "price_dated"),
)
_COLUMNS = (
    *("pk", "project_id", "asked_by_id", "provider", "model", "operation", "state", "standing", "estimate", "price"),
    *("currency", "booked_at", "created_at", "price_row__source", "price_row__dated"),
)


def report_rows(*, scope: Scope, by: Grouping, sections: list[Section]) -> Iterator[tuple[Cell, ...]]:
    """The head, and one row for each line of each currency."""
    yield REPORT_HEAD
    for section in sections:
        for line in section.lines:
            money = line.figures
            yield (
                *(str(scope.first), str(scope.last), by.value, line.name, section.currency),
                *(money.paid, money.held, money.possibly, money.total, money.takes, money.ready),
                *(_rounded(money.per_ready), line.share, money.unpriced),
                *(money.approved, _rounded(money.per_approved_second)),
            )


def _rounded(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else amount.quantize(_CENT)


class TakeRows:
    """One row for each take, read piece by piece; what their projects and people are called is known beforehand."""

    def __init__(self, scope: Scope) -> None:
        takes = scope.takes()
        self._projects = {item.pk: item.name for item in Project.objects.filter(pk__in=takes.values("project"))}
        self._people = {item.pk: item.label for item in User.objects.filter(pk__in=takes.values("asked_by"))}
        self._sources = list(PriceRow.objects.filter(renders__in=takes).values_list("source", flat=True).distinct())
        self._takes = takes.order_by("booked_at", "pk").values_list(*_COLUMNS, named=True)

    @property
    def names(self) -> list[str]:
        """Whatever in the rows may be in another alphabet: what a person has typed, and the names of price lists."""
        return [*self._projects.values(), *self._people.values(), *self._sources]

    def __iter__(self) -> Iterator[tuple[Cell, ...]]:
        yield TAKES_HEAD
        for take in self._takes.iterator(chunk_size=_CHUNK):
            yield (
                *(take.pk, self._projects[take.project_id], self._people.get(take.asked_by_id, NOBODY_NAME)),
                *(model_name(model_word(take.provider, take.model)), gateway_name(take.provider)),
                *(take.operation, take.state, take.standing, take.estimate, take.price, take.currency, _counts(take)),
                *(take.booked_at, take.created_at, take.price_row__source, _iso(take.price_row__dated)),
            )


def _counts(take: Any) -> Decimal | None:
    """What it counts for, as `Render.amount` says it."""
    amount: Decimal | None = take.estimate if take.price is None else take.price
    return None if take.standing == Standing.RELEASED else amount


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
