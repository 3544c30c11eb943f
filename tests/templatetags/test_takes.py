"""How prices, lengths, shapes and models are written."""

from __future__ import annotations

from decimal import Decimal

import pytest

from studio.choices import AssetKind, InputRole, Operation
from studio.models import LedgerEntry, Render
from studio.templatetags import takes


@pytest.mark.parametrize(
    ("value", "written"),
    [(Decimal("5.000"), "5 s"), (Decimal("4.2"), "4.2 s"), (Decimal("10.04"), "10 s"), (None, ""), ("", "")],
)
def test_length_has_no_idle_zeros(value: Decimal | None, written: str) -> None:
    assert takes.short_seconds(value) == written


@pytest.mark.parametrize(
    ("ratio", "kept"), [("9:16", "9:16"), ("21:9", "21:9"), ("adaptive", "16:9"), ("", "16:9"), (None, "16:9")]
)
def test_card_has_a_shape_from_the_first_moment(ratio: str | None, kept: str) -> None:
    assert takes.asked_ratio(Render(spec={"aspect_ratio": ratio})) == kept


@pytest.mark.parametrize(
    ("provider", "model", "name"),
    [
        ("tokenlab", "seedance-2.0-fast", "Seedance 2.0 Fast"),
        ("tokenlab", "seedance-1.0", "seedance-1.0"),
        ("gone", "some-model", "some-model"),
    ],
)
def test_model_is_named_even_when_it_is_no_longer_offered(provider: str, model: str, name: str) -> None:
    assert takes.model_name(Render(provider=provider, model=model)) == name


@pytest.mark.parametrize("operation", Operation.values)
def test_every_operation_has_an_icon_and_a_hint_of_its_own(operation: str) -> None:
    others = [other for other in Operation.values if other != operation]

    assert takes.operation_icon(operation) not in {takes.operation_icon(other) for other in others}
    assert takes.operation_hint(operation) not in {"", *(takes.operation_hint(other) for other in others)}


def test_roles_and_kinds_that_nobody_knows_are_shown_as_they_are() -> None:
    assert (takes.role_label(InputRole.FIRST_FRAME), takes.role_label("odd")) == ("First frame", "odd")
    assert (takes.kind_icon(AssetKind.AUDIO), takes.kind_icon("odd")) == ("audio", "image")


@pytest.mark.parametrize(
    ("note", "usage", "words"),
    [
        ("Charged by the gateway when it accepted", {}, "$0.59, charged by the gateway"),
        ("Charged, says Mia Manager", {}, "$0.59, charged, says Mia Manager"),
        ("108,900 tokens × $5.44", {"tokens": 108_900}, "≈ $0.59, by the gateway's count and price list"),
        ("5 s at 1280×720", {}, "≈ $0.59, by the gateway's price list"),
    ],
)
def test_price_says_on_what_it_rests(note: str, usage: dict[str, int], words: str) -> None:
    take = Render(price=Decimal("0.59"), currency="USD", usage=usage, standing="settled")
    entries = [LedgerEntry(kind="settled", amount=Decimal("0.59"), note=note)]

    assert takes.price_in_words(take, entries) == words


@pytest.mark.parametrize(
    ("standing", "estimate", "words"),
    [
        ("reserved", "0.42", "≈ $0.42, estimated"),
        ("reserved", None, "price unknown"),
        ("possibly", "0.42", "≈ $0.42, possibly charged"),
        ("possibly", None, "price unknown, possibly charged"),
        ("released", "0.42", "not charged"),
        ("settled", "0.42", "paid, the sum is not known"),
    ],
)
def test_price_without_a_bill_says_how_certain_it_is(standing: str, estimate: str | None, words: str) -> None:
    take = Render(estimate=Decimal(estimate) if estimate else None, currency="USD", standing=standing)

    assert takes.price_in_words(take, []) == words


@pytest.mark.parametrize(
    ("kind", "note", "written"),
    [
        ("settled", "Charged by the gateway when it accepted", "$13.06"),
        ("settled", "Charged, says Mia", "$13.06"),
        ("settled", "5 s at 1280×720", "≈ $13.06"),
        ("released", "The gateway refused it", "$13.06"),
        ("reserved", "Held until the take is paid for or ended", "≈ $13.07"),
    ],
)
def test_step_of_the_money_is_about_so_much_only_while_nobody_has_said_it(kind: str, note: str, written: str) -> None:
    entry = LedgerEntry(kind=kind, amount=Decimal("13.0621"), currency="USD", note=note)

    assert takes.entry_money(entry) == written


@pytest.mark.parametrize(
    ("standing", "state", "billed", "written"),
    [
        ("settled", "ready", True, "16 credits"),
        ("settled", "ready", False, "≈ 16 credits"),
        ("settled", "failed", False, "16 credits"),
        ("reserved", "running", False, "≈ 20 credits"),
        ("possibly", "failed", False, "≈ 20 credits"),
        ("released", "failed", False, "not charged"),
    ],
)
def test_card_is_exact_about_what_was_said(standing: str, state: str, billed: bool, written: str) -> None:
    price = Decimal(16) if standing == "settled" else None
    take = Render(standing=standing, state=state, price=price, estimate=Decimal(20), currency="credits")
    vars(take)["was_billed"] = billed

    assert takes.card_money(take) == written


@pytest.mark.parametrize(
    ("standing", "state", "price", "words"),
    [
        ("settled", "failed", "16", "16 credits were charged"),
        ("settled", "cancelled", None, "a sum nobody knows was charged"),
        ("settled", "ready", "16", ""),
        ("possibly", "failed", None, ""),
        ("released", "failed", None, ""),
    ],
)
def test_only_a_paid_end_without_a_file_was_charged_all_the_same(
    standing: str, state: str, price: str | None, words: str
) -> None:
    take = Render(standing=standing, state=state, price=Decimal(price) if price else None, currency="credits")

    assert takes.charged_in_words(take) == words


def test_steps_of_the_money_are_told_in_words() -> None:
    steps = [("estimated", 1), ("reserved", 1), ("possibly", 1), ("reserved", 2), ("settled", 2), ("released", 2)]

    words = [takes.step_in_words(LedgerEntry(kind=kind, round=number)) for kind, number in steps]

    assert words == ["Estimated", "Held", "Possibly charged", "Held again", "Paid", "Not charged"]


@pytest.mark.parametrize(
    ("provider", "model", "sound", "words"),
    [
        ("tokenlab", "seedance-2.0", True, "sound"),
        ("tokenlab", "seedance-2.0", False, "no sound"),
        ("seedance", "seedance-2.0", False, "sound as the gateway decides"),
        ("gone", "some-model", True, "sound"),
    ],
)
def test_sound_is_only_said_where_it_could_be_asked_for(provider: str, model: str, sound: bool, words: str) -> None:
    assert takes.sound_in_words(Render(provider=provider, model=model, spec={"sound": sound})) == words


@pytest.mark.parametrize(
    ("provider", "hint"),
    [
        ("tokenlab", "ldtask_… or cgt-…"),
        ("tokenhub", ""),
        ("seedance", "req_…"),
        ("ark", "cgt-…"),
        ("gone", ""),
    ],
)
def test_task_ids_look_as_their_own_gateway_makes_them(provider: str, hint: str) -> None:
    assert takes.task_hint(provider) == hint
