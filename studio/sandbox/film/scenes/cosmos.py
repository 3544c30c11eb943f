"""Deep space: stars, nebula, a planet with its night side."""

from __future__ import annotations

import random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from studio.sandbox.film.colours import Palette, mix
from studio.sandbox.film.scene import Layer, Scene, leak, specks
from studio.sandbox.film.textures import Size, blurred, clouds, glow, gradient, noise


def cosmos(chance: random.Random, palette: Palette, size: Size, count: int) -> Scene:
    width, height = size
    deep = mix(palette.top, (4, 4, 14), 0.65)
    backdrop = gradient(size, [(0.0, deep), (1.0, mix(palette.near, (6, 6, 18), 0.4))])
    scene = Scene(size, backdrop)
    scene.layers.append(Layer((235, 238, 255), _stars(chance, (width + count // 4 + 2, height), 260), 0.25))
    for colour, speed in ((palette.low, 0.4), (palette.glow, 0.7), (palette.accent, 0.5)):
        veil = clouds(chance, (width + round(speed * count) + 2, height), chance.uniform(0.4, 0.58), (0.75, 0.5))
        scene.layers.append(Layer(colour, blurred(veil, 4), speed))
    scene.layers.append(Layer((255, 255, 255), _stars(chance, (width + round(0.75 * count) + 2, height), 90), 0.75))
    scene.layers.append(_planet(chance, palette, size, count))
    scene.lights.append(leak(chance, size, palette.glow, 0.26))
    scene.specks = specks(chance, size, palette.glow, count=14, radius=(0.8, 2.2), fall=(-0.2, 0.2), strength=0.7)
    return scene


def _stars(chance: random.Random, size: Size, count: int) -> Image.Image:
    mask = Image.new("L", size)
    pen = ImageDraw.Draw(mask)
    for _ in range(round(count * size[0] / size[1])):
        x, y, light = chance.uniform(0, size[0]), chance.uniform(0, size[1]), chance.random() ** 3
        radius = 0.4 + light * 0.9
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=round(70 + 185 * light))
    return ImageChops.lighter(mask, mask.filter(ImageFilter.GaussianBlur(1.4)))


def _planet(chance: random.Random, palette: Palette, size: Size, count: int) -> Layer:
    """A banded globe, lit from one side, with a rim of air; it drifts slowly against the stars."""
    radius = min(size) * chance.uniform(0.22, 0.4)
    side = round(radius * 2)
    bands = noise(chance, (side, side), (side * 1.4, side * 0.12), 4).rotate(chance.uniform(-25, 25), expand=False)
    light, dark = mix(palette.accent, palette.low, 0.35), mix(palette.far, palette.low, 0.4)
    globe = Image.composite(Image.new("RGB", bands.size, light), Image.new("RGB", bands.size, dark), bands)
    lamp = Image.new("RGB", (side, side), mix(palette.near, (0, 0, 0), 0.7))
    glow(lamp, (side * 0.28, side * 0.3), radius * 1.5, (255, 250, 240), 1.1, 1.0)
    globe = ImageChops.multiply(globe, lamp)
    outline = Image.new("L", (side * 2, side * 2))
    ImageDraw.Draw(outline).ellipse((2, 2, side * 2 - 2, side * 2 - 2), fill=255)
    x, y = size[0] * chance.uniform(0.3, 0.75), size[1] * chance.uniform(0.25, 0.7)
    wide = size[0] + round(0.5 * count) + 2
    picture, mask = Image.new("RGB", (wide, size[1]), palette.glow), Image.new("L", (wide, size[1]))
    place = (round(x - radius), round(y - radius))
    halo = outline.reduce(2).resize((round(side * 1.07), round(side * 1.07)))
    mask.paste(130, (place[0] - round(side * 0.05), place[1] - round(side * 0.05)), halo)
    mask = mask.filter(ImageFilter.GaussianBlur(radius * 0.05))
    picture.paste(globe, place, outline.reduce(2))
    mask.paste(255, place, outline.reduce(2))
    return Layer(picture, mask, 0.5)
