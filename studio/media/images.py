"""Small versions of images for the page."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageOps

from studio.lib.english import english
from studio.media.atomic import replacing
from studio.media.errors import Rejected
from studio.media.probe import probe
from studio.media.probe_images import open_image

WEBP = {"quality": 82, "method": 4}


def make_thumbnail(source: Path, destination: Path, box: tuple[int, int] = (480, 480)) -> tuple[int, int]:
    """A WebP that fits into the box, the right way up; gives its size. Never larger than the image itself."""
    info = probe(Path(source))
    try:
        with open_image(Path(source), info.format) as image:
            # Double size while decoding, so that the final scaling still has pixels to average.
            image.draft(image.mode, (box[0] * 2, box[1] * 2))
            upright = ImageOps.exif_transpose(image)
            picture = _for_screen(upright)
            picture.thumbnail(box)
    except (OSError, ValueError, SyntaxError) as error:
        raise Rejected("damaged", english("This picture cannot be opened.")) from error
    save_webp(picture, Path(destination))
    return picture.size


def save_webp(picture: Image.Image, destination: Path) -> None:
    """Writes a picture as WebP, atomically and without anything but its pixels."""
    with replacing(destination) as draft:
        picture.save(draft, format="WEBP", **WEBP)


def _for_screen(image: Image.Image) -> Image.Image:
    if image.mode in ("RGB", "RGBA"):
        return image.copy()
    if image.mode.startswith("I"):
        # Sixteen bits a pixel: Pillow would clip them to white instead of scaling.
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L").convert("RGB")
    return image.convert("RGBA" if image.has_transparency_data else "RGB")
