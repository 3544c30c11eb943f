"""A product stage: a seamless backdrop with an arch, a plinth, a glossy object, and window light moving over it."""

from __future__ import annotations

import random
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from studio.sandbox.film.colours import Palette, Rgb, mix
from studio.sandbox.film.scene import Light, Scene, leak, specks
from studio.sandbox.film.scenes.objects import Shape, flask, sphere, stand, tall_bottle
from studio.sandbox.film.textures import Size, glow, gradient, radial, ramp


@dataclass(frozen=True)
class Gleam:
    """A highlight that slides over the object and is seen nowhere else."""

    colour: Rgb
    strip: Image.Image
    shape: Image.Image
    place: tuple[int, int]

    def draw(self, frame: Image.Image, moment: int) -> None:
        start = self.strip.width - self.shape.width - moment
        part = self.strip.crop((start, 0, start + self.shape.width, self.shape.height))
        frame.paste(self.colour, self.place, ImageChops.multiply(part, self.shape))


def packshot(chance: random.Random, palette: Palette, size: Size, count: int, shape: Shape | None = None) -> Scene:
    """Painted twice as large and reduced, so that the still edges are smooth."""
    large = (size[0] * 2, size[1] * 2)
    unit, floor = min(large), large[1] * chance.uniform(0.66, 0.74)
    middle = large[0] * chance.choice((0.38, 0.5, 0.62))
    stage = _stage(chance, palette, large, floor, middle)
    _plinth(stage, palette, middle, floor, unit)
    shape = shape or chance.choice((flask, sphere, tall_bottle))
    shaped = shape(chance, unit, middle, floor - unit * 0.06)
    stand(stage, palette, shaped, is_round=shape is sphere, chance=chance)
    scene = Scene(size, stage.reduce(2))
    mask, box = shaped
    scene.layers.append(_gleam(palette, mask.reduce(2), (box[0] // 2, box[1] // 2), count))
    scene.lights += [_window(chance, palette, size), leak(chance, size, palette.accent, 0.2)]
    scene.specks = specks(chance, size, palette.glow, count=16, radius=(1, 3.5), fall=(-0.25, 0.2), strength=0.6)
    return scene


def _stage(chance: random.Random, palette: Palette, size: Size, floor: float, middle: float) -> Image.Image:
    seam = floor / size[1]
    shaded = mix(palette.low, palette.far, 0.22)
    stops = [(0.0, palette.top), (seam * 0.86, palette.low), (seam, shaded), (1.0, palette.far)]
    canvas = gradient(size, stops)
    glow(canvas, (size[0] * chance.uniform(0.3, 0.7), floor * 0.55), max(size) * 0.5, palette.glow, 2.0, 0.55)
    wide = min(size) * chance.uniform(0.5, 0.75)
    left, top = middle - wide * chance.uniform(0.25, 0.75), floor * chance.uniform(0.06, 0.22)
    arch = Image.new("L", size)
    pen = ImageDraw.Draw(arch)
    pen.ellipse((left, top, left + wide, top + wide), fill=150)
    pen.rectangle((left, top + wide / 2, left + wide, floor), fill=150)
    canvas.paste(mix(palette.low, palette.accent, 0.45), (0, 0), ImageChops.multiply(arch, ramp(size, 1.0, 0.5)))
    return canvas


def _plinth(canvas: Image.Image, palette: Palette, middle: float, floor: float, unit: float) -> None:
    """A low drum seen from slightly above, lit on one side."""
    half, deep, high = unit * 0.3, unit * 0.075, unit * 0.11
    foot = floor + high
    shadow = Image.new("L", canvas.size)
    ImageDraw.Draw(shadow).ellipse(
        (middle - half * 1.25, foot - deep * 0.4, middle + half * 1.6, foot + deep * 1.5), 150
    )
    canvas.paste(palette.near, (0, 0), shadow.filter(ImageFilter.GaussianBlur(unit * 0.03)))
    side = Image.new("L", canvas.size)
    pen = ImageDraw.Draw(side)
    pen.ellipse((middle - half, foot - deep, middle + half, foot + deep), 255)
    pen.rectangle((middle - half, floor, middle + half, foot), 255)
    across = Image.linear_gradient("L").rotate(90).resize((round(half * 2), canvas.height))
    shade = Image.new("L", canvas.size)
    shade.paste(across, (round(middle - half), 0))
    lit, dark = mix(palette.low, palette.glow, 0.4), mix(palette.far, palette.near, 0.35)
    canvas.paste(dark, (0, 0), side)
    canvas.paste(lit, (0, 0), ImageChops.multiply(side, ImageChops.invert(shade)))
    lid = Image.new("L", canvas.size)
    ImageDraw.Draw(lid).ellipse((middle - half, floor - deep, middle + half, floor + deep), 255)
    canvas.paste(mix(palette.low, (255, 255, 255), 0.35), (0, 0), lid)


def _gleam(palette: Palette, mask: Image.Image, place: tuple[int, int], count: int) -> Gleam:
    wide, high = mask.size
    strip = Image.new("L", (wide + count + 2, high))
    across = max(8, wide // 2)
    spot = radial((across, high * 2), 1.6, 0.6).crop((0, high // 2, across, high // 2 + high))
    for x in range(0, strip.width, max(60, round(wide * 1.5))):
        strip.paste(spot, (x, 0))
    return Gleam(mix(palette.glow, (255, 255, 255), 0.6), strip, mask, place)


def _window(chance: random.Random, palette: Palette, size: Size) -> Light:
    """Slanted bars of daylight thrown across the wall."""
    image = Image.new("L", (size[0] + round(size[0] * 0.2), size[1]))
    pen = ImageDraw.Draw(image)
    slant, bar = size[1] * chance.uniform(0.25, 0.5), size[0] * 0.08
    x = size[0] * chance.uniform(0.2, 0.6)
    for number in range(4):
        left = x + number * bar * 1.35
        pen.polygon([(left, 0), (left + bar, 0), (left + bar - slant, size[1]), (left - slant, size[1])], 70)
    soft = ImageChops.multiply(image.filter(ImageFilter.GaussianBlur(3)), ramp(image.size, 1.0, 0.1))
    return Light(palette.glow, soft, chance.uniform(0, 6))
