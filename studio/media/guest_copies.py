"""Copies of a video for people outside the house: the same frames at the same moments, and none of the file's tags.

`make_clean_copy` moves the coded pictures and sound over as they are. `make_marked_copy` draws a watermark over each
picture and codes it anew as H.264. Neither keeps a tag: a gateway may have written there what was asked of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.filter import Graph
from av.packet import Packet
from av.video.format import VideoFormat
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

from studio.media.atomic import replacing
from studio.media.containers import codec_name, open_media, picture_stream, sound_stream
from studio.media.frames import first_frame, seek
from studio.media.sniffing import sniff_result
from studio.media.watermarks import watermark

SHORTER_SIDE = 720
_CODING = {"preset": "veryfast", "crf": "23"}
_FORMATS = {".mp4": "mp4", ".mov": "mov", ".webm": "webm"}
_TURNS = {90: ("transpose=cclock",), 180: ("hflip", "vflip"), 270: ("transpose=clock",)}
_IN_FRONT = {"movflags": "+faststart"}


def make_clean_copy(video: Path, destination: Path) -> None:
    """The coded pictures and sound of `video` without its tags; raises Rejected for a damaged file."""
    with open_media(video, sniff_result(video)) as source, replacing(destination) as draft:
        streams = [stream for stream in (picture_stream(source), sound_stream(source)) if stream is not None]
        with av.open(str(draft), "w", format=_FORMATS[destination.suffix], options=_IN_FRONT) as copy:
            targets = {stream.index: copy.add_stream_from_template(stream) for stream in streams}
            for target in targets.values():
                target.metadata.clear()
            for packet in _whole_packets(source.demux(*streams)):
                packet.stream = targets[packet.stream.index]
                copy.mux(packet)


def make_marked_copy(video: Path, destination: Path, words: str) -> None:
    """An MP4 with `words` burned into each picture, its shorter side 720 pixels at most; raises Rejected as above."""
    with (
        open_media(video, sniff_result(video)) as source,
        replacing(destination) as draft,
        av.open(str(draft), "w", format="mp4", options=_IN_FRONT) as copy,
    ):
        _Marking(source, copy, words).run()


def _whole_packets(packets: Iterator[Packet]) -> Iterator[Packet]:
    """Without the empty ones that end each stream."""
    return (packet for packet in packets if packet.dts is not None)


class _Marking:
    """One run over a video: pictures through the filters, sound beside them in step."""

    def __init__(self, source: InputContainer, copy: OutputContainer, words: str) -> None:
        self.source, self.copy = source, copy
        self.picture, self.sound = picture_stream(source), sound_stream(source)
        first = first_frame(source, self.picture)
        seek(source, self.picture, 0)
        self.turn = first.rotation % 360
        self.size = _size(first, self.turn)
        self.filters = self._filters(words)
        self.pictures_out = self._add_pictures()
        self.sound_out, self.resampler = self._add_sound()

    def run(self) -> None:
        streams = [stream for stream in (self.picture, self.sound) if stream is not None]
        for packet in self.source.demux(*streams):
            if packet.stream.index == self.picture.index:
                self._mark(packet)
            elif self.sound_out is not None:
                self._carry(packet)
        self.filters.push(None)
        self._code_what_is_done()
        self.copy.mux(self.pictures_out.encode())
        if self.sound_out is not None and self.resampler is not None:
            self.copy.mux(self.sound_out.encode())

    def _mark(self, packet: Packet) -> None:
        for frame in packet.decode():
            assert isinstance(frame, VideoFrame)
            self.pictures_in.push(frame)
            self._code_what_is_done()

    def _code_what_is_done(self) -> None:
        while True:
            try:
                frame = self.filters.vpull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            # Where key pictures stand is for the coder to choose anew.
            frame.pict_type = 0
            self.copy.mux(self.pictures_out.encode(frame))

    def _carry(self, packet: Packet) -> None:
        assert self.sound_out is not None
        if self.resampler is None:
            if packet.dts is not None:
                packet.stream = self.sound_out
                self.copy.mux(packet)
            return
        for frame in packet.decode():
            for piece in self.resampler.resample(frame):  # type: ignore[arg-type]
                self.copy.mux(self.sound_out.encode(piece))

    def _filters(self, words: str) -> Graph:
        graph = Graph()
        width, height = self.size
        self.pictures_in = graph.add_buffer(template=self.picture)
        last = self.pictures_in
        for name, _, value in (step.partition("=") for step in (*_TURNS.get(self.turn, ()), f"scale={width}:{height}")):
            following = graph.add(name, value or None)
            last.link_to(following)
            last = following
        mark = graph.add_buffer(width=width, height=height, format=VideoFormat("rgba"), time_base=Fraction(1, 1000))
        over, shape = graph.add("overlay", "0:0:eof_action=repeat"), graph.add("format", "yuv420p")
        sink = graph.add("buffersink")
        last.link_to(over, 0, 0)
        mark.link_to(over, 0, 1)
        over.link_to(shape)
        shape.link_to(sink)
        graph.configure()
        still = _clear_frame(watermark(words, self.size))
        mark.push(still)
        mark.push(None)
        return graph

    def _add_pictures(self) -> VideoStream:
        rate = self.picture.average_rate or self.picture.guessed_rate or Fraction(24)
        stream = self.copy.add_stream("libx264", rate=rate, options=dict(_CODING))
        assert isinstance(stream, VideoStream)
        stream.width, stream.height = self.size
        stream.pix_fmt = "yuv420p"
        if self.picture.time_base:
            stream.codec_context.time_base = self.picture.time_base
        stream.codec_context.thread_count = 2
        return stream

    def _add_sound(self) -> tuple[AudioStream | None, AudioResampler | None]:
        if self.sound is None:
            return None, None
        if codec_name(self.sound) == "aac":
            copied = self.copy.add_stream_from_template(self.sound)
            assert isinstance(copied, AudioStream)
            copied.metadata.clear()
            return copied, None
        coded = self.copy.add_stream("aac", rate=48_000)
        assert isinstance(coded, AudioStream)
        coded.layout = "stereo"
        return coded, AudioResampler(format="fltp", layout="stereo", rate=48_000)


def _clear_frame(picture: Image.Image) -> VideoFrame:
    """A picture with its clearness, which PyAV's own way to make a frame would drop."""
    frame = VideoFrame(*picture.size, "rgba")
    content, (plane,), width = picture.tobytes(), frame.planes, picture.width * 4
    gap = bytes(plane.line_size - width)
    lines = (content[start : start + width] for start in range(0, len(content), width))
    plane.update(gap.join(lines) + gap)
    frame.pts, frame.time_base = 0, Fraction(1, 1000)
    return frame


def _size(frame: VideoFrame, turn: int) -> tuple[int, int]:
    """As shown, small enough, and even, as the coding wants it."""
    width, height = (frame.height, frame.width) if turn % 180 else (frame.width, frame.height)
    share = min(Fraction(1), Fraction(SHORTER_SIDE, min(width, height)))
    return max(2, round(width * share / 2) * 2), max(2, round(height * share / 2) * 2)
