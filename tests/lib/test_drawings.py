"""Drawings: what a page may send, and what is refused with words for whoever drew it."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from studio.lib.drawings import COLORS, checked, read

BOX = {"kind": "box", "x": 0.1, "y": 0.2, "w": 0.3, "h": 0.4}
STROKE = {"kind": "stroke", "points": [[0, 1], [0.5, 0.25]]}
UNREADABLE = "The drawing could not be read, so the comment was not saved. Take the drawing away or draw it anew."


def test_nothing_drawn_is_no_drawing() -> None:
    assert [read(""), read("  "), read("[]")] == [[], [], []]


def test_boxes_and_strokes_are_kept_as_they_were_drawn() -> None:
    assert read(json.dumps([BOX, STROKE])) == [BOX, {"kind": "stroke", "points": [[0.0, 1.0], [0.5, 0.25]]}]


@pytest.mark.parametrize("color", COLORS)
def test_a_shape_has_one_of_the_colours(color: str) -> None:
    assert checked([BOX | {"color": color}]) == [BOX | {"color": color}]


def test_shares_are_kept_to_a_tenth_of_a_pixel() -> None:
    assert checked([BOX | {"x": 0.123456789}]) == [BOX | {"x": 0.1235}]


def test_fifty_shapes_of_five_hundred_points_are_the_most() -> None:
    stroke = {"kind": "stroke", "points": [[0.5, 0.5]] * 500}

    assert checked([stroke] * 50) == [stroke] * 50


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", UNREADABLE),
        ("[" * 100_000, UNREADABLE),
        ("{}", UNREADABLE),
        ('"box"', UNREADABLE),
        ("[1]", UNREADABLE),
        ("[" + "9" * 5000 + "]", UNREADABLE),
        ("[[]]", UNREADABLE),
    ],
)
def test_what_is_no_list_of_shapes_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=f"^{said}$"):
        read(text)


@pytest.mark.parametrize(
    "shape",
    [
        {},
        {"kind": "circle"},
        {"kind": ["box"]},
        BOX | {"x": "0.1"},
        BOX | {"x": True},
        BOX | {"x": -0.01},
        BOX | {"w": 1.01},
        BOX | {"h": math.nan},
        BOX | {"h": math.inf},
        BOX | {"x": 10**400},
        BOX | {"angle": 0.5},
        BOX | {"color": "#ff0000"},
        BOX | {"color": ["red"]},
        {"kind": "stroke"},
        {"kind": "stroke", "points": []},
        {"kind": "stroke", "points": "0,0"},
        {"kind": "stroke", "points": [[0.1]]},
        {"kind": "stroke", "points": [[0.1, 0.2, 0.3]]},
        {"kind": "stroke", "points": [[0.1, None]]},
    ],
    ids=str,
)
def test_a_shape_of_another_kind_is_refused(shape: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"^{UNREADABLE}$"):
        checked([shape])


@pytest.mark.parametrize("change", [{"w": 0}, {"h": 0}, {"x": 0.9}, {"y": 0.9}])
def test_a_box_lies_in_the_picture(change: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"^A box of the drawing lies outside the picture or has no size\."):
        checked([BOX | change])


def test_too_many_shapes_or_points_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^A drawing has at most 50 shapes; this one has 51\."):
        checked([BOX] * 51)
    with pytest.raises(ValueError, match=r"^A stroke has at most 500 points\."):
        checked([{"kind": "stroke", "points": [[0.5, 0.5]] * 501}])
