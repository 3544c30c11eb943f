"""Comparing a screenshot with the one that is stored: small, forgiving, and with the difference to look at."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image, ImageChops, ImageFilter

FOLDER = Path(__file__).parent / "styleguide"
# They are stored at half their size: what antialiasing does to single pixels is gone then.
SHRUNK = 2
# So far a channel may be off before a pixel counts as another (of 255), and so many of 10,000 pixels may be.
TOLERANCE = 40
MOST_IN_TEN_THOUSAND = 20
MOST_PIXELS_TALLER = 4


def small(png: bytes) -> Image.Image:
    """The screenshot as it is stored."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    return image.resize((image.width // SHRUNK, image.height // SHRUNK), Image.Resampling.BOX)


def store(name: str, png: bytes) -> None:
    """Make this the one that others are compared with."""
    FOLDER.mkdir(exist_ok=True)
    small(png).save(FOLDER / f"{name}.webp", quality=80, method=6)


def difference(name: str, png: bytes, results: Path) -> str:
    """What is different from the stored one, in words; nothing when it is the same to the eye.

    Both are put into `results` then, with what differs in white."""
    path = FOLDER / f"{name}.webp"
    if not path.exists():
        return f"{name}: no picture is stored"
    seen, stored = small(png), Image.open(path).convert("RGB")
    problem = _compare(seen, stored, results / f"{name}-difference.png")
    if problem:
        seen.save(results / f"{name}-seen.png")
        stored.save(results / f"{name}-stored.png")
    return f"{name}: {problem}" if problem else ""


def _compare(seen: Image.Image, stored: Image.Image, shown: Path) -> str:
    if seen.width != stored.width or abs(seen.height - stored.height) > MOST_PIXELS_TALLER:
        return f"{seen.size} instead of {stored.size}"
    size = (seen.width, min(seen.height, stored.height))
    box = (0, 0, *size)
    # Blurred, so that a line that lies half a pixel lower is no other line.
    blurred = [image.crop(box).filter(ImageFilter.GaussianBlur(1)) for image in (seen, stored)]
    strongest = ImageChops.difference(*blurred).convert("L").point(lambda value: 255 if value > TOLERANCE else 0)
    share = 10_000 * strongest.histogram()[255] // (size[0] * size[1])
    if share <= MOST_IN_TEN_THOUSAND:
        return ""
    strongest.save(shown)
    return f"{share} of 10,000 pixels differ"
