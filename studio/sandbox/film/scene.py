"""A painted scene in motion: a backdrop, layers sliding at their own speeds, lights, specks, and a finish."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field, replace
from typing import Protocol

from PIL import Image, ImageChops, ImageDraw

from studio.sandbox.film.colours import Rgb
from studio.sandbox.film.textures import Size, finishes

Fill = Image.Image | Rgb


class Drawable(Protocol):
    """Anything that can put itself into a frame."""

    def draw(self, frame: Image.Image, moment: int) -> None: ...


@dataclass(frozen=True)
class Layer:
    """Something seen through a mask that is wider than the picture and slides past it, `speed` pixels a frame."""

    fill: Fill
    mask: Image.Image
    speed: float
    y: int = 0

    def draw(self, frame: Image.Image, moment: int) -> None:
        x = round(abs(self.speed) * moment)
        if self.speed < 0:
            x = self.mask.width - frame.width - x
        box = (x, 0, x + frame.width, self.mask.height)
        mask = self.mask.crop(box)
        if isinstance(self.fill, tuple):
            frame.paste(self.fill, (0, self.y, frame.width, self.y + mask.height), mask)
        else:
            fill = self.fill if self.fill.width == frame.width else self.fill.crop(box)
            frame.paste(fill, (0, self.y), mask)


@dataclass(frozen=True)
class Shimmer:
    """Light on water: two masks sliding against each other, bright only where both are."""

    colour: Rgb
    one: Image.Image
    other: Image.Image
    shape: Image.Image
    y: int

    def draw(self, frame: Image.Image, moment: int) -> None:
        width, height = frame.width, self.one.height
        right = self.other.width - width - moment
        first = self.one.crop((moment, 0, moment + width, height))
        second = self.other.crop((right, 0, right + width, height))
        mask = ImageChops.multiply(ImageChops.multiply(first, second), self.shape)
        frame.paste(self.colour, (0, self.y, width, self.y + height), mask)


@dataclass(frozen=True)
class Light:
    """A soft leak of one colour that wanders across and breathes."""

    colour: Rgb
    mask: Image.Image
    phase: float

    def draw(self, frame: Image.Image, moment: int) -> None:
        reach = self.mask.width - frame.width
        x = round(reach * (0.5 + 0.5 * math.sin(self.phase + moment / 46)))
        frame.paste(self.colour, (0, 0, *frame.size), self.mask.crop((x, 0, x + frame.width, frame.height)))


@dataclass(frozen=True)
class Speck:
    """One snowflake, ember or point of bokeh."""

    x: float
    y: float
    drift: float
    fall: float
    sway: float
    sprite: Image.Image
    colour: Rgb


@dataclass
class Scene:
    """Everything drawn for one moment, back to front."""

    size: Size
    backdrop: Image.Image
    layers: list[Drawable] = field(default_factory=list)
    lights: list[Light] = field(default_factory=list)
    specks: list[Speck] = field(default_factory=list)
    finish: list[Image.Image] = field(default_factory=list)

    def frame(self, moment: int) -> Image.Image:
        frame = self.backdrop.copy()
        for layer in self.layers:
            layer.draw(frame, moment)
        for light in self.lights:
            light.draw(frame, moment)
        for speck in self.specks:
            self._fly(frame, speck, moment)
        frame.paste((0, 0, 0), (0, 0, *self.size), self.finish[moment % len(self.finish)])
        return frame

    def _fly(self, frame: Image.Image, speck: Speck, moment: int) -> None:
        margin = speck.sprite.width
        sway = speck.sway * math.sin(moment / 17 + speck.x)
        x = (speck.x + speck.drift * moment + sway) % (self.size[0] + margin) - margin
        y = (speck.y + speck.fall * moment) % (self.size[1] + margin) - margin
        frame.paste(speck.colour, (round(x), round(y)), speck.sprite)


def disc(radius: float, strength: float, soft: bool) -> Image.Image:
    """A round mask: a soft point of light, or the flat disc a lens makes of one."""
    side = max(2, math.ceil(radius * 2))
    if soft:
        table = [round(255 * strength * max(0.0, 1 - value / 180) ** 1.6) for value in range(256)]
        return Image.radial_gradient("L").point(table).resize((side, side), Image.Resampling.BILINEAR)
    mask = Image.new("L", (side * 4, side * 4))
    ImageDraw.Draw(mask).ellipse((2, 2, side * 4 - 2, side * 4 - 2), fill=round(255 * strength))
    return mask.reduce(4)


def specks(
    chance: random.Random,
    size: Size,
    colour: Rgb,
    *,
    count: int,
    radius: tuple[float, float],
    fall: tuple[float, float],
    strength: float = 0.9,
    soft: bool = True,
) -> list[Speck]:
    """A drift of specks; the larger ones are nearer, so they fly faster and are fainter."""
    made = []
    for _ in range(count):
        near = chance.random() ** 2
        width = radius[0] + (radius[1] - radius[0]) * near
        sprite = disc(width, strength * (1 - 0.45 * near), soft)
        falling = fall[0] + (fall[1] - fall[0]) * (0.35 + 0.65 * near)
        where = chance.uniform(0, size[0]), chance.uniform(0, size[1])
        drift, sway = chance.uniform(-0.5, 0.9) * (1 + near), chance.uniform(1, 6)
        made.append(Speck(*where, drift, falling, sway, sprite, colour))
    return made


def leak(chance: random.Random, size: Size, colour: Rgb, strength: float = 0.32) -> Light:
    """One large soft light at an edge of the picture."""
    reach = round(size[0] * 0.45)
    image = Image.new("L", (size[0] + reach, size[1]))
    radius = max(size) * chance.uniform(0.4, 0.65)
    side = round(radius * 2)
    table = [round(255 * strength * max(0.0, 1 - value / 180) ** 2.2) for value in range(256)]
    mask = Image.radial_gradient("L").point(table).resize((side, side), Image.Resampling.BICUBIC)
    x = chance.choice([0.0, 1.0]) * image.width + chance.uniform(-0.1, 0.1) * size[0]
    y = chance.uniform(-0.1, 0.9) * size[1]
    image.paste(mask, (round(x - radius), round(y - radius)))
    return Light(colour, image, chance.uniform(0, 6))


def finished(scene: Scene, chance: random.Random) -> Scene:
    """The scene with its grain, and its layers cut down to the rows where there is anything to see."""
    scene.layers = [_trimmed(layer) if isinstance(layer, Layer) else layer for layer in scene.layers]
    scene.finish = finishes(chance, scene.size)
    return scene


def _trimmed(layer: Layer) -> Layer:
    box = layer.mask.getbbox()
    if box is None or box[3] - box[1] > 0.9 * layer.mask.height:
        return layer
    rows = (0, box[1], layer.mask.width, box[3])
    fill = layer.fill
    if isinstance(fill, Image.Image):
        fill = fill.crop((0, box[1], fill.width, box[3]))
    return replace(layer, fill=fill, mask=layer.mask.crop(rows), y=layer.y + box[1])
