"""The painted scenes, and which of them a prompt's words ask for."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial

from studio.sandbox.film.colours import Palette, palette_for, words_of
from studio.sandbox.film.scene import Scene, finished
from studio.sandbox.film.scenes.city import skyline
from studio.sandbox.film.scenes.cosmos import cosmos
from studio.sandbox.film.scenes.land import dunes, ridges
from studio.sandbox.film.scenes.objects import flask, sphere, tall_bottle
from studio.sandbox.film.scenes.packshot import packshot
from studio.sandbox.film.scenes.silk import silk
from studio.sandbox.film.scenes.water import sea
from studio.sandbox.film.scenes.woods import woods
from studio.sandbox.film.textures import Size

Painter = Callable[[random.Random, Palette, Size, int], Scene]

PAINTERS: dict[str, tuple[Painter, str]] = {
    "sea": (sea, "ocean sea beach wave waves water coast island surf lake boat ship sail laut"),
    "ridges": (ridges, "mountain mountains hill hills valley ridge peak alpine glacier snow fog mist gunung"),
    "dunes": (dunes, "desert dune dunes sand sahara canyon camel gurun"),
    "skyline": (skyline, "city street neon skyline building buildings urban tokyo traffic car cyberpunk club kota"),
    "woods": (woods, "forest jungle tree trees woods garden fox deer leaf rain autumn hutan"),
    "packshot": (packshot, "studio product watch sneaker shoe backdrop packshot ring"),
    "flask": (partial(packshot, shape=flask), "perfume parfum cosmetic jar flask"),
    "bottle": (partial(packshot, shape=tall_bottle), "bottle wine whisky vase can botol"),
    "sphere": (partial(packshot, shape=sphere), "ball orb sphere pearl"),
    "cosmos": (cosmos, "space galaxy planet cosmos stars starry nebula astronaut orbit moon"),
    "silk": (silk, "abstract silk smoke fabric liquid dance dancer music flow dream paint"),
}

_WORDS = {word: painter for painter, words in PAINTERS.values() for word in words.split()}


def scene_for(prompt: str, seed: int, size: Size, count: int, palette: Palette | None = None) -> tuple[Scene, Palette]:
    """The scene that the words ask for, composed by the prompt and the seed together."""
    chance = random.Random(f"{prompt}|{seed}")
    palette = palette or palette_for(prompt, chance)
    named = next((_WORDS[word] for word in words_of(prompt) if word in _WORDS), None)
    painter = named or chance.choice([painter for painter, _ in PAINTERS.values()])
    return finished(painter(chance, palette, size, count), chance), palette
