"""Reading the composer's form."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.http import QueryDict

from studio.forms.composer import LONGEST, LONGEST_VARIABLE, read_press


def query(**fields: str) -> QueryDict:
    data = QueryDict(mutable=True)
    data.update(fields)
    return data


def test_press_without_a_button_is_an_update() -> None:
    press = read_press(query(prompt="A car."))

    assert (press.step, press.subject, press.numbers, press.submission) == ("update", "", [], None)


@pytest.mark.parametrize(
    ("act", "step", "numbers"),
    [
        ("add:12", "add", [12]),
        ("move:3:0", "move", [3, 0]),
        ("remove", "remove", []),
        ("remove:-1", "remove", []),
        ("up:x:2", "up", [2]),
        ("up:²", "up", []),
        (f"up:{'9' * 19}", "up", []),
        (":", "", []),
    ],
)
def test_button_says_what_to_do_with_what(act: str, step: str, numbers: list[int]) -> None:
    press = read_press(query(act=act))

    assert (press.step, press.numbers) == (step, numbers)


def test_box_that_is_not_ticked_counts_only_where_the_whole_form_was_sent() -> None:
    whole, only_button = read_press(query(prompt="")), read_press(query(act="add:1"))

    assert (whole.values, only_button.values) == ({"prompt": "", "sound": ""}, {})


def test_fields_that_are_not_the_composers_are_left_out() -> None:
    assert read_press(query(state="ready", price="0", seed="3")).values == {"seed": "3"}


def test_text_has_plain_line_ends_and_no_invisible_nulls() -> None:
    assert read_press(query(prompt="a\r\nb\x00c")).values["prompt"] == "a\nbc"


def test_nothing_is_longer_than_anybody_writes() -> None:
    press = read_press(
        query(prompt="x" * 99_999, seed="9" * 99_999, save_title="t" * 999, **{"variable:a": "v" * 9999})
    )

    lengths = (len(press.values["prompt"]), len(press.values["seed"]), len(press.title), len(press.variables["a"]))
    assert lengths == (LONGEST, 200, 160, LONGEST_VARIABLE)


def test_submission_is_read_or_none() -> None:
    known = "12345678-1234-5678-1234-567812345678"

    assert read_press(query(submission=known)).submission == UUID(known)
    assert read_press(query(submission="nonsense")).submission is None


def test_reason_for_going_over_tells_empty_from_not_asked_for() -> None:
    typed = [read_press(query(**fields)).override_reason for fields in ({}, {"override_reason": ""})]

    assert typed == [None, ""]
    assert read_press(query(override_reason="The client\x00 wants it")).override_reason == "The client wants it"
