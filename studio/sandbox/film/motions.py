"""What each operation does with its inputs: every function yields the frames of one film."""

from __future__ import annotations

from collections.abc import Iterator

from PIL import Image, ImageChops, ImageDraw, ImageOps

from studio.sandbox.film.colours import Palette, mix
from studio.sandbox.film.inputs import Size, cover
from studio.sandbox.film.scene import Light, Scene
from studio.sandbox.film.textures import blurred

PUSH = 0.1
TURN = 18


def smooth(share: float) -> float:
    share = max(0.0, min(1.0, share))
    return share * share * (3 - 2 * share)


def painted(scene: Scene, count: int) -> Iterator[Image.Image]:
    for moment in range(count):
        yield scene.frame(moment)


def zoomed(image: Image.Image, amount: float) -> Image.Image:
    """The picture pushed in by a share of its size; not pushed in at all it is the picture itself."""
    if amount <= 0:
        return image
    wide, high = image.size
    x, y = wide * amount / 2 / (1 + amount), high * amount / 2 / (1 + amount)
    return image.resize(image.size, Image.Resampling.BILINEAR, box=(x, y, wide - x, high - y))


def lit(image: Image.Image, light: Light, moment: int, strength: float) -> Image.Image:
    """A leak of light over a picture, as strong as asked; none leaves the picture untouched."""
    if strength <= 0:
        return image
    shone = image.copy()
    light.draw(shone, moment)
    return shone if strength >= 1 else Image.blend(image, shone, strength)


def push_in(image: Image.Image, size: Size, count: int, light: Light) -> Iterator[Image.Image]:
    """Frame one is the picture; then the camera moves in slowly under a passing light."""
    still = cover(image, size)
    for moment in range(count):
        share = moment / max(count - 1, 1)
        pushed = zoomed(still, PUSH * share * (0.5 + 0.5 * smooth(share)))
        yield lit(pushed, light, moment, smooth(share * 3))


def meet(start: Image.Image, end: Image.Image, size: Size, count: int, light: Light) -> Iterator[Image.Image]:
    """From one picture to another: both keep moving while they dissolve, brightest where they meet."""
    first, last = cover(start, size), cover(end, size)
    for moment in range(count):
        share = moment / max(count - 1, 1)
        crossed = smooth((share - 0.25) / 0.5)
        glare = 0.9 * max(0.0, 1 - abs(share - 0.5) * 3.2)
        if crossed <= 0:
            frame = zoomed(first, PUSH * share)
        elif crossed >= 1:
            frame = zoomed(last, PUSH * (1 - share))
        else:
            frame = Image.blend(zoomed(first, PUSH * share), zoomed(last, PUSH * (1 - share)), crossed)
        yield lit(frame, light, moment, glare)


def parade(panels: list[Iterator[Image.Image]], size: Size, count: int, palette: Palette) -> Iterator[Image.Image]:
    """The references one after the other, each for an equal share, dissolving into the next."""
    share = count / len(panels)
    turn = min(TURN, round(share / 3))
    for moment in range(count):
        place = min(int(moment / share), len(panels) - 1)
        frame = next(panels[place])
        left = (place + 1) * share - moment
        if left <= turn and place + 1 < len(panels):
            frame = Image.blend(frame, next(panels[place + 1]), smooth(1 - left / turn))
        else:
            frame = frame.copy()
        _tick(ImageDraw.Draw(frame), size, len(panels), place, palette)
        yield frame


def _tick(pen: ImageDraw.ImageDraw, size: Size, count: int, place: int, palette: Palette) -> None:
    """A row of short marks along the top, one per reference, the present one in the accent."""
    unit = min(size) / 100
    wide, gap = 5 * unit, 1.4 * unit
    left = size[0] - 5 * unit - count * (wide + gap)
    for number in range(count):
        x = left + number * (wide + gap)
        colour = palette.accent if number == place else mix(palette.near, (255, 255, 255), 0.55)
        pen.rectangle((x, 5 * unit, x + wide, 5 * unit + max(1.5, 0.6 * unit)), fill=colour)


def panel(image: Image.Image, size: Size, scene: Scene, reverse: bool) -> Iterator[Image.Image]:
    """A reference whole, as a hung print drifting before a darkened painting."""
    print_ = ImageOps.contain(image, (round(size[0] * 0.72), round(size[1] * 0.72)), Image.Resampling.LANCZOS)
    yield from hung((print_ for _ in iter(int, 1)), size, scene, reverse)


def hung(prints: Iterator[Image.Image], size: Size, scene: Scene, reverse: bool) -> Iterator[Image.Image]:
    dark = Image.new("RGB", size, (8, 8, 10))
    wall = Image.blend(blurred(scene.frame(0), size[1] / 16), dark, 0.35)
    shaded = False
    for moment, print_ in enumerate(prints):
        drift = min(moment, 160) * (0.25 if reverse else -0.25)
        x = round((size[0] - print_.width) / 2 + drift)
        y = round((size[1] - print_.height) / 2)
        if not shaded:
            wall, shaded = _shadow(wall, print_.size, y), True
        frame = wall.copy()
        frame.paste(print_, (x, y))
        yield frame


def _shadow(wall: Image.Image, size: Size, y: int) -> Image.Image:
    soft = Image.new("L", wall.size)
    x = (wall.width - size[0]) // 2
    soft.paste(150, (x, y + size[1] // 24, x + size[0], y + size[1] + size[1] // 24))
    wall = wall.copy()
    wall.paste((0, 0, 0), (0, 0), blurred(soft, wall.height * 0.03))
    return wall


def regraded(frames: Iterator[Image.Image], size: Size, count: int, palette: Palette) -> Iterator[Image.Image]:
    """A video in new colours: the first frame is as it was, then a bright line wipes the new look over it."""
    dark, bright = mix(palette.near, (0, 0, 0), 0.2), mix(palette.glow, (255, 255, 255), 0.4)
    middle = mix(palette.far, palette.low, 0.5)
    sweep, line = round(count * 0.4), max(2, round(min(size) / 180))
    for moment in range(count):
        frame = next(frames)
        edge = round(size[0] * smooth(moment / sweep))
        if edge <= 0:
            yield frame
            continue
        toned = ImageOps.colorize(frame.convert("L"), dark, bright, mid=middle)
        graded = Image.blend(ImageChops.soft_light(frame, toned), toned, 0.38)
        if edge < size[0]:
            graded.paste(frame.crop((edge, 0, *size)), (edge, 0))
            graded.paste(palette.accent, (edge, 0, min(edge + line, size[0]), size[1]))
        yield graded


def carry_on(end: Image.Image, scene: Scene, size: Size, count: int, light: Light) -> Iterator[Image.Image]:
    """An extension: begins at the parent's last frame, keeps moving, and opens into a scene of its own."""
    still = cover(end, size)
    painting = scene.frame
    for moment in range(count):
        share = moment / max(count - 1, 1)
        opened = smooth((share - 0.25) / 0.4)
        if opened >= 1:
            yield _fit(painting(moment), size)
            continue
        frame = lit(zoomed(still, PUSH * 1.6 * share), light, moment, smooth(share * 3))
        yield Image.blend(frame, _fit(painting(moment), size), opened) if opened > 0 else frame


def _fit(image: Image.Image, size: Size) -> Image.Image:
    return image if image.size == size else image.resize(size, Image.Resampling.BILINEAR)
