"""A film whose frames carry their own number: as bars that a browser test reads back from the screen, and as digits."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import cast

import av
from PIL import Image, ImageDraw

BITS = 10

# Reads the number back from the picture that a <video> shows right now; null while it shows none.
READ_NUMBER = """(video) => {
  if (video.readyState < 2) return null;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  const context = canvas.getContext("2d");
  context.drawImage(video, 0, 0);
  const light = (bit) => context.getImageData(canvas.width * (bit + 0.5) / BITS, canvas.height / 4, 1, 1).data[1] > 128;
  return Array.from({ length: BITS }, (_, bit) => light(bit) ? 2 ** bit : 0).reduce((sum, part) => sum + part, 0);
}""".replace("BITS", str(BITS))


def make_numbered_film(path: Path, frames: int, rate: Fraction, size: tuple[int, int] = (640, 360)) -> Path:
    """An MP4 like those of the gateways: H.264 with B-frames, and one key frame for the whole film."""
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        options = {"preset": "veryfast", "bf": "3", "g": "600", "keyint_min": "600", "sc_threshold": "0"}
        stream = container.add_stream("libx264", rate=rate, options=options)
        stream.width, stream.height, stream.pix_fmt = (*size, "yuv420p")
        for number in range(frames):
            frame = cast(av.VideoFrame, av.VideoFrame.from_image(numbered(number, size)))  # type: ignore[no-untyped-call]
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def numbered(number: int, size: tuple[int, int]) -> Image.Image:
    """One frame: in its upper half a bar for each bit, the lowest one left, white where it is set; digits below."""
    assert number < 2**BITS
    width, height = size
    image = Image.new("RGB", size, (70, 90, 120))
    pen = ImageDraw.Draw(image)
    for bit in range(BITS):
        color = "white" if number >> bit & 1 else "black"
        pen.rectangle((bit * width // BITS, 0, (bit + 1) * width // BITS - 1, height // 2), fill=color)
    pen.text((width // 2, height * 3 // 4), str(number), fill="white", anchor="mm", font_size=height // 4)
    return image
