"""Finding and filling `{variables}`."""

from __future__ import annotations

import pytest

from studio.lib import variables


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A plain sentence.", []),
        ("{hero} walks, {hero} stops in {place}.", ["hero", "place"]),
        ("{ hero } at {time of day}", ["hero", "time of day"]),
        ("{Hero} and {hero}", ["Hero", "hero"]),
        ("{主角} 走进 {地点}", ["主角", "地点"]),
        ("{{hero}}", []),
        ("{{{hero}}}", ["hero"]),
        ('{"shot": 1} {} {12} { and {open', []),
        ("{two\nlines}", []),
    ],
)
def test_names_finds_each_once_in_order(text: str, expected: list[str]) -> None:
    assert variables.names(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{hero} waves; {hero} sits.", "Ada waves; Ada sits."),
        ("{{hero}}", "{hero}"),
        ("{{{hero}}}", "{Ada}"),
        ('{"shot": 1}', '{"shot": 1}'),
        ("{ hero }", "Ada"),
    ],
)
def test_fill_replaces_variables_and_unescapes_braces(text: str, expected: str) -> None:
    assert variables.fill(text, {"hero": "Ada"}) == expected


def test_fill_leaves_a_value_that_looks_like_a_variable_alone() -> None:
    assert variables.fill("{a} {b}", {"a": "{b}", "b": r"\1 {{"}) == r"{b} \1 {{"


def test_fill_names_everything_missing_at_once() -> None:
    with pytest.raises(variables.MissingVariables) as caught:
        variables.fill("{hero} in {place} at {time}", {"place": "Oslo", "time": "  "})

    assert caught.value.names == ["hero", "time"]
    assert str(caught.value) == "Fill in {hero}, {time} first."
