"""The report of spending: what counts, where, and in which currency."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from studio.choices import RenderState, ReviewState, Standing
from studio.models import Project, Render, User
from studio.services import spend_report
from studio.services.spend_report import Figures, Line, Section
from studio.services.spend_scope import Grouping
from tests.factories import make_output, make_project, make_request
from tests.services.spending import everything, lines_of, spend


def test_report_tells_paid_from_held_and_possibly_charged(project: Project) -> None:
    spend(project, "0.10")
    spend(project, "0.20", state=RenderState.FAILED)
    spend(project, "0.40", standing=Standing.RESERVED, state=RenderState.RUNNING)
    spend(project, "0.80", standing=Standing.POSSIBLY, state=RenderState.UNCONFIRMED)
    spend(project, "1.60", standing=Standing.RELEASED, state=RenderState.FAILED)

    sections = spend_report.report(scope=everything(), by=Grouping.PROJECT)

    figures = Figures(Decimal("0.3"), Decimal("0.4"), Decimal("0.8"), takes=5, ready=1, ready_paid=Decimal("0.1"))
    assert sections == [Section("USD", [Line(str(project.pk), "Tea commercial", figures, 100)], figures)]
    assert (figures.total, figures.per_ready) == (Decimal("1.5"), Decimal("0.1"))


def test_ready_take_costs_what_those_of_known_price_cost(project: Project) -> None:
    spend(project, "16", state=RenderState.FAILED, currency="credits")
    for price in (None, None, "6", "10"):
        spend(project, price, currency="credits")

    [section] = spend_report.report(scope=everything(), by=Grouping.PROJECT)

    assert (section.total.ready, section.total.ready_unpriced, section.total.per_ready) == (4, 2, Decimal(8))


def test_ready_takes_of_unknown_price_have_no_average(project: Project) -> None:
    spend(project, "16", state=RenderState.FAILED, currency="credits")
    spend(project, None, currency="credits")

    [section] = spend_report.report(scope=everything(), by=Grouping.PROJECT)

    assert (section.total.ready_unpriced, section.total.per_ready) == (1, None)


def approve(take: Render, seconds: str) -> None:
    make_output(take, seconds=Decimal(seconds))
    Render.objects.filter(pk=take.pk).update(review_state=ReviewState.APPROVED)


def test_approved_second_costs_all_that_was_paid(project: Project) -> None:
    approve(spend(project, "3"), "5")
    approve(spend(project, "4"), "7")
    # Neither was of use, and both were paid for.
    spend(project, "4.40")
    spend(project, "3", state=RenderState.FAILED)
    spend(project, "9", standing=Standing.RESERVED, state=RenderState.RUNNING)

    [section] = spend_report.report(scope=everything(), by=Grouping.PROJECT)

    assert (section.total.approved, section.total.per_approved_second) == (Decimal(12), Decimal("1.2"))


def test_approved_second_of_a_deleted_take_is_not_there_to_use(project: Project) -> None:
    take = spend(project, "3")
    approve(take, "5")
    # Deleted while one approval was missing, and then the project came to need fewer.
    Render.objects.filter(pk=take.pk).update(deleted_at=take.created_at)

    [section] = spend_report.report(scope=everything(), by=Grouping.PROJECT)

    assert (section.total.approved, section.total.paid) == (Decimal(0), Decimal(3))


def test_approved_second_has_no_price_where_nothing_is_approved(project: Project) -> None:
    spend(project, "3", review_state=ReviewState.REJECTED)

    [section] = spend_report.report(scope=everything(), by=Grouping.PROJECT)

    assert (section.total.approved, section.total.per_approved_second) == (Decimal(0), None)


@pytest.mark.parametrize("by", list(Grouping))
def test_approved_seconds_stand_in_their_own_currency_and_line(project: Project, artist: User, by: Grouping) -> None:
    request = make_request(provider="tokenhub", model="doubao-seedance-2.0")
    other = make_project()
    approve(spend(project, "8", asked_by=artist), "4")
    approve(spend(project, "6", asked_by=artist, currency="credits"), "3")
    spend(other, "5", request=request, booked_at=datetime(2026, 10, 9, tzinfo=UTC))

    sections = spend_report.report(scope=everything(), by=by)

    found = {section.currency: [line.figures.per_approved_second for line in section.lines] for section in sections}
    none_first = by is Grouping.MONTH
    assert found == {"USD": [None, Decimal(2)] if none_first else [Decimal(2), None], "credits": [Decimal(2)]}


def test_report_never_adds_two_currencies(project: Project) -> None:
    for currency in ("USD", "credits", "CNY"):
        spend(project, "7", currency=currency)

    sections = spend_report.report(scope=everything(), by=Grouping.PROJECT)

    assert [(section.currency, section.total.paid) for section in sections] == [
        ("CNY", Decimal(7)), ("USD", Decimal(7)), ("credits", Decimal(7)),
    ]  # fmt: skip


def test_sums_are_exact(project: Project) -> None:
    for _ in range(30):
        spend(project, "0.1")

    [section] = spend_report.report(scope=everything(), by=Grouping.PROJECT)

    assert section.total.paid == Decimal("3")


def test_a_paid_take_without_a_known_price_counts_as_estimated(project: Project) -> None:
    spend(project, None, estimate=Decimal("0.42"))

    assert lines_of(everything()) == {"Tea commercial": "0.42"}


def test_takes_of_unknown_price_are_counted_apart(project: Project) -> None:
    spend(project, None)
    spend(project, None, standing=Standing.RESERVED)
    spend(project, None, standing=Standing.RELEASED)

    [section] = spend_report.report(scope=everything(), by=Grouping.PROJECT)

    assert (section.total.takes, section.total.unpriced, section.total.total) == (3, 2, Decimal(0))


def test_report_by_month_stands_in_their_order(project: Project) -> None:
    spend(project, "2", booked_at=datetime(2026, 11, 1, tzinfo=UTC))
    spend(project, "1", booked_at=datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC))
    spend(project, "4", booked_at=datetime(2026, 9, 30, 23, 59, 59, tzinfo=UTC))
    spend(project, "8", booked_at=datetime(2026, 12, 1, tzinfo=UTC))

    assert lines_of(everything(), Grouping.MONTH) == {"October 2026": "1", "November 2026": "2"}


def test_lines_stand_by_what_they_cost(project: Project) -> None:
    other = make_project(name="Spring")
    spend(project, "1")
    spend(other, "3")

    [section] = spend_report.report(scope=everything(), by=Grouping.PROJECT)

    assert [(line.name, line.share) for line in section.lines] == [("Spring", 75), ("Tea commercial", 25)]


def test_report_by_person_names_those_without_an_account(project: Project, artist: User) -> None:
    spend(project, "1", asked_by=artist)
    spend(project, "2")

    assert lines_of(everything(), Grouping.PERSON) == {"Nobody with an account": "2", "Ada Artist": "1"}


def test_report_by_model_puts_the_gateways_of_one_model_together(project: Project) -> None:
    spend(project, "1", request=make_request(provider="tokenlab", model="seedance-2.0-fast"))
    spend(project, "2", request=make_request(provider="tokenhub", model="doubao-seedance-2.0-fast"))
    spend(project, "4", request=make_request(provider="tokenlab", model="some-model"))

    lines = lines_of(everything(), Grouping.MODEL)

    assert lines == {"some-model": "4", "Seedance 2.0 Fast": "3"}


def test_report_by_gateway_keeps_the_name_of_one_that_is_gone(project: Project) -> None:
    spend(project, "1")
    take = spend(project, "2")
    Render.objects.filter(pk=take.pk).update(provider="gone")

    assert lines_of(everything(), Grouping.GATEWAY) == {"gone": "2", "TokenLab": "1"}
