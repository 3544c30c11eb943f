"""A row of takes as a timeline for the edit: OpenTimelineIO, and by it an EDL. Final Cut's XML is in `fcpxml.py`.

The sequence takes the rate that most of its files have (of several, the highest); each file is cut to its own whole
frames, which count from 0. An EDL knows one rate only and counts in whole frames a second, so a film of 23.976 frames
is counted in 24, and files of other rates are cut where the sequence's frames fall; its LOC lines carry the time within
the clip's file, as OpenTimelineIO reads them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import opentimelineio as otio

Time = otio.opentime.RationalTime
Range = otio.opentime.TimeRange
# What an EDL may be counted in; anything else is counted in the first.
EDL_RATES = (24, 25, 30, 48, 50, 60)
LONGEST_NAME = 300
LONGEST_LOCATOR = 200
RED, GREEN = "RED", "GREEN"
# What XML has no way to say, and where the library would cut a text off.
_UNSAYABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Mark:
    """A remark on the frames from `frame` to `end_frame`, both belonging to it; `text` with its replies, in lines."""

    frame: int
    end_frame: int
    author: str
    text: str
    resolved: bool = False
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def frames(self) -> int:
        """How many frames it is about."""
        return self.end_frame - self.frame + 1

    @property
    def name(self) -> str:
        """Who and what in one line."""
        return _cut(" ".join(self.words.split()), LONGEST_NAME)

    @property
    def words(self) -> str:
        """Who and what, whole."""
        return sayable(f"{self.author}: {self.text}")

    @property
    def color(self) -> str:
        """Green once it is resolved."""
        return GREEN if self.resolved else RED


@dataclass(frozen=True)
class Cut:
    """One take from its first frame to its last, and the name of its file beside the timeline."""

    file: str
    reel: str
    rate: Fraction
    frames: int
    width: int
    height: int
    has_sound: bool
    marks: tuple[Mark, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)


def sayable(text: str) -> str:
    """`text` without the characters that no timeline can hold."""
    return _UNSAYABLE.sub("", text)


def sequence_rate(cuts: Sequence[Cut]) -> Fraction:
    """The rate that most of the files have; of several such the highest."""
    counted = Counter(cut.rate for cut in cuts)
    return max(counted, key=lambda rate: (counted[rate], rate), default=Fraction(24))


def as_frames(frame: int, rate: Fraction, of: Fraction) -> int:
    """The frame of a film of the rate `of` that is shown when `frame` of one of `rate` begins."""
    return int(frame / rate * of)


def as_otio(title: str, cuts: Sequence[Cut]) -> str:
    """The timeline in OpenTimelineIO's own JSON: a track of pictures with the remarks, and one of their sound."""
    timeline = otio.schema.Timeline(title)
    pictures = otio.schema.Track("Video", kind=otio.schema.TrackKind.Video)
    pictures.extend([_clip(cut, marked=True) for cut in cuts])
    timeline.tracks.append(pictures)
    if any(cut.has_sound for cut in cuts):
        sounds = otio.schema.Track("Audio", kind=otio.schema.TrackKind.Audio)
        sounds.extend([_sound(cut) for cut in cuts])
        timeline.tracks.append(sounds)
    timeline.global_start_time = Time(0, float(sequence_rate(cuts)))
    return str(otio.adapters.write_to_string(timeline, "otio_json"))


def as_edl(title: str, cuts: Sequence[Cut]) -> str:
    """A CMX 3600 list of the pictures, at most 999 of them."""
    rate = round(sequence_rate(cuts))
    count = Fraction(rate if rate in EDL_RATES else EDL_RATES[0])
    timeline = otio.schema.Timeline()
    track = otio.schema.Track("V", kind=otio.schema.TrackKind.Video)
    track.extend([_event(cut, count) for cut in cuts])
    timeline.tracks.append(track)
    # Its own title comes without this line, and editors then ask whether the time code drops frames.
    head = f"TITLE: {_cut(' '.join(title.split()), 70)}\nFCM: NON-DROP FRAME\n\n"
    return head + str(otio.adapters.write_to_string(timeline, "cmx_3600", rate=float(count)))


def _clip(cut: Cut, *, marked: bool) -> otio.schema.Clip:
    whole = _range(cut.frames, cut.rate)
    clip = otio.schema.Clip(
        cut.file,
        media_reference=otio.schema.ExternalReference(target_url=cut.file, available_range=whole),
        source_range=whole,
        metadata={"rushes": cut.facts, "cmx_3600": {"reel": cut.reel}},
    )
    if marked:
        clip.markers.extend([_marker(mark, cut) for mark in cut.marks])
    return clip


def _sound(cut: Cut) -> otio.schema.Item:
    return _clip(cut, marked=False) if cut.has_sound else otio.schema.Gap(source_range=_range(cut.frames, cut.rate))


def _marker(mark: Mark, cut: Cut) -> otio.schema.Marker:
    return otio.schema.Marker(
        mark.name,
        marked_range=Range(Time(mark.frame, float(cut.rate)), Time(mark.frames, float(cut.rate))),
        color=mark.color,
        comment=mark.words,
        metadata={"rushes": mark.facts},
    )


def _event(cut: Cut, count: Fraction) -> otio.schema.Clip:
    own = _counted(cut.rate)
    length = Range(Time(0, float(count)), Time(max(1, as_frames(cut.frames, own, count)), float(count)))
    # The adapter would write the remarks in capitals; what stands here it writes as it is.
    locators = [_locator(mark, own, count) for mark in cut.marks]
    return otio.schema.Clip(
        cut.file,
        media_reference=otio.schema.ExternalReference(target_url=cut.file, available_range=length),
        source_range=length,
        metadata={"cmx_3600": {"reel": cut.reel, "comments": locators}},
    )


def _counted(rate: Fraction) -> Fraction:
    """The rate in whole frames, for those that television has made a thousandth slower."""
    return Fraction(round(rate)) if abs(rate - round(rate)) < Fraction(1, 10) else rate


def _locator(mark: Mark, own: Fraction, count: Fraction) -> str:
    begin, end = (
        otio.opentime.to_timecode(Time(as_frames(frame, own, count), float(count)), float(count))
        for frame in (mark.frame, mark.end_frame)
    )
    until = f" (to {end})" if mark.end_frame > mark.frame else ""
    return f"LOC: {begin} {mark.color:7} {_cut(mark.name, LONGEST_LOCATOR)}{until}"


def _range(frames: int, rate: Fraction) -> otio.opentime.TimeRange:
    return Range(Time(0, float(rate)), Time(frames, float(rate)))


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
