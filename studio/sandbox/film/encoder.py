"""Frames, caption and sound into one H.264/AAC MP4, at exactly the size and length asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import av
from av.video.stream import VideoStream
from PIL import Image

from studio.sandbox.film.caption import Caption
from studio.sandbox.film.pixels import to_frame

RATE = 24
TICK = Fraction(1, RATE)
BT709 = 1
FULL_HD = 1920 * 1080


class Screen:
    """Scales drawn frames to the film's size and lays the caption over them, in FFmpeg's own filters."""

    def __init__(self, drawn: tuple[int, int], size: tuple[int, int], caption: Caption | None) -> None:
        graph = self._graph = av.filter.Graph()
        graph.threads = 2
        self._frames = graph.add_buffer(width=drawn[0], height=drawn[1], format=av.VideoFormat("rgb24"), time_base=TICK)
        # The colours of HD films are told to players as BT.709; without saying so here they would come out shifted.
        scale = graph.add("scale", f"{size[0]}:{size[1]}:flags=bicubic:out_color_matrix=bt709:out_range=tv")
        last = graph.add("format", "yuv420p")
        self._frames.link_to(scale)
        scale.link_to(last)
        self._caption = caption
        if caption:
            wide, high = caption.size
            self._captions = graph.add_buffer(width=wide, height=high, format=av.VideoFormat("rgba"), time_base=TICK)
            overlay = graph.add("overlay", f"{caption.position[0]}:{caption.position[1]}:format=yuv420")
            last.link_to(overlay, 0, 0)
            self._captions.link_to(overlay, 0, 1)
            last = overlay
        self._sink = graph.add("buffersink")
        last.link_to(self._sink)
        graph.configure()

    def show(self, image: Image.Image, moment: int) -> av.VideoFrame:
        frame = to_frame(image)
        frame.pts, frame.time_base = moment, TICK
        if self._caption:
            words = self._caption.frame(moment)
            words.pts, words.time_base = moment, TICK
            self._captions.push(words)
        self._frames.push(frame)
        shown = self._sink.pull()
        assert isinstance(shown, av.VideoFrame)
        return shown


def encode(
    path: Path,
    size: tuple[int, int],
    frames: Iterable[Image.Image],
    *,
    caption: Caption | None,
    sound: Iterator[av.AudioFrame] | None,
) -> None:
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as film:
        picture = _add_picture(film, size)
        voice = film.add_stream("aac", rate=48000, layout="stereo") if sound else None
        screen = None
        for moment, image in enumerate(frames):
            screen = screen or Screen(image.size, size, caption)
            film.mux(picture.encode(screen.show(image, moment)))
            if sound and voice:
                _sound_until(film, voice, sound, (moment + 1) / RATE)
        film.mux(picture.encode())
        if sound and voice:
            _sound_until(film, voice, sound, float("inf"))
            film.mux(voice.encode())


def _add_picture(film: av.container.OutputContainer, size: tuple[int, int]) -> VideoStream:
    big = size[0] * size[1] > FULL_HD
    stream = film.add_stream("libx264", rate=RATE)
    stream.width, stream.height = size
    stream.pix_fmt = "yuv420p"
    stream.time_base = TICK
    stream.thread_count = 2
    stream.options = {
        "preset": "ultrafast",
        "crf": "26" if big else "21",
        "g": str(RATE),
        "keyint_min": str(RATE),
        "sc_threshold": "0",
        "bf": "0",
    }
    context = stream.codec_context
    context.color_range = context.color_primaries = context.color_trc = context.colorspace = BT709
    return stream


def _sound_until(
    film: av.container.OutputContainer, stream: av.AudioStream, sound: Iterator[av.AudioFrame], seconds: float
) -> None:
    """Encode sound as far as the picture has come, so that the file is interleaved and little is held in memory."""
    for frame in sound:
        film.mux(stream.encode(frame))
        if frame.time is not None and frame.time > seconds:
            return
