"""Abstract: translucent ribbons folding over one another, with large bokeh."""

from __future__ import annotations

import random

from PIL import Image, ImageChops

from studio.sandbox.film.colours import Palette, mix
from studio.sandbox.film.scene import Layer, Scene, leak, specks
from studio.sandbox.film.textures import Size, below, blurred, glow, gradient, ridge_line


def silk(chance: random.Random, palette: Palette, size: Size, count: int) -> Scene:
    width, height = size
    ends = (palette.top, palette.near) if chance.random() < 0.6 else (palette.near, palette.far)
    backdrop = gradient(size, [(0.0, ends[0]), (0.6, mix(*ends, 0.55)), (1.0, ends[1])])
    glow(backdrop, (width * chance.random(), height * chance.random()), max(size) * 0.7, palette.low, 2.0, 0.7)
    scene = Scene(size, backdrop)
    colours = (palette.far, palette.low, palette.accent, palette.glow, palette.low, palette.near)
    for number, colour in enumerate(colours):
        speed = (0.5, -1, 1, -0.5, 1.5, -1.5)[number]
        base = height * (0.12 + 0.15 * number + chance.uniform(-0.05, 0.05))
        scene.layers.append(_ribbon(chance, size, count, base, speed, colour))
    scene.lights += [leak(chance, size, palette.glow, 0.34), leak(chance, size, palette.accent, 0.24)]
    scene.specks = specks(
        chance, size, palette.glow, count=10, radius=(4, 16), fall=(-0.3, 0.1), strength=0.16, soft=False
    )
    return scene


def _ribbon(
    chance: random.Random, size: Size, count: int, base: float, speed: float, colour: tuple[int, int, int]
) -> Layer:
    """Bright along its upper fold and fading out below it."""
    width, height = size
    wide = width + round(abs(speed) * count) + 2
    tall, length = height * chance.uniform(0.16, 0.34), width * chance.uniform(0.7, 1.3)
    line = ridge_line(chance, base, tall, length, -0.9)
    deep = round(height * chance.uniform(0.2, 0.42))
    fold = below((wide, height), line)
    shade = Image.new("L", fold.size)
    # Each copy of the outline a little lower takes some light away: a gradient that follows the fold.
    steps = 24
    for step in range(steps):
        offset = round(deep * (step / steps) ** 1.4)
        lowered = Image.new("L", fold.size)
        lowered.paste(fold, (0, offset))
        light = round(215 * (1 - step / (steps - 1)) ** 1.3)
        shade.paste(light, (0, 0), lowered)
    return Layer(colour, ImageChops.multiply(blurred(shade, 3), fold), speed)
