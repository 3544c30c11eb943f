"""The words in the lower third: the prompt's beginning, faded in after the first frames and out before the last."""

from __future__ import annotations

import av
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from studio.sandbox.film.colours import Rgb
from studio.sandbox.film.pixels import to_frame_with_alpha

MOST_WORDS = 7
MOST_CHARACTERS = 44
STEPS = 10
START = 8
# The built-in font knows Latin letters only; others would be drawn as boxes.
LAST_LETTER = "ɏ"


def title_of(prompt: str) -> str:
    """The prompt's first words that can be drawn."""
    drawable = "".join(letter if letter <= LAST_LETTER or letter in "–—‘’“”…" else " " for letter in prompt)
    words = drawable.split()
    title = ""
    for word in words[:MOST_WORDS]:
        if len(title) + len(word) > MOST_CHARACTERS:
            break
        title = f"{title} {word}".strip()
    return title.rstrip(",.;:–—-")


class Caption:
    """One strip of words at the film's own resolution, so that it is crisp whatever was drawn beneath."""

    def __init__(
        self, title: str, note: str, size: tuple[int, int], count: int, accent: Rgb, *, above: bool = False
    ) -> None:
        unit = min(size) / 100
        strip = _strip(title, note, unit, round(size[0] - 8 * unit), accent)
        self.size = strip.size
        margin = round(5 * unit) // 2 * 2
        self.position = margin, margin if above else (size[1] - strip.height - margin) // 2 * 2
        self._count = count
        self._frames = [_faded(strip, step / STEPS) for step in range(STEPS + 1)]

    def frame(self, moment: int) -> av.VideoFrame:
        """The strip as strong as it is at this moment: not there on the first frame nor on the last."""
        rising, falling = moment - START, self._count - 1 - moment
        return self._frames[max(0, min(STEPS, rising, falling))]


def _faded(strip: Image.Image, share: float) -> av.VideoFrame:
    faded = strip.copy()
    faded.putalpha(strip.getchannel("A").point([round(value * share) for value in range(256)]))
    return to_frame_with_alpha(faded)


def _strip(title: str, note: str, unit: float, room: int, accent: Rgb) -> Image.Image:
    large = _fitting(title, 5.2 * unit, room - 4 * unit)
    small = _font(max(8.0, 2.3 * unit))
    pad = round(2 * unit)
    spaced = " ".join(note.upper().replace(" ", "  "))
    high = round(pad * 2 + large.size * 1.25 + small.size * 1.9)
    wide = round(max(large.getlength(title), small.getlength(spaced)) + pad * 3 + unit)
    wide, high = min(wide, room) // 2 * 2, high // 2 * 2
    words = Image.new("L", (wide, high))
    pen = ImageDraw.Draw(words)
    left = pad + round(2.2 * unit)
    pen.text((left, pad - 0.5 * unit), title, 255, large)
    pen.text((left + 0.2 * unit, pad + large.size * 1.3), spaced, 200, small)
    bar = (pad, pad, pad + max(2, round(0.5 * unit)), high - pad)
    shadow = Image.new("L", words.size)
    shadow.paste(words)
    ImageDraw.Draw(shadow).rectangle(bar, fill=255)
    shadow = shadow.filter(ImageFilter.GaussianBlur(1.1 * unit)).point([min(170, value * 2) for value in range(256)])
    strip = Image.merge("RGBA", [*Image.new("RGB", words.size).split(), shadow])
    strip.alpha_composite(Image.merge("RGBA", [*Image.new("RGB", words.size, (250, 249, 246)).split(), words]))
    ImageDraw.Draw(strip).rectangle(bar, fill=(*accent, 255))
    return strip


def _fitting(title: str, size: float, room: float) -> ImageFont.FreeTypeFont:
    """The largest size, from the wanted one down, in which the title fits on one line."""
    font = _font(size)
    wide = font.getlength(title)
    return font if wide <= room else _font(max(8.0, size * room / wide))


def _font(size: float) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font
