"""Palettes, scenes and captions follow the prompt."""

from __future__ import annotations

import random

import pytest

from studio.sandbox.film.caption import title_of
from studio.sandbox.film.colours import MOODS, palette_for
from studio.sandbox.film.scenes import PAINTERS, scene_for
from tests.sandbox.caller import difference

SIZE = (320, 180)


@pytest.mark.parametrize(
    ("prompt", "mood"),
    [("A pier at sunset over the ocean", "sunset"), ("The ocean, calm", "ocean"), ("A red fox in snow", "snow")],
)
def test_palette_follows_the_words(prompt: str, mood: str) -> None:
    palette = palette_for(prompt, random.Random(1))

    near = [sum(abs(a - b) for a, b in zip(palette.low, other.low, strict=True)) for other in MOODS.values()]
    assert list(MOODS)[near.index(min(near))] == mood


def test_every_scene_paints_and_moves() -> None:
    for _, words in PAINTERS.values():
        scene, _ = scene_for(words.split()[0], 3, SIZE, 48)

        first, last = scene.frame(0), scene.frame(47)

        assert first.size == SIZE
        assert difference(first, last) > 0.5


def test_no_two_prompts_share_a_picture() -> None:
    frames = [scene_for(f"Boat number {number} on the sea", 3, SIZE, 24)[0].frame(0) for number in range(4)]

    assert all(difference(frames[0], other) > 3 for other in frames[1:])


@pytest.mark.parametrize(
    ("prompt", "title"),
    [
        ("A clean product reveal on a white studio background, gentle push-in", "A clean product reveal on a white"),
        ("Sunset, over the sea.", "Sunset, over the sea"),
        ("一只猫 slow pan", "slow pan"),
        ("一只猫", ""),
    ],
)
def test_title_is_the_beginning_that_can_be_drawn(prompt: str, title: str) -> None:
    assert title_of(prompt) == title
