"""The sound of a film: an input's own, or a soft chord that the seed picks; always exactly as long as the picture."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av

RATE = 48000
ROOTS = (110.0, 123.47, 130.81, 146.83, 98.0)
CHORDS = ((1, 1.5, 2, 2.4), (1, 1.5, 2.25, 3), (1, 1.2, 1.5, 2), (1, 1.25, 1.5, 1.875))
SHAPE = "aformat=sample_fmts=fltp:sample_rates={rate}:channel_layouts=stereo,apad,atrim=end={end},asetpts=N/SR/TB"
EDGES = "afade=t=in:d=0.4,afade=t=out:st={out}:d=0.6,asetnsamples=n=1024:p=0"


def has_sound(path: Path) -> bool:
    with av.open(str(path)) as source:
        return bool(source.streams.audio)


def chord(chance: random.Random, seconds: int) -> Iterator[av.AudioFrame]:
    """Four sines breathing at their own slow rates."""
    root, steps = chance.choice(ROOTS), chance.choice(CHORDS)
    voices = []
    for number, step in enumerate(steps):
        swell = f"(0.6+0.4*sin({2 * math.pi * chance.uniform(0.08, 0.22):.4f}*t+{number}))"
        voices.append(f"{0.13 / (1 + number * 0.4):.4f}*{swell}*sin({2 * math.pi * root * step:.4f}*t)")
    graph = av.filter.Graph()
    source = graph.add("aevalsrc", f"exprs='{'+'.join(voices)}':s={RATE}:d={seconds}")
    sink = _finish(graph, source, seconds)
    return _pull(graph, sink)


def from_file(path: Path, seconds: int) -> Iterator[av.AudioFrame]:
    """The sound of a file, cut or padded with silence to the length."""
    with av.open(str(path)) as source:
        stream = source.streams.audio[0]
        graph = av.filter.Graph()
        first = graph.add_abuffer(template=stream, time_base=Fraction(1, stream.rate))
        sink = _finish(graph, first, seconds)
        sent = 0
        for frame in source.decode(stream):
            frame.pts, frame.time_base = sent, Fraction(1, stream.rate)
            sent += frame.samples
            if sent > (seconds + 1) * stream.rate:
                break
            first.push(frame)
            yield from _pull(graph, sink)
        first.push(None)
        yield from _pull(graph, sink)


def _finish(
    graph: av.filter.Graph, source: av.filter.context.FilterContext, seconds: int
) -> av.filter.context.FilterContext:
    last = source
    filters = f"{SHAPE.format(rate=RATE, end=seconds)},{EDGES.format(out=seconds - 0.6)}"
    for step in filters.split(","):
        name, _, arguments = step.partition("=")
        following = graph.add(name, arguments)
        last.link_to(following)
        last = following
    sink = graph.add("abuffersink")
    last.link_to(sink)
    graph.configure()
    return sink


def _pull(graph: av.filter.Graph, sink: av.filter.context.FilterContext) -> Iterator[av.AudioFrame]:
    """All that is ready; the graph is handed over as well, for the sink alone does not keep it alive."""
    while True:
        try:
            frame = sink.pull()
        except (av.EOFError, av.BlockingIOError):
            return
        assert isinstance(frame, av.AudioFrame)
        yield frame
