"""Mountains in haze, and dunes."""

from __future__ import annotations

import math
import random

from PIL import Image, ImageChops

from studio.sandbox.film.colours import Palette, mix
from studio.sandbox.film.scene import Layer, Scene, leak, specks
from studio.sandbox.film.scenes.sky import drifting_clouds, sky
from studio.sandbox.film.textures import Size, below, clouds, gradient, noise, ridge_line


def ridges(chance: random.Random, palette: Palette, size: Size, count: int) -> Scene:
    """Five ranges, each nearer, darker and faster than the one before, with mist between them."""
    width, height = size
    horizon = chance.uniform(0.5, 0.62)
    backdrop, _ = sky(chance, palette, size, horizon)
    scene = Scene(size, backdrop, [*drifting_clouds(chance, palette, size, count, horizon)])
    haze = mix(palette.low, palette.glow, 0.25)
    for number, speed in enumerate((0.25, 0.5, 1, 1.5, 2)):
        near = number / 4
        base = height * (horizon + 0.02 + (0.9 - horizon) * near**1.25)
        tall = height * (0.2 - 0.09 * near) * chance.uniform(0.8, 1.25)
        wide = width + round(speed * count) + 2
        line = ridge_line(chance, base, tall, width * chance.uniform(0.7, 1.2), chance.uniform(0.55, 1.0))
        top = max(0, int(base - tall * 1.9))
        mask = below((wide, height), line).crop((0, top, wide, height))
        body = mix(mix(haze, palette.far, 0.25 + near), palette.near, near)
        fill = gradient((width, height - top), [(0, body), (1, mix(body, haze, 0.62 * (1 - near)))])
        scene.layers.append(Layer(fill, mask, speed, top))
        if number in (1, 2):
            scene.layers.append(_mist(chance, size, count, base, haze))
    scene.lights.append(leak(chance, size, palette.glow))
    scene.specks = specks(chance, size, palette.glow, count=18, radius=(0.8, 2.6), fall=(-0.2, 0.5), strength=0.6)
    return scene


def _mist(chance: random.Random, size: Size, count: int, y: float, colour: tuple[int, int, int]) -> Layer:
    high, speed = round(size[1] * 0.22), 0.8
    wide = size[0] + round(speed * count) + 2
    mask = clouds(chance, (wide, high), 0.75, (0.0, 0.75))
    top = min(round(y), size[1] - high)
    return Layer(colour, mask, -speed, top)


def dunes(chance: random.Random, palette: Palette, size: Size, count: int) -> Scene:
    """Long soft crests, bright where they face the light, with blowing sand."""
    width, height = size
    horizon = chance.uniform(0.42, 0.56)
    backdrop, _ = sky(chance, palette, size, horizon)
    scene = Scene(size, backdrop, [*drifting_clouds(chance, palette, size, count, horizon)[:1]])
    for number, speed in enumerate((0.25, 0.5, 1, 2)):
        near = number / 3
        base = height * (horizon + 0.04 + (0.84 - horizon) * near**1.1)
        tall = height * chance.uniform(0.1, 0.17)
        wide = width + round(speed * count) + 2
        line = ridge_line(chance, base, tall, width * chance.uniform(0.8, 1.5), 0.0)
        top = max(0, int(base - tall * 1.4))
        mask = below((wide, height), line).crop((0, top, wide, height))
        scene.layers.append(Layer(_sand(chance, palette, (wide, height - top), near), mask, speed, top))
    scene.lights.append(leak(chance, size, palette.glow))
    scene.specks = specks(chance, size, palette.low, count=30, radius=(0.7, 1.8), fall=(-0.3, 0.4), strength=0.6)
    return scene


def _sand(chance: random.Random, palette: Palette, size: Size, near: float) -> Image.Image:
    """A crest in light running down into shade, rippled by the wind."""
    lit = mix(mix(palette.low, palette.accent, 0.5), palette.far, 0.2 + 0.45 * near)
    shade = mix(palette.far, palette.near, 0.2 + 0.75 * near)
    bands = noise(chance, size, (size[1] * 2.4, size[1] * 0.16), 3)
    drop = gradient(size, [(0, (255,) * 3), (0.12, (205,) * 3), (0.6, (60,) * 3), (1, (0,) * 3)]).getchannel(0)  # type: ignore[list-item]
    table = [min(255, 120 + round(value * 0.6 + 14 * math.sin(value / 3))) for value in range(256)]
    light = ImageChops.multiply(drop, bands.point(table))
    return Image.composite(Image.new("RGB", size, lit), Image.new("RGB", size, shade), light)
