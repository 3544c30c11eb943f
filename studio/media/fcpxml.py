"""A timeline as Final Cut Pro's XML, version 1.8.

Written here and not by OpenTimelineIO's adapter: that one knows eight rates and none of 23.976, leaves out sound and
picture size, drops all of a remark but its name, and starts another program for every file. What stands here is read
by it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from studio.media.timelines import Cut, Mark, as_frames, sayable, sequence_rate


def as_fcpxml(title: str, cuts: Sequence[Cut]) -> str:
    """The takes one after the other on the spine; a remark is a task that is done once it is resolved."""
    rate = sequence_rate(cuts)
    root = Element("fcpxml", version="1.8")
    resources = SubElement(root, "resources")
    formats = _formats(resources, cuts, rate)
    project = SubElement(root, "project", name=sayable(title))
    sequence = SubElement(project, "sequence", format=formats[_shape(cuts, rate)], tcStart="0s", tcFormat="NDF")
    spine = SubElement(sequence, "spine")
    at = 0
    for number, cut in enumerate(cuts, start=1):
        asset = _asset(resources, cut, f"take{number}", formats[(cut.rate, cut.width, cut.height)])
        at += _put(spine, cut, asset, at, rate)
    sequence.set("duration", _time(at, rate))
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n{tostring(root, encoding="unicode")}\n'


def _formats(resources: Element, cuts: Sequence[Cut], rate: Fraction) -> dict[tuple[Fraction, int, int], str]:
    """One for every rate and size there is, under the names that the clips use."""
    shapes = dict.fromkeys([_shape(cuts, rate), *((cut.rate, cut.width, cut.height) for cut in cuts)])
    names = {shape: f"r{number}" for number, shape in enumerate(shapes, start=1)}
    for (each, width, height), name in names.items():
        frame = _time(1, each)
        SubElement(resources, "format", id=name, frameDuration=frame, width=str(width), height=str(height))
    return names


def _shape(cuts: Sequence[Cut], rate: Fraction) -> tuple[Fraction, int, int]:
    """The picture of the sequence: that of the first file of its rate."""
    return next(((rate, cut.width, cut.height) for cut in cuts if cut.rate == rate), (rate, 1920, 1080))


def _asset(resources: Element, cut: Cut, name: str, format_: str) -> str:
    sound = {"hasAudio": "1", "audioSources": "1", "audioChannels": "2"} if cut.has_sound else {}
    times = {"start": "0s", "duration": _time(cut.frames, cut.rate)}
    SubElement(
        resources,
        "asset",
        {"id": name, "name": cut.file, "src": cut.file, "hasVideo": "1", "format": format_} | times | sound,
    )
    return name


def _put(spine: Element, cut: Cut, asset: str, at: int, rate: Fraction) -> int:
    """Put the clip at the frame `at` of the sequence; returns how many of the sequence's frames it takes."""
    length = max(1, as_frames(cut.frames, cut.rate, rate))
    times = {"offset": _time(at, rate), "start": "0s", "duration": _time(length, rate)}
    clip = SubElement(spine, "asset-clip", {"name": cut.file, "ref": asset, "tcFormat": "NDF"} | times)
    _mark(clip, cut.marks, cut.rate)
    return length


def _mark(clip: Element, marks: Iterable[Mark], rate: Fraction) -> None:
    for mark in marks:
        SubElement(
            clip,
            "marker",
            start=_time(mark.frame, rate),
            duration=_time(mark.frames, rate),
            value=mark.name,
            completed="1" if mark.resolved else "0",
            note=mark.words,
        )


def _time(frames: int, rate: Fraction) -> str:
    """So many frames in seconds, as a fraction that is exact."""
    if not frames:
        return "0s"
    return f"{frames * rate.denominator}/{rate.numerator}s"
