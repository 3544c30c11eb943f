"""Small painted parts that scenes are made of: gradients, glows, clouds, ridges, grain."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from studio.sandbox.film.colours import Rgb, mix

Size = tuple[int, int]
Line = Callable[[float], float]


def gradient(size: Size, stops: list[tuple[float, Rgb]]) -> Image.Image:
    """From top to bottom through the stops (position 0–1, colour)."""
    column = Image.new("RGB", (1, size[1]))
    for y in range(size[1]):
        column.putpixel((0, y), _between(stops, y / max(size[1] - 1, 1)))
    return column.resize(size)


def _between(stops: list[tuple[float, Rgb]], position: float) -> Rgb:
    for (low, first), (high, second) in zip(stops, stops[1:], strict=False):
        if position <= high:
            return mix(first, second, max(0.0, (position - low) / max(high - low, 1e-6)))
    return stops[-1][1]


def ramp(size: Size, start: float, end: float) -> Image.Image:
    """A mask going from `start` (0–1) at the top to `end` at the bottom."""
    low, high = round(start * 255), round(end * 255)
    return gradient(size, [(0, (low, low, low)), (1, (high, high, high))]).getchannel(0)


def radial(size: Size, power: float = 2.0, strength: float = 1.0) -> Image.Image:
    """A mask that is brightest in the middle and black at the edge."""
    table = [round(255 * strength * max(0.0, 1 - value / 180) ** power) for value in range(256)]
    return Image.radial_gradient("L").point(table).resize(size, Image.Resampling.BICUBIC)


def glow(
    canvas: Image.Image, centre: tuple[float, float], radius: float, colour: Rgb, power: float, strength: float
) -> None:
    """Light added to a painted canvas."""
    side = max(2, round(radius * 2))
    mask = radial((side, side), power, strength)
    light = Image.new("RGB", canvas.size)
    light.paste(colour, (round(centre[0] - radius), round(centre[1] - radius)), mask)
    canvas.paste(ImageChops.screen(canvas, light))


def noise(chance: random.Random, size: Size, cell: tuple[float, float], octaves: int = 4) -> Image.Image:
    """Soft fractal noise over the full range; `cell` is the size of its largest clumps in pixels."""
    total = Image.new("L", size, 128)
    for octave in range(octaves):
        across = max(2, math.ceil(size[0] / cell[0] * 2**octave) + 1)
        down = max(2, math.ceil(size[1] / cell[1] * 2**octave) + 1)
        grid = Image.frombytes("L", (across, down), chance.randbytes(across * down))
        total = Image.blend(total, grid.resize(size, Image.Resampling.BICUBIC), 1.0 if octave == 0 else 0.5**octave)
    return ImageOps.autocontrast(total)


def clouds(chance: random.Random, size: Size, cover: float, fade: tuple[float, float] = (1.0, 0.0)) -> Image.Image:
    """A mask of drifting cloud; `cover` 0–1 says how much of the sky it takes, `fade` how it thins out downwards."""
    clumps = noise(chance, size, (size[1] * 0.9, size[1] * 0.28), 5)
    level = 255 * (1 - cover)
    table = [round(255 * min(1.0, max(0.0, (value - level) / 110)) ** 1.3) for value in range(256)]
    return ImageChops.multiply(clumps.point(table), ramp(size, *fade))


def ridge_line(chance: random.Random, base: float, height: float, length: float, roughness: float) -> Line:
    """A skyline as a function of x: a few long waves and, the rougher, more short ones."""
    waves = []
    for octave in range(7 if roughness > 0.5 else 3):
        share = (0.5 + 0.13 * roughness) ** octave
        waves.append(
            (height * share, 2 * math.pi / length * 2**octave * chance.uniform(0.8, 1.2), chance.uniform(0, 7))
        )

    def line(x: float) -> float:
        total = 0.0
        for amplitude, frequency, phase in waves:
            wave = math.sin(frequency * x + phase)
            total += amplitude * ((1 - 2 * abs(wave)) if roughness > 0.5 else wave) * 0.5
        return base - total

    return line


def below(size: Size, line: Line) -> Image.Image:
    """A mask of everything under a line, drawn twice as large for a smooth edge."""
    wide, high = size[0] * 2, size[1] * 2
    mask = Image.new("L", (wide, high))
    points = [(x, line(x / 2) * 2) for x in range(0, wide + 8, 4)]
    ImageDraw.Draw(mask).polygon([*points, (wide + 8, high), (-8, high), (-8, points[0][1])], fill=255)
    return mask.reduce(2)


def blurred(image: Image.Image, radius: float) -> Image.Image:
    """A wide blur at a quarter of the work."""
    small = image.reduce(4) if min(image.size) > 64 else image
    factor = image.size[0] / small.size[0]
    soft = small.filter(ImageFilter.GaussianBlur(radius / factor))
    return soft.resize(image.size, Image.Resampling.BICUBIC)


def finishes(chance: random.Random, size: Size, count: int = 4) -> list[Image.Image]:
    """Vignette and grain as masks of darkness; a few of them, taken in turn, make the grain live."""
    corners = Image.radial_gradient("L").resize(size, Image.Resampling.BICUBIC)
    shade = corners.point([round(95 * (value / 255) ** 2.6) for value in range(256)])
    made = []
    for _ in range(count):
        grid = Image.frombytes("L", size, chance.randbytes(size[0] * size[1])).filter(ImageFilter.BoxBlur(0.6))
        grain = grid.point([round(abs(value - 128) * 0.14) for value in range(256)])
        made.append(ImageChops.add(shade, grain))
    return made
