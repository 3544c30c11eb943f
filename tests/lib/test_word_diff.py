"""What changed between two texts."""

from __future__ import annotations

import pytest

from studio.lib.word_diff import Piece, compare


def test_compare_marks_words_and_keeps_the_rest() -> None:
    assert compare("A red car stops.", "A blue car stops.") == [
        Piece("same", "A "),
        Piece("removed", "red"),
        Piece("added", "blue"),
        Piece("same", " car stops."),
    ]


def test_compare_joins_changed_words_that_only_a_space_parts() -> None:
    assert compare("the red fast car", "the blue slow car") == [
        Piece("same", "the "),
        Piece("removed", "red fast"),
        Piece("added", "blue slow"),
        Piece("same", " car"),
    ]


def test_compare_changes_mentions_and_variables_as_a_whole() -> None:
    assert compare("@Image1 in {place}.", "@Image2 in {city}.") == [
        Piece("removed", "@Image1"),
        Piece("added", "@Image2"),
        Piece("same", " in "),
        Piece("removed", "{place}"),
        Piece("added", "{city}"),
        Piece("same", "."),
    ]


def test_compare_takes_each_chinese_character_as_a_word() -> None:
    assert compare("红色的车", "蓝色的车") == [
        Piece("removed", "红"),
        Piece("added", "蓝"),
        Piece("same", "色的车"),
    ]


@pytest.mark.parametrize(("old", "new"), [("", ""), ("", "new"), ("old", ""), ("same\n", "same\n")])
def test_compare_handles_the_empty_and_the_equal(old: str, new: str) -> None:
    pieces = compare(old, new)

    assert "".join(piece.text for piece in pieces if piece.change != "added") == old
    assert "".join(piece.text for piece in pieces if piece.change != "removed") == new


def test_compare_loses_nothing_of_either_text() -> None:
    old = "Wide shot.\n\n{hero} walks  slowly, @Image1 — rain; 夜景, café\t1.5x."
    new = "Close shot,\n{hero} runs slowly! @Image2 — 夜晚, café 2x.\n"

    pieces = compare(old, new)

    assert "".join(piece.text for piece in pieces if piece.change != "added") == old
    assert "".join(piece.text for piece in pieces if piece.change != "removed") == new
