"""The sea: horizon, a path of light on the water, an island or two."""

from __future__ import annotations

import random

from PIL import Image, ImageChops

from studio.sandbox.film.colours import Palette, mix
from studio.sandbox.film.scene import Drawable, Layer, Scene, Shimmer, leak, specks
from studio.sandbox.film.scenes.sky import drifting_clouds, sky
from studio.sandbox.film.textures import Size, below, gradient, noise, radial, ramp, ridge_line


def sea(chance: random.Random, palette: Palette, size: Size, count: int) -> Scene:
    width, height = size
    horizon = chance.uniform(0.46, 0.62)
    line = round(height * horizon)
    backdrop, sun = sky(chance, palette, size, horizon)
    water = gradient((width, height - line), _depths(palette))
    backdrop.paste(water, (0, line))
    scene = Scene(size, backdrop, [*drifting_clouds(chance, palette, size, count, horizon)])
    scene.layers += [_island(chance, palette, size, count, line) for _ in range(chance.randint(0, 2))]
    scene.layers += _waves(chance, palette, size, count, line)
    scene.layers.append(_path_of_light(chance, palette, size, count, line, sun[0]))
    scene.lights.append(leak(chance, size, palette.glow, 0.28))
    scene.specks = specks(chance, size, palette.glow, count=12, radius=(0.8, 2), fall=(-0.3, 0.2), strength=0.5)
    return scene


def _depths(palette: Palette) -> list[tuple[float, tuple[int, int, int]]]:
    return [
        (0.0, mix(palette.low, palette.far, 0.35)),
        (0.18, mix(palette.low, palette.far, 0.75)),
        (0.6, mix(palette.far, palette.near, 0.5)),
        (1.0, palette.near),
    ]


def _island(chance: random.Random, palette: Palette, size: Size, count: int, line: int) -> Layer:
    speed = 0.25
    wide = size[0] + round(speed * count) + 2
    tall = size[1] * chance.uniform(0.05, 0.12)
    middle, reach = wide * chance.uniform(0.05, 0.95), size[0] * chance.uniform(0.12, 0.3)
    rough = ridge_line(chance, 0, tall * 0.5, reach, 0.7)

    def outline(x: float) -> float:
        hump = max(0.0, 1 - ((x - middle) / reach) ** 2)
        return line + 1 - hump * tall + (rough(x) if hump else 0) * hump * 0.6

    top = max(0, round(line - tall * 1.5))
    mask = below((wide, line + 1), outline).crop((0, top, wide, line + 1))
    return Layer(mix(palette.far, palette.low, chance.uniform(0.25, 0.5)), mask, speed, top)


def _waves(chance: random.Random, palette: Palette, size: Size, count: int, line: int) -> list[Drawable]:
    """Dark and light ripples sliding against each other, larger towards the viewer."""
    layers: list[Drawable] = []
    high = size[1] - line
    wide = size[0] + count + 2
    for colour, strength in ((palette.near, 0.75), (mix(palette.low, palette.accent, 0.4), 0.7)):
        one, other = (_ripples(chance, (wide, high)) for _ in range(2))
        layers.append(Shimmer(colour, one, other, ramp((size[0], high), strength * 0.5, strength), line))
    return layers


def _ripples(chance: random.Random, size: Size) -> Image.Image:
    """Noise flattened towards the horizon, as waves are by distance."""
    far_rows, clumps = size[1] // 3, []
    for rows, cell in ((far_rows, 3.0), (size[1] - far_rows, 9.0)):
        clumps.append(noise(chance, (size[0], rows), (cell * 9, cell), 3))
    mask = Image.new("L", size)
    mask.paste(clumps[1], (0, far_rows))
    blend = ramp((size[0], far_rows), 1.0, 0.0)
    reached = clumps[1].crop((0, 0, size[0], far_rows))
    mask.paste(Image.composite(clumps[0], reached, blend), (0, 0))
    return mask.point([min(255, max(0, round((value - 96) * 2.1))) for value in range(256)])


def _path_of_light(chance: random.Random, palette: Palette, size: Size, count: int, line: int, x: float) -> Shimmer:
    width, high = size[0], size[1] - line
    reach = round(width * chance.uniform(0.3, 0.45))
    shape = Image.new("L", (width, high))
    beam = radial((reach * 2, high * 3), 1.5, 1.0).crop((0, high, reach * 2, high * 2))
    shape.paste(beam, (round(x - reach), 0))
    shape = ImageChops.multiply(shape, ramp((width, high), 1.0, 0.35))
    wide = width + count + 2
    one, other = (_ripples(chance, (wide, high)) for _ in range(2))
    brighter = [min(255, round(value * 1.5)) for value in range(256)]
    return Shimmer(mix(palette.glow, (255, 255, 255), 0.3), one.point(brighter), other.point(brighter), shape, line)
