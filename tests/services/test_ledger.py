"""Money: each step once, added and never changed, and nothing said where nothing is known."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from studio.choices import LedgerKind, Standing
from studio.models import LedgerEntry, Project, Render
from studio.services import ledger
from tests.factories import make_render, money_of

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


def test_money_that_is_held_again_begins_a_new_round_each_time(project: Project) -> None:
    render = make_render(project)
    ledger.reserve(render=render)

    for end in (ledger.mark_possibly, ledger.release, ledger.mark_possibly):
        done = [end(render=render, note="an end") for _ in range(2)]
        again = [ledger.hold_again(render=render, note="goes on") for _ in range(2)]
        assert (done, again) == ([True, False], [True, False])
    ledger.settle(render=render, amount=Decimal("0.40"), note="measured")

    assert money_of(render) == [
        (1, "estimated"),
        (1, "reserved"),
        (1, "possibly"),
        (2, "reserved"),
        (2, "released"),
        (3, "reserved"),
        (3, "possibly"),
        (4, "reserved"),
        (4, "settled"),
    ]


@pytest.mark.parametrize("standing", [Standing.SETTLED, Standing.RELEASED])
def test_doubt_does_not_touch_what_is_known(project: Project, standing: Standing) -> None:
    render = make_render(project, standing=standing)

    assert not ledger.mark_possibly(render=render, note="who knows")

    assert (Render.objects.get(pk=render.pk).standing, render.ledger.count()) == (standing, 0)


@pytest.mark.parametrize("step", [ledger.mark_possibly, ledger.hold_again, ledger.release])
def test_step_and_standing_are_written_together_or_not_at_all(
    project: Project, step: Callable[..., bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    render = make_render(project, standing=Standing.POSSIBLY if step == ledger.hold_again else Standing.RESERVED)
    before = render.standing

    def crash(**_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(ledger, "_add", crash)
    with pytest.raises(ZeroDivisionError):
        step(render=render, note="-")

    assert (Render.objects.get(pk=render.pk).standing, render.ledger.count()) == (before, 0)


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


def test_release_gives_back_what_was_paid_although_its_caller_read_the_take_before(project: Project) -> None:
    take = make_render(project)
    ledger.reserve(render=take)
    read_before = Render.objects.get(pk=take.pk)
    ledger.settle(render=take, amount=Decimal(40), note="Charged", currency="credits")

    ledger.release(render=read_before, note="Given back")

    given_back = take.ledger.get(kind=LedgerKind.RELEASED)
    assert (given_back.amount, given_back.currency) == (Decimal(40), "credits")
    assert (read_before.currency, read_before.price, read_before.amount) == ("credits", None, None)
