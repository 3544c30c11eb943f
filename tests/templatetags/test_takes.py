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
        ("108,900 tokens × $5.44", {"tokens": 108_900}, "≈ $0.59, by the gateway's count and price list"),
        ("5 s at 1280×720", {}, "≈ $0.59, by the gateway's price list"),
    ],
)
def test_price_says_on_what_it_rests(note: str, usage: dict[str, int], words: str) -> None:
    take = Render(price=Decimal("0.59"), currency="USD", usage=usage)
    entries = [LedgerEntry(kind="settled", amount=Decimal("0.59"), note=note)]

    assert takes.price_in_words(take, entries) == words


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
