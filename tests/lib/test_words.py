"""Words as searches compare them."""

from __future__ import annotations

import pytest

from studio.lib.words import asked_words, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A Red-car, 2.0 fast!", ["a", "red", "car", "2", "0", "fast"]),
        ("Café ÉTÉ straße", ["cafe", "ete", "strasse"]),
        ("红色汽车 stops", ["红", "色", "汽", "车", "stops"]),
        ("snake_case", ["snake", "case"]),
        ("\x00 *** “”", []),
    ],
)
def test_text_is_read_as_plain_words(text: str, words: list[str]) -> None:
    assert words_of(text, 20) == words


def test_endless_text_is_read_to_a_point_only() -> None:
    assert words_of("a " * 100_000, 5) == ["a"] * 5


def test_endless_word_is_cut() -> None:
    assert words_of("x" * 100_000, 5) == ["x" * 60]


def test_what_stands_together_is_asked_for_together() -> None:
    assert asked_words("red-car  NEAR(sea)", 12) == [["red", "car"], ["near", "sea"]]
