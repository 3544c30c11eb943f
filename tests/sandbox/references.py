"""Reference files that can be told apart by their colours."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
from PIL import Image, ImageDraw

from studio.sandbox.film.pixels import to_frame

RED, BLUE, GREEN = (200, 40, 40), (40, 60, 200), (40, 170, 70)


def make_references(folder: Path) -> None:
    card(RED, (1280, 720)).save(folder / "red.png")
    card(BLUE, (1280, 720)).save(folder / "blue.jpg", quality=95)
    card(GREEN, (600, 1000)).save(folder / "tall.png")
    make_clip(folder / "clip.mp4")
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and then nothing")


def card(colour: tuple[int, int, int], size: tuple[int, int]) -> Image.Image:
    """A colour with a white square in the upper left corner, so that a shift or a flip would show."""
    image = Image.new("RGB", size, colour)
    ImageDraw.Draw(image).rectangle((size[0] // 8, size[1] // 8, size[0] // 3, size[1] // 3), fill=(245, 245, 245))
    return image


def make_clip(path: Path, seconds: int = 2, size: tuple[int, int] = (480, 480)) -> None:
    """A green card growing brighter, with a tone."""
    with av.open(str(path), "w") as file:
        picture = file.add_stream("libx264", rate=24, options={"preset": "ultrafast"})
        picture.width, picture.height = size
        picture.pix_fmt = "yuv420p"
        sound = file.add_stream("aac", rate=48000, layout="stereo")
        for moment in range(seconds * 24):
            level = 40 + moment * 2
            file.mux(picture.encode(to_frame(card((30, level, 60), size))))
        file.mux(picture.encode())
        for start in range(0, seconds * 48000, 1024):
            silence = av.AudioFrame(format="fltp", layout="stereo", samples=1024)
            for plane in silence.planes:
                plane.update(bytes(plane.buffer_size))
            silence.rate, silence.pts, silence.time_base = 48000, start, Fraction(1, 48000)
            file.mux(sound.encode(silence))
        file.mux(sound.encode())
