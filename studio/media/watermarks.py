"""Words drawn across a picture, so that whoever passes it on is known: readable everywhere, hiding nothing."""

from __future__ import annotations

from functools import cache
from itertools import groupby
from pathlib import Path

from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

# White with a dark edge can be read on snow and at night; as faint as this, the picture is still the louder one.
_FILL = (255, 255, 255, 110)
_EDGE = (0, 0, 0, 70)
_DEGREES = 24
# Of the picture's shorter side.
_LETTER = 0.05
_SMALLEST_LETTER = 10
_WEIGHT = 560
# Between two lines, in heights of a letter; between two of one line, in widths of the words.
_LINES_APART = 5.5
_WORDS_APART = 0.55
# The house's own letters, and Pillow's where FreeType cannot read these.
_FONTS = ("inter-latin.woff2", "inter-latin-ext.woff2", "")
_NOWHERE = "\U0010ffff"


def watermark(words: str, size: tuple[int, int]) -> Image.Image:
    """A clear picture of `size` with `words` written across it, slanted, line under line."""
    width, height = size
    side = round((width**2 + height**2) ** 0.5) + 2
    stamp = _stamp(words, max(_SMALLEST_LETTER, min(size) * _LETTER), side * 0.6)
    sheet = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    step, apart = round(stamp.width * (1 + _WORDS_APART)), round(stamp.height / 1.6 * _LINES_APART)
    for line, top in enumerate(range(apart // 3, side, apart)):
        # Every other line begins half a step further, as bricks lie.
        for left in range(-step if line % 2 else -step // 2, side, step):
            sheet.paste(stamp, (left, top))
    turned = sheet.rotate(_DEGREES, resample=Image.Resampling.BICUBIC)
    left, top = (side - width) // 2, (side - height) // 2
    return turned.crop((left, top, left + width, top + height))


def undrawable(words: str) -> str:
    """The characters of `words` that there are no letters for, each once."""
    return "".join(dict.fromkeys(letter for letter in words if _font_of(letter) is None))


def _stamp(words: str, size: float, room: float) -> Image.Image:
    """The words once, in letters of `size` or smaller ones, so that they are no longer than `room`."""
    length = sum(font.getlength(run) for run, font in _runs(words, size))
    if length > room:
        size = max(_SMALLEST_LETTER, size * room / length)
    runs = _runs(words, size)
    edge = max(1, round(size / 18))
    width = sum(font.getlength(run) for run, font in runs) + 2 * edge
    stamp = Image.new("RGBA", (max(1, round(width)), round(size * 1.6)), (0, 0, 0, 0))
    draw, left = ImageDraw.Draw(stamp), float(edge)
    for run, font in runs:
        place = (left, round(size * 1.15))
        draw.text(place, run, font=font, fill=_FILL, stroke_width=edge, stroke_fill=_EDGE, anchor="ls")
        left += font.getlength(run)
    return stamp


def _runs(words: str, size: float) -> list[tuple[str, ImageFont.FreeTypeFont]]:
    """The words in pieces, each with letters that are all in one font; what no font has is left out."""
    found = groupby(words, _font_of)
    return [("".join(run), _font(name, round(size))) for name, run in found if name is not None]


@cache
def _font_of(letter: str) -> str | None:
    return next((name for name in _FONTS if letter == " " or _drawn(name, letter) != _drawn(name, _NOWHERE)), None)


@cache
def _drawn(name: str, letter: str) -> tuple[bytes, tuple[float, ...]]:
    font = _font(name, 24)
    return bytes(font.getmask(letter)), font.getbbox(letter)


@cache
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    if name:
        try:
            font = ImageFont.truetype(Path(settings.BASE_DIR) / "static" / "fonts" / name, size)
            font.set_variation_by_axes([_WEIGHT])
        except OSError:
            name = ""
        else:
            return font
    plain = ImageFont.load_default(size)
    assert isinstance(plain, ImageFont.FreeTypeFont)
    return plain
