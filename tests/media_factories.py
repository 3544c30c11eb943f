"""Makes small real images, videos and sounds for tests. Nothing here is a mock: every file plays."""

from __future__ import annotations

import math
import struct
from array import array
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
from PIL import Image, ImageDraw

# The display matrix of a track that is shown turned a quarter clockwise, as phones write it.
_QUARTER_TURN = (0, 0x10000, 0, 0xFFFF0000, 0, 0, 0, 0, 0x40000000)
_CODEC_OPTIONS = {
    "libx264": {"preset": "ultrafast", "sc_threshold": "0", "bf": "2"},
    "libx265": {"preset": "ultrafast", "x265-params": "log-level=none"},
    "libsvtav1": {"preset": "12", "svtav1-params": "fast-decode=1"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8"},
}
_GPS = 0x8825
_ORIENTATION = 0x0112


def make_image(
    path: Path,
    size: tuple[int, int] = (320, 180),
    color: tuple[int, int, int] = (200, 80, 40),
    format: str = "JPEG",
    *,
    orientation: int = 1,
    gps: bool = False,
) -> Path:
    """An image with a white top left corner, so that turning it shows; `size` is as stored, before orientation."""
    image = Image.new("RGB", size, color)
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 4, size[1] // 4), fill="white")
    exif = Image.Exif()
    if orientation != 1:
        exif[_ORIENTATION] = orientation
    if gps:
        exif[0x010E] = "Rue du Secret 7"
        exif.get_ifd(_GPS).update({1: "N", 2: (48.0, 8.0, 0.0), 3: "E", 4: (11.0, 34.0, 0.0)})
    options = {"exif": exif} if len(exif) else {}
    image.save(path, format=format, **options)
    return path


def make_video(
    path: Path,
    seconds: float = 1.0,
    size: tuple[int, int] = (160, 90),
    fps: int = 24,
    sound: bool = False,
    *,
    numbers: bool = True,
    black_until: float = 0.0,
    keyframe_every: int = 24,
    codec: str = "libx264",
    turned: bool = False,
    faststart: bool = True,
    metadata: dict[str, str] | None = None,
) -> Path:
    """An MP4 or MOV, by the path's ending; the grey of a frame and the number on it rise with time."""
    movflags = ("+faststart" if faststart else "") + "+use_metadata_tags"
    count = round(seconds * fps)
    with av.open(str(path), "w", options={"movflags": movflags}) as container:
        container.metadata.update(metadata or {})
        options = {"g": str(keyframe_every), **_CODEC_OPTIONS.get(codec, {})}
        picture = cast(av.VideoStream, container.add_stream(codec, rate=fps, options=options))
        picture.width, picture.height, picture.pix_fmt = (*size, "yuv420p")
        tone = container.add_stream("aac", rate=44100, layout="mono") if sound else None
        for index in range(count):
            black = index < black_until * fps
            image = frame_image(index, count, size, black=black, numbers=numbers)
            container.mux(picture.encode(_to_frame(image)))
        container.mux(picture.encode())
        if tone is not None:
            _encode_tone(container, tone, seconds)
    if turned:
        _turn(path)
    return path


def frame_gray(index: int, count: int) -> int:
    """The grey of one frame of `make_video`, so that a test can tell frames apart."""
    return 40 + round(180 * index / max(1, count - 1))


def frame_image(
    index: int, count: int, size: tuple[int, int], *, black: bool = False, numbers: bool = True
) -> Image.Image:
    """One frame of `make_video`."""
    gray = 0 if black else frame_gray(index, count)
    image = Image.new("RGB", size, (gray, gray, gray))
    if numbers and not black:
        ImageDraw.Draw(image).text((4, 4), str(index), fill="white" if gray < 128 else "black")
    return image


def make_audio(path: Path, seconds: float = 2.0, format: str = "wav", metadata: dict[str, str] | None = None) -> Path:
    """A rising tone as WAV or MP3."""
    codec = {"wav": "pcm_s16le", "mp3": "libmp3lame"}[format]
    with av.open(str(path), "w", format=format) as container:
        container.metadata.update(metadata or {})
        stream = cast(av.AudioStream, container.add_stream(codec, rate=44100, layout="mono"))
        _encode_tone(container, stream, seconds)
    return path


def _to_frame(image: Image.Image) -> av.VideoFrame:
    return cast(av.VideoFrame, av.VideoFrame.from_image(image))  # type: ignore[no-untyped-call]


def _encode_tone(container: av.container.OutputContainer, stream: av.AudioStream, seconds: float) -> None:
    rate, done, total = 44100, 0, round(44100 * seconds)
    resampler = av.AudioResampler(format=stream.codec_context.format, layout="mono", rate=rate)
    while done < total:
        count = min(1152, total - done)
        wave = array("h", (round(20000 * math.sin(at * 0.03) * at / total) for at in range(done, done + count)))
        frame = av.AudioFrame(format="s16", layout="mono", samples=count)
        frame.planes[0].update(wave.tobytes().ljust(frame.planes[0].buffer_size, b"\0"))
        frame.sample_rate, frame.pts, frame.time_base = rate, done, Fraction(1, rate)
        for piece in resampler.resample(frame):
            container.mux(stream.encode(piece))
        done += count
    container.mux(stream.encode())


def _turn(path: Path) -> None:
    """Writes the quarter turn into the track header, where players look for it."""
    content = bytearray(path.read_bytes())
    start = content.index(b"tkhd") + 4 + 40
    content[start : start + 36] = struct.pack(">9I", *_QUARTER_TURN)
    path.write_bytes(content)
