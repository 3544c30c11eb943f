"""Between Pillow's images and PyAV's frames, typed."""

from __future__ import annotations

from typing import cast

import av
from PIL import Image


def to_frame(image: Image.Image) -> av.VideoFrame:
    return cast(av.VideoFrame, av.VideoFrame.from_image(image))  # type: ignore[no-untyped-call]


def to_frame_with_alpha(image: Image.Image) -> av.VideoFrame:
    """PyAV drops the alpha channel of an image, so the rows are laid into the frame here."""
    frame = av.VideoFrame(image.width, image.height, "rgba")
    plane = frame.planes[0]
    row, padding = image.width * 4, bytes(plane.line_size - image.width * 4)
    pixels = image.tobytes()
    plane.update(b"".join(pixels[start : start + row] + padding for start in range(0, len(pixels), row)))
    return frame


def to_image(frame: av.VideoFrame, size: tuple[int, int] | None = None) -> Image.Image:
    wide, high = size or (frame.width, frame.height)
    image = frame.to_image(width=wide, height=high, interpolation="BICUBIC")  # type: ignore[no-untyped-call]
    return cast(Image.Image, image)
