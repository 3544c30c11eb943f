"""Takes that cost something in a month, and the lines of a report on them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from studio.choices import RenderState, Standing
from studio.lib.months import Month
from studio.models import Project, Render
from studio.services import spend_report
from studio.services.spend_scope import Grouping, Scope
from tests.factories import make_render

OCTOBER, NOVEMBER = Month(2026, 10), Month(2026, 11)


PAID = {"standing": Standing.SETTLED, "state": RenderState.READY}


def spend(project: Project, amount: str | None = "1", **over: Any) -> Render:
    """A take of November that was paid for, unless told otherwise."""
    values: dict[str, Any] = {"booked_at": datetime(2026, 11, 10, tzinfo=UTC), "estimate": None, **PAID}
    if amount is not None:
        values["price" if over.get("standing", Standing.SETTLED) == Standing.SETTLED else "estimate"] = Decimal(amount)
    return make_render(project, **(values | over))


def everything(**over: Any) -> Scope:
    return Scope(**({"projects": None, "first": OCTOBER, "last": NOVEMBER} | over))


def lines_of(scope: Scope, by: Grouping = Grouping.PROJECT, currency: str = "USD") -> dict[str, str]:
    """The total of each line, by its name."""
    found = [section for section in spend_report.report(scope=scope, by=by) if section.currency == currency]
    return {line.name: f"{line.figures.total.normalize():f}" for section in found for line in section.lines}
