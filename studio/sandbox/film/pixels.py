"""Between Pillow's images and PyAV's frames, typed."""

from __future__ import annotations

from typing import cast

import av
from PIL import Image


def to_frame(image: Image.Image) -> av.VideoFrame:
    return cast(av.VideoFrame, av.VideoFrame.from_image(image))  # type: ignore[no-untyped-call]


def to_image(frame: av.VideoFrame, size: tuple[int, int] | None = None) -> Image.Image:
    wide, high = size or (frame.width, frame.height)
    image = frame.to_image(width=wide, height=high, interpolation="BICUBIC")  # type: ignore[no-untyped-call]
    return cast(Image.Image, image)
