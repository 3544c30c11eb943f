"""A skyline at night with lit windows, its reflection on wet ground, and bokeh."""

from __future__ import annotations

import random

from PIL import Image, ImageChops, ImageDraw

from studio.sandbox.film.colours import Palette, Rgb, mix
from studio.sandbox.film.scene import Layer, Scene, leak, specks
from studio.sandbox.film.textures import Size, blurred, clouds, glow, gradient, ramp


def skyline(chance: random.Random, palette: Palette, size: Size, count: int) -> Scene:
    width, height = size
    ground = round(height * chance.uniform(0.68, 0.76))
    stops = [(0.0, palette.top), (0.5, mix(palette.top, palette.low, 0.6)), (0.72, palette.low), (1.0, palette.near)]
    backdrop = gradient(size, stops)
    glow(backdrop, (width * chance.uniform(0.25, 0.75), ground), max(size) * 0.6, palette.glow, 2.2, 0.6)
    scene = Scene(size, backdrop)
    veil = clouds(chance, (width + round(0.5 * count) + 2, ground), 0.45, (0.35, 0.7))
    scene.layers.append(Layer(mix(palette.low, palette.glow, 0.3), veil, 0.5))
    for number, speed in enumerate((0.5, 1, 2)):
        scene.layers += _street(chance, palette, size, ground, number / 2, width + round(speed * count) + 2, speed)
    scene.lights.append(leak(chance, size, palette.accent, 0.3))
    for colour in (palette.accent, palette.glow):
        scene.specks += specks(
            chance, size, colour, count=6, radius=(6, 30), fall=(-0.25, 0.15), strength=0.22, soft=False
        )
    return scene


def _street(
    chance: random.Random, palette: Palette, size: Size, ground: int, near: float, wide: int, speed: float
) -> list[Layer]:
    """One row of buildings and, below, the same upside down and smeared."""
    body = mix(mix(palette.far, palette.low, 0.35 * (1 - near)), palette.near, near)
    picture, mask = _row(chance, palette, (wide, ground), size, near, body)
    drop = min(size[1] - ground, ground)
    mirrored = mask.transpose(Image.Transpose.FLIP_TOP_BOTTOM).crop((0, 0, wide, drop))
    water = blurred(picture.transpose(Image.Transpose.FLIP_TOP_BOTTOM).crop((0, 0, wide, drop)), 5)
    fading = ImageChops.multiply(mirrored, ramp((wide, drop), 1.0, 0.35))
    return [Layer(picture, mask, speed), Layer(water, blurred(fading, 3), speed, ground)]


def _row(
    chance: random.Random, palette: Palette, row: Size, size: Size, near: float, body: Rgb
) -> tuple[Image.Image, Image.Image]:
    picture = gradient(row, [(0, body), (0.5, body), (1, mix(body, palette.glow, 0.32 * (1 - near)))])
    mask = Image.new("L", row)
    pen, outline = ImageDraw.Draw(picture), ImageDraw.Draw(mask)
    x = -chance.randint(0, 40)
    while x < row[0]:
        wide = round(min(size) * chance.uniform(0.06, 0.15) * (0.8 + near * 0.7))
        tall = round(size[1] * chance.triangular(0.12, 0.62 - 0.22 * near, 0.3 - 0.06 * near))
        box = (x, row[1] - tall, x + wide, row[1])
        outline.rectangle(box, fill=255)
        _crown(chance, outline, box)
        _windows(chance, pen, palette, box, near)
        x += wide + chance.choice((0, 1, 2, round(wide * 0.4 * (1 - near))))
    return picture, mask


def _crown(chance: random.Random, outline: ImageDraw.ImageDraw, box: tuple[int, int, int, int]) -> None:
    left, top, right, _ = box
    middle, wide = (left + right) // 2, right - left
    match chance.randint(0, 4):
        case 0:
            outline.line((middle, top, middle, top - wide // 2), fill=255, width=1)
        case 1:
            outline.rectangle((left + wide // 4, top - wide // 5, right - wide // 4, top), fill=255)
        case 2:
            outline.polygon([(left, top), (right, top), (right, top - wide // 3)], fill=255)


def _windows(
    chance: random.Random, pen: ImageDraw.ImageDraw, palette: Palette, box: tuple[int, int, int, int], near: float
) -> None:
    """Rows of small lights, some dark, and now and then an edge in neon."""
    left, top, right, bottom = box
    step = 5 + round(near * 3)
    lit = chance.uniform(0.12, 0.5)
    warm = mix(palette.glow, (255, 226, 170), 0.45)
    for y in range(top + 5, bottom - 3, step):
        for x in range(left + 4, right - 4, step):
            if chance.random() < lit:
                colour = palette.accent if chance.random() < 0.14 else warm
                pen.rectangle(
                    (x, y, x + step // 3, y + step // 3), fill=mix(palette.near, colour, chance.uniform(0.4, 1))
                )
    if chance.random() < 0.28:
        x = chance.choice((left + 1, right - 2))
        pen.line((x, top + 2, x, bottom), fill=chance.choice((palette.accent, palette.glow)), width=2)
