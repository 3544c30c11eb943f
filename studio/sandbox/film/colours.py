"""Palettes: six colours chosen from the prompt's words, varied a little by the seed."""

from __future__ import annotations

import colorsys
import random
import re
from dataclasses import dataclass, fields

Rgb = tuple[int, int, int]


@dataclass(frozen=True)
class Palette:
    """Sky above and at the horizon, the light, what is far and near, and one colour to point with."""

    top: Rgb
    low: Rgb
    glow: Rgb
    far: Rgb
    near: Rgb
    accent: Rgb


MOODS: dict[str, Palette] = {
    "sunset": Palette((44, 26, 74), (244, 124, 74), (255, 216, 146), (142, 62, 94), (28, 14, 40), (255, 170, 92)),
    "dawn": Palette((112, 146, 198), (250, 204, 188), (255, 238, 216), (146, 138, 178), (54, 54, 92), (255, 178, 160)),
    "ocean": Palette((14, 62, 104), (132, 200, 214), (236, 250, 248), (30, 104, 142), (4, 32, 58), (128, 232, 222)),
    "forest": Palette((40, 74, 62), (190, 206, 150), (246, 242, 200), (72, 110, 86), (10, 28, 24), (222, 232, 142)),
    "neon": Palette((14, 8, 40), (104, 24, 118), (255, 74, 176), (46, 18, 88), (8, 4, 24), (52, 226, 255)),
    "snow": Palette((112, 144, 182), (222, 232, 244), (255, 255, 255), (152, 174, 204), (58, 80, 114), (156, 204, 255)),
    "desert": Palette((70, 124, 168), (250, 208, 146), (255, 242, 206), (214, 140, 82), (104, 52, 32), (255, 192, 96)),
    "night": Palette((6, 10, 32), (44, 64, 116), (196, 214, 255), (26, 38, 76), (4, 8, 22), (152, 182, 255)),
    "gold": Palette((42, 28, 14), (188, 128, 52), (255, 228, 156), (112, 74, 28), (20, 13, 8), (255, 210, 116)),
    "studio": Palette((186, 190, 198), (240, 239, 236), (255, 255, 255), (166, 168, 176), (52, 54, 62), (232, 96, 64)),
    "storm": Palette((40, 48, 62), (134, 148, 160), (216, 226, 232), (78, 90, 104), (16, 20, 28), (152, 192, 212)),
    "space": Palette((4, 4, 18), (42, 18, 72), (166, 126, 255), (28, 16, 64), (4, 4, 16), (124, 204, 255)),
    "autumn": Palette((92, 64, 54), (240, 178, 100), (255, 230, 174), (168, 84, 42), (46, 22, 16), (255, 144, 64)),
    "romance": Palette((92, 32, 74), (248, 160, 170), (255, 222, 216), (168, 70, 110), (46, 14, 40), (255, 146, 174)),
    "ember": Palette((24, 8, 8), (164, 44, 20), (255, 176, 70), (84, 20, 12), (14, 4, 4), (255, 116, 44)),
    "mono": Palette((48, 50, 54), (190, 192, 194), (250, 250, 248), (110, 112, 116), (16, 17, 19), (236, 236, 232)),
}

MOOD_WORDS: dict[str, str] = {
    "sunset": "sunset dusk evening golden-hour senja matahari",
    "dawn": "dawn sunrise morning pastel soft dreamy spring meadow pagi",
    "ocean": "ocean sea beach wave waves water coast underwater island surf blue lake laut",
    "forest": "forest jungle tree trees woods garden green leaf moss river hutan",
    "neon": "neon cyberpunk city street club tokyo synthwave arcade kota",
    "snow": "snow winter ice glacier arctic frost white salju",
    "desert": "desert dune dunes sand sahara canyon gurun savanna",
    "night": "night midnight moon moonlight dark stars starry malam",
    "gold": "gold golden luxury perfume whisky honey jewelry jewellery watch emas",
    "studio": "studio product backdrop minimal clean packshot bottle sneaker catalogue",
    "storm": "storm rain rainy thunder fog mist grey gray cloudy hujan",
    "space": "space galaxy planet cosmos nebula astronaut orbit purple violet",
    "autumn": "autumn fall october harvest orange maple coffee",
    "romance": "rose love wedding pink romance blossom cherry flower flowers bunga",
    "ember": "fire ember lava volcano flame red candle api",
    "mono": "monochrome noir black-and-white silver steel concrete",
}

COLOURS = {"red", "orange", "green", "blue", "purple", "violet", "pink", "white", "grey", "gray", "silver"}
PLACES = ("ocean", "forest", "desert", "studio", "space")

_WORDS = {word: mood for mood, words in MOOD_WORDS.items() for word in words.split()}
_VARIATION = 0.025


def words_of(prompt: str) -> list[str]:
    return re.findall(r"[\w-]+", prompt.lower())


def palette_for(prompt: str, chance: random.Random) -> Palette:
    """The mood of the weightiest word, the first of equals; where no word names one, the chance picks it."""
    named = [word for word in words_of(prompt) if word in _WORDS]
    mood = _WORDS[max(named, key=_weight)] if named else chance.choice(list(MOODS))
    turn = chance.uniform(-_VARIATION, _VARIATION)
    colours = (getattr(MOODS[mood], field.name) for field in fields(Palette))
    return Palette(*(_turned(colour, turn) for colour in colours))


def _weight(word: str) -> int:
    """A light ("sunset") says more than a thing's colour ("red car"), and that more than a place ("ocean")."""
    if word in COLOURS:
        return 1
    return 0 if _WORDS[word] in PLACES else 2


def _turned(colour: Rgb, turn: float) -> Rgb:
    hue, light, saturation = colorsys.rgb_to_hls(*(part / 255 for part in colour))
    red, green, blue = colorsys.hls_to_rgb((hue + turn) % 1, light, saturation)
    return round(red * 255), round(green * 255), round(blue * 255)


def mix(one: Rgb, other: Rgb, share: float) -> Rgb:
    """`share` 0 is `one`, 1 is `other`."""
    parts = [round(a + (b - a) * share) for a, b in zip(one, other, strict=True)]
    return parts[0], parts[1], parts[2]
