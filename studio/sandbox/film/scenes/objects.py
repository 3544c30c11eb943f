"""The glossy things that stand on a product stage: their outlines and how light falls on them."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from studio.sandbox.film.colours import Palette, Rgb, mix
from studio.sandbox.film.textures import glow, ramp

Box = tuple[int, int, int, int]
Shaped = tuple[Image.Image, Box]
Shape = Callable[[random.Random, float, float, float], Shaped]


def flask(chance: random.Random, unit: float, middle: float, floor: float) -> Shaped:
    """A square-shouldered bottle with a cap."""
    half, high = unit * chance.uniform(0.13, 0.18), unit * chance.uniform(0.3, 0.4)
    mask, box = _blank(middle - half, floor - high, middle + half, floor + unit * 0.03)
    pen, (wide, tall) = ImageDraw.Draw(mask), mask.size
    neck = tall * 0.3
    pen.rounded_rectangle((0, neck, wide - 1, tall - 1), wide * 0.16, 255)
    pen.rectangle((wide * 0.38, neck * 0.6, wide * 0.62, neck + 8), 225)
    pen.rounded_rectangle((wide * 0.27, 0, wide * 0.73, neck * 0.78), wide * 0.05, 255)
    return mask, box


def tall_bottle(chance: random.Random, unit: float, middle: float, floor: float) -> Shaped:
    half, high = unit * chance.uniform(0.07, 0.1), unit * chance.uniform(0.42, 0.5)
    mask, box = _blank(middle - half, floor - high, middle + half, floor + unit * 0.03)
    pen, (wide, tall) = ImageDraw.Draw(mask), mask.size
    pen.rounded_rectangle((0, tall * 0.34, wide - 1, tall - 1), wide * 0.3, 255)
    left = [(0.36, 0.0), (0.32, 0.2), (0.02, 0.42)]
    right = [(1 - x, y) for x, y in reversed(left)]
    pen.polygon([(x * wide, y * tall) for x, y in left + right], 255)
    return mask, box


def sphere(chance: random.Random, unit: float, middle: float, floor: float) -> Shaped:
    half = unit * chance.uniform(0.15, 0.2)
    mask, box = _blank(middle - half, floor - half * 2 + unit * 0.05, middle + half, floor + unit * 0.05)
    ImageDraw.Draw(mask).ellipse((0, 0, mask.width - 1, mask.height - 1), 255)
    return mask, box


def _blank(left: float, top: float, right: float, bottom: float) -> tuple[Image.Image, Box]:
    box = (round(left), round(top), round(right), round(bottom))
    return Image.new("L", (box[2] - box[0], box[3] - box[1])), box


def stand(canvas: Image.Image, palette: Palette, shaped: Shaped, *, is_round: bool, chance: random.Random) -> None:
    """Put the object on the stage with its shadow."""
    mask, box = shaped
    wide = mask.width
    shadow = Image.new("L", canvas.size)
    cast = (box[0] - wide * 0.1, box[3] - wide * 0.16, box[2] + wide * 0.7, box[3] + wide * 0.1)
    ImageDraw.Draw(shadow).ellipse(cast, 170)
    canvas.paste(palette.near, (0, 0), shadow.filter(ImageFilter.GaussianBlur(wide * 0.07)))
    colour: Rgb = chance.choice(
        (palette.accent, mix(palette.far, palette.accent, 0.5), mix(palette.near, palette.far, 0.3))
    )
    body = _ball(palette, mask.size, colour) if is_round else _cylinder(palette, mask.size, colour)
    canvas.paste(body, box[:2], mask)


def _ball(palette: Palette, size: tuple[int, int], colour: Rgb) -> Image.Image:
    wide, high = size
    body = Image.new("RGB", size, mix(palette.near, colour, 0.3))
    glow(body, (wide * 0.36, high * 0.32), wide * 0.85, colour, 1.1, 1.0)
    glow(body, (wide * 0.34, high * 0.28), wide * 0.3, (255, 255, 255), 1.6, 0.75)
    glow(body, (wide * 0.72, high * 0.95), wide * 0.45, palette.glow, 1.8, 0.4)
    return body


def _cylinder(palette: Palette, size: tuple[int, int], colour: Rgb) -> Image.Image:
    """Glass or metal: dark edges, a bright core to one side, a thin bright rim on the other."""
    wide, high = size
    body = Image.new("RGB", size)
    for x in range(wide):
        share = x / max(wide - 1, 1)
        core, rim = math.exp(-(((share - 0.3) / 0.2) ** 2)), math.exp(-(((share - 0.9) / 0.07) ** 2))
        light = 0.16 + 0.84 * core + 0.42 * rim
        shade = mix(mix(palette.near, colour, 0.4), colour, min(1.0, light))
        body.paste(mix(shade, (255, 255, 255), max(0.0, min(0.55, light - 0.6))), (x, 0, x + 1, high))
    return ImageChops.multiply(body, Image.merge("RGB", [ramp(size, 1.0, 0.62)] * 3))
