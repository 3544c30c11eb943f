"""The sky that landscapes share: gradient, sun or moon, drifting cloud."""

from __future__ import annotations

import random

from PIL import Image, ImageDraw

from studio.sandbox.film.colours import Palette, mix
from studio.sandbox.film.scene import Layer
from studio.sandbox.film.textures import Size, clouds, glow, gradient

Point = tuple[float, float]


def sky(chance: random.Random, palette: Palette, size: Size, horizon: float) -> tuple[Image.Image, Point]:
    """The backdrop down to the horizon (0–1), and where the light stands."""
    width, height = size
    middle = mix(palette.top, palette.low, chance.uniform(0.4, 0.6))
    stops = [
        (0.0, palette.top),
        (horizon * 0.55, middle),
        (horizon, palette.low),
        (1.0, mix(palette.low, palette.far, 0.5)),
    ]
    canvas = gradient(size, stops)
    sun = (width * chance.uniform(0.2, 0.8), height * horizon * chance.uniform(0.5, 0.86))
    reach = max(size)
    glow(canvas, sun, reach * 0.62, mix(palette.low, palette.glow, 0.5), 2.6, 0.6)
    glow(canvas, sun, reach * 0.2, palette.glow, 2.0, 0.7)
    _disc(canvas, sun, min(size) * chance.uniform(0.045, 0.085), palette)
    return canvas, sun


def _disc(canvas: Image.Image, centre: Point, radius: float, palette: Palette) -> None:
    side = round(radius * 2 + 4)
    mask = Image.new("L", (side * 4, side * 4))
    ImageDraw.Draw(mask).ellipse((6, 6, side * 4 - 6, side * 4 - 6), fill=235)
    place = (round(centre[0] - side / 2), round(centre[1] - side / 2))
    canvas.paste(mix(palette.glow, (255, 255, 255), 0.45), place, mask.reduce(4))


def drifting_clouds(chance: random.Random, palette: Palette, size: Size, count: int, horizon: float) -> list[Layer]:
    """Two veils of cloud at different speeds, lit from where the glow is."""
    layers = []
    for share, speed, cover in ((0.35, 0.4, 0.5), (0.75, 0.9, 0.42)):
        high = round(size[1] * horizon)
        wide = size[0] + round(speed * count) + 2
        mask = clouds(chance, (wide, high), cover * chance.uniform(0.75, 1.15), (0.85, 0.3))
        colour = mix(mix(palette.top, palette.low, 0.7), palette.glow, share)
        layers.append(Layer(colour, mask, speed))
    return layers
