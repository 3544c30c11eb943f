"""Money: each step once, added and never changed, and nothing said where nothing is known."""

from __future__ import annotations

from decimal import Decimal

import pytest

from studio.models import LedgerEntry, Project
from studio.services import ledger
from tests.factories import make_render

pytestmark = pytest.mark.django_db


def test_steps_are_written_once_each(project: Project) -> None:
    render = make_render(project, estimate=Decimal("0.42"), estimate_basis="by tokens")

    for _ in range(2):
        ledger.reserve(render=render)
        ledger.settle(render=render, amount=Decimal("0.40"), note="measured")
        ledger.release(render=render, note="free")

    rows = list(render.ledger.values_list("kind", "amount", "currency"))
    assert rows == [
        ("estimated", Decimal("0.42"), "USD"),
        ("reserved", Decimal("0.42"), "USD"),
        ("settled", Decimal("0.40"), "USD"),
        ("released", Decimal("0.40"), "USD"),
    ]


def test_settle_again_with_another_amount_keeps_the_first(project: Project) -> None:
    render = make_render(project)
    ledger.settle(render=render, amount=Decimal("0.40"), note="measured")

    ledger.settle(render=render, amount=Decimal("9"), note="measured again")

    render.refresh_from_db()
    assert (render.price, render.ledger.get().amount) == (Decimal("0.40"), Decimal("0.40"))


def test_settle_in_another_currency_is_never_shown_as_the_estimates(project: Project) -> None:
    render = make_render(project, estimate=Decimal("0.42"))

    ledger.settle(render=render, amount=Decimal(40), note="charged", currency="credits")

    render.refresh_from_db()
    assert (render.price, render.currency, render.estimate) == (Decimal(40), "credits", None)
    assert render.ledger.values_list("amount", "currency").get() == (Decimal(40), "credits")


def test_release_of_what_was_settled_gives_it_back(project: Project) -> None:
    render = make_render(project, estimate=Decimal("0.42"))
    ledger.settle(render=render, amount=Decimal(40), note="charged", currency="credits")

    ledger.release(render=render, note="given back")

    render.refresh_from_db()
    last = render.ledger.get(kind="released")
    assert (render.price, last.amount, last.currency) == (None, Decimal(40), "credits")


def test_unknown_price_stays_empty(project: Project) -> None:
    render = make_render(project, estimate=None)

    ledger.reserve(render=render)

    assert list(render.ledger.values_list("amount", flat=True)) == [None, None]


def test_entry_is_never_changed(project: Project) -> None:
    ledger.reserve(render=make_render(project))
    entry = LedgerEntry.objects.first()
    assert entry is not None
    entry.amount = Decimal(0)

    with pytest.raises(ValueError, match="never changed"):
        entry.save()


def test_settle_with_a_sum_that_no_column_holds_is_a_price_unknown(project: Project) -> None:
    render = make_render(project)

    ledger.settle(render=render, amount=Decimal("123456789012"), note="a slip of the gateway's pen")

    render.refresh_from_db()
    assert (render.price, render.ledger.get().amount) == (None, None)
