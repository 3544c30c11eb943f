"""Drawings on a frame: boxes and strokes in shares of the picture, so that they sit right at every size of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from studio.lib.english import english

COLORS = ("yellow", "red", "green", "blue", "white")
MOST_SHAPES = 50
MOST_POINTS = 500
# A share to four places is a tenth of a pixel on a very large screen.
_PLACES = 4
# What rounding may have added past the edge.
_SLACK = 0.001

Shape = dict[str, Any]


def read(text: str) -> list[Shape]:
    """The shapes in the JSON that a page sends, empty text for none; raises ValueError, in words for a person."""
    if not text.strip():
        return []
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError(_UNREADABLE) from None
    if not isinstance(found, list):
        raise ValueError(_UNREADABLE)
    return checked(found)


def checked(shapes: Sequence[object]) -> list[Shape]:
    """`shapes` with nothing in them but what a drawing has; raises ValueError, in words for a person."""
    if len(shapes) > MOST_SHAPES:
        raise ValueError(
            english(
                "A drawing has at most %(most)s shapes; this one has %(number)s. Take some away.",
                most=MOST_SHAPES,
                number=len(shapes),
            )
        )
    return [_shape(shape) for shape in shapes]


def _shape(shape: object) -> Shape:
    if not isinstance(shape, Mapping):
        raise ValueError(_UNREADABLE)
    kept: dict[str, Any]
    kind, rest = shape.get("kind"), {key: value for key, value in shape.items() if key not in {"kind", "color"}}
    if kind == "box" and rest.keys() == {"x", "y", "w", "h"}:
        kept = _box({key: _share(value) for key, value in rest.items()})
    elif kind == "stroke" and rest.keys() == {"points"}:
        kept = {"points": _points(rest["points"])}
    else:
        raise ValueError(_UNREADABLE)
    return {"kind": kind, **kept, **_color(shape)}


def _color(shape: Mapping[str, object]) -> dict[str, str]:
    if "color" not in shape:
        return {}
    if shape["color"] not in COLORS:
        raise ValueError(_UNREADABLE)
    return {"color": str(shape["color"])}


def _box(box: dict[str, float]) -> dict[str, float]:
    if not box["w"] or not box["h"] or box["x"] + box["w"] > 1 + _SLACK or box["y"] + box["h"] > 1 + _SLACK:
        raise ValueError(english("A box of the drawing lies outside the picture or has no size. Draw it anew."))
    return box


def _points(points: object) -> list[list[float]]:
    if not isinstance(points, list) or not points:
        raise ValueError(_UNREADABLE)
    if len(points) > MOST_POINTS:
        raise ValueError(english("A stroke has at most %(most)s points. Draw it in several strokes.", most=MOST_POINTS))
    return [_point(point) for point in points]


def _point(point: object) -> list[float]:
    if not isinstance(point, list) or len(point) != 2:
        raise ValueError(_UNREADABLE)
    return [_share(part) for part in point]


def _share(value: object) -> float:
    # A truth is a number to Python, and what is not a number at all compares false with everything.
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(_UNREADABLE)
    return round(float(value), _PLACES)


_UNREADABLE = english(
    "The drawing could not be read, so the comment was not saved. Take the drawing away or draw it anew."
)
