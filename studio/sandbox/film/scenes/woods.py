"""Trunks in mist with beams of light and fireflies."""

from __future__ import annotations

import random

from PIL import Image, ImageDraw, ImageFilter

from studio.sandbox.film.colours import Palette, mix
from studio.sandbox.film.scene import Layer, Light, Scene, specks
from studio.sandbox.film.textures import Size, below, clouds, glow, gradient, noise, ridge_line


def woods(chance: random.Random, palette: Palette, size: Size, count: int) -> Scene:
    width, height = size
    haze = mix(palette.low, palette.glow, 0.35)
    stops = [(0.0, mix(palette.top, haze, 0.35)), (0.55, haze), (1.0, mix(palette.far, haze, 0.4))]
    backdrop = gradient(size, stops)
    light = (width * chance.uniform(0.25, 0.75), height * chance.uniform(0.05, 0.4))
    glow(backdrop, light, max(size) * 0.55, palette.glow, 1.8, 0.75)
    scene = Scene(size, backdrop)
    for number, speed in enumerate((0.5, 1, 1.5, 3)):
        near = number / 3
        wide = width + round(speed * count) + 2
        colour = mix(mix(haze, palette.far, 0.3 + near * 0.5), palette.near, near**1.2)
        fill = gradient((width, height), [(0, colour), (0.6, colour), (1, mix(colour, haze, 0.5 * (1 - near)))])
        scene.layers.append(Layer(fill, _trees(chance, (wide, height), min(size), near), speed))
        if number < 3:
            scene.layers.append(_fog(chance, size, count, haze, near))
    scene.lights.append(_beams(chance, palette, size, light))
    scene.specks = specks(chance, size, palette.glow, count=26, radius=(1.2, 4.5), fall=(-0.5, -0.05), strength=0.85)
    return scene


def _trees(chance: random.Random, size: Size, unit: int, near: float) -> Image.Image:
    """Trunks that widen to the root, some with boughs, a ground of undergrowth, leaves above."""
    wide, high = size
    floor = high * (0.74 + 0.17 * near)
    mask = below(size, ridge_line(chance, floor, high * 0.05, unit * 0.8, 1.0))
    pen = ImageDraw.Draw(mask)
    gap = unit * (0.1 + 0.24 * near)
    x = -gap * chance.random()
    while x < wide + gap:
        half = unit * (0.006 + 0.03 * near**1.4) * chance.uniform(0.6, 1.3)
        lean = chance.uniform(-0.03, 0.03) * high
        foot = floor + unit * 0.04
        crown, root, tip = x + lean, half * 1.7, half * 0.7
        pen.polygon([(x - root, foot), (x + root, foot), (crown + tip, 0), (crown - tip, 0)], 255)
        _boughs(chance, pen, x, lean, half, foot)
        x += gap * chance.uniform(0.45, 1.6)
    _leaves(chance, mask, unit, near)
    return mask.filter(ImageFilter.GaussianBlur(0.7 + 1.6 * (near == 1)))


def _boughs(chance: random.Random, pen: ImageDraw.ImageDraw, x: float, lean: float, half: float, foot: float) -> None:
    for _ in range(chance.randint(1, 4)):
        share = chance.uniform(0.25, 0.9)
        start = (x + lean * share, foot * (1 - share))
        reach = half * chance.uniform(3, 8) * chance.choice((-1, 1))
        elbow = (start[0] + reach * 0.5, start[1] - abs(reach) * 0.25)
        pen.line([start, elbow, (start[0] + reach, start[1] - abs(reach) * 0.75)], 255, max(1, round(half * 0.32)))


def _leaves(chance: random.Random, mask: Image.Image, unit: int, near: float) -> None:
    """A ragged canopy along the upper edge."""
    high = round(mask.height * (0.2 + 0.1 * near))
    cell = unit * (0.1 + 0.2 * near)
    clumps = noise(chance, (mask.width, high), (cell, cell * 0.8), 5)
    fade = Image.linear_gradient("L").transpose(Image.Transpose.FLIP_TOP_BOTTOM).resize(clumps.size)
    ragged = Image.blend(clumps, fade, 0.55).point([min(255, max(0, (value - 132) * 9)) for value in range(256)])
    mask.paste(255, (0, 0), ragged)


def _fog(chance: random.Random, size: Size, count: int, colour: tuple[int, int, int], near: float) -> Layer:
    speed = 0.6 + near
    high = round(size[1] * 0.5)
    mask = clouds(chance, (size[0] + round(speed * count) + 2, high), 0.7, (0.0, 0.7 - 0.3 * near))
    return Layer(colour, mask, -speed, size[1] - high)


def _beams(chance: random.Random, palette: Palette, size: Size, light: tuple[float, float]) -> Light:
    """Shafts fanning out from the light, soft at the edges."""
    reach = round(size[0] * 0.06)
    image = Image.new("L", (size[0] + reach, size[1]))
    pen = ImageDraw.Draw(image)
    far = max(size) * 1.4
    for _ in range(7):
        x = light[0] + chance.uniform(-1.2, 1.2) * size[0]
        spread = chance.uniform(0.02, 0.07) * size[0]
        pen.polygon([light, (x - spread, far), (x + spread, far)], fill=chance.randint(36, 90))
    soft = image.reduce(2).filter(ImageFilter.GaussianBlur(min(size) * 0.018)).resize(image.size)
    return Light(palette.glow, soft, chance.uniform(0, 6))
