"""Images without EXIF, XMP, GPS and comments, the right way up, with their pixels and colour profile kept.

An upright JPEG or WebP keeps its very coding; one that has to be turned is coded again at high quality.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from studio.lib.english import english
from studio.media.errors import Rejected
from studio.media.probe_images import ORIENTATION, open_image
from studio.media.stripping import strip_jpeg, strip_webp

# What a picture needs to look the same; everything else in `info` may tell where and by whom it was taken.
_NEEDED = ("icc_profile", "transparency", "background")
_STRIPPERS = {"jpeg": strip_jpeg, "webp": strip_webp}
_SAVE_OPTIONS: dict[str, dict[str, Any]] = {
    "jpeg": {"quality": 95, "subsampling": 0},
    "webp": {"quality": 95},
    "tiff": {"compression": "tiff_adobe_deflate"},
}


def clean_image(source: Path, name: str, destination: Path) -> None:
    """Writes the image in its own format; of an animation the first picture."""
    try:
        with open_image(source, name) as image:
            image.load()
            upright = image.getexif().get(ORIENTATION, 1) == 1
            stripped = _strip(source, name) if upright else None
            if stripped is not None:
                destination.write_bytes(stripped)
            else:
                _save(image, name, destination)
    except (OSError, ValueError, SyntaxError) as error:
        raise Rejected(
            "cannot_clean", english("This picture could not be prepared for sending; export it again.")
        ) from error


def _strip(source: Path, name: str) -> bytes | None:
    """The same file without its tags, where the format and the file allow that."""
    if name not in _STRIPPERS:
        return None
    try:
        return _STRIPPERS[name](source.read_bytes())
    except ValueError:
        return None


def _save(image: Image.Image, name: str, destination: Path) -> None:
    needed = {key: image.info[key] for key in _NEEDED if key in image.info}
    # A copy is a plain picture: the reader's own object would write its tags again.
    plain = ImageOps.exif_transpose(image).copy()
    plain.info.clear()
    plain.info.update(needed)
    options = dict(_SAVE_OPTIONS.get(name, {}))
    if "icc_profile" in needed:
        options["icc_profile"] = needed["icc_profile"]
    plain.save(destination, format=name.upper(), **options)
