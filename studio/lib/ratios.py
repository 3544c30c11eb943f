"""Aspect ratios by their names."""

from __future__ import annotations

NAMED = ("21:9", "16:9", "4:3", "1:1", "3:4", "9:16")


def nearest(width: int, height: int) -> str:
    """The named ratio that a picture of this size is closest to, such as `16:9`; sizes in pixels, above 0."""
    shape = width / height
    return min(NAMED, key=lambda name: abs(_shape(name) / shape - 1))


def _shape(name: str) -> float:
    across, _, down = name.partition(":")
    return int(across) / int(down)
