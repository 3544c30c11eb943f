"""Proves that an image is one, whole and of a size that is safe to open. Decodes with Pillow."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from studio.lib.english import english
from studio.media.errors import Rejected
from studio.media.info import Format, MediaInfo

MAX_IMAGE_PIXELS = 50_000_000
ORIENTATION = 0x0112
_SIDEWAYS = (5, 6, 7, 8)
_DAMAGED = english("This picture cannot be opened: it is damaged or incomplete. Copy or export it again.")


def probe_image(path: Path, form: Format) -> MediaInfo:
    """What the image is; the pixels are counted before anything is decoded."""
    try:
        width, height = _decode(path, form)
    except Rejected:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Rejected("too_many_pixels", _too_many()) from error
    except Exception as error:
        # Pillow's readers raise almost anything on hostile bytes: OSError, SyntaxError, struct.error, IndexError …
        raise Rejected("damaged", _DAMAGED) from error
    return MediaInfo(
        kind=form.kind,
        format=form.name,
        mime=form.mime,
        extension=form.extension,
        size=path.stat().st_size,
        width=width,
        height=height,
    )


def open_image(path: Path, name: str) -> Image.Image:
    """The image, not yet decoded, read by the one reader of that format."""
    return Image.open(path, formats=[name.upper()])


def _decode(path: Path, form: Format) -> tuple[int, int]:
    with open_image(path, form.name) as image:
        width, height = image.size
        if width * height > MAX_IMAGE_PIXELS:
            raise Rejected("too_many_pixels", _too_many(width, height))
        image.verify()
    with open_image(path, form.name) as image:
        # A JPEG read at an eighth of its size passes through all its bytes, in a sixty-fourth of the memory.
        image.draft(image.mode, (max(1, width // 8), max(1, height // 8)))
        image.load()
        sideways = image.getexif().get(ORIENTATION) in _SIDEWAYS
    return (height, width) if sideways else (width, height)


def _too_many(width: int = 0, height: int = 0) -> str:
    most = MAX_IMAGE_PIXELS // 1000000
    if not width:
        return english("This picture has too many pixels to open safely (limit %(most)s million).", most=most)
    return english(
        "This picture has too many pixels to open safely (limit %(most)s million). "
        "This one has %(width)s x %(height)s.",
        most=most,
        width=width,
        height=height,
    )
