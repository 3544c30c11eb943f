"""Timelines: what is written is read back by OpenTimelineIO, and each remark sits on its frame."""

from __future__ import annotations

from fractions import Fraction
from typing import Any
from xml.etree import ElementTree

import opentimelineio as otio
import pytest

from studio.media.fcpxml import as_fcpxml
from studio.media.timelines import Cut, Mark, as_edl, as_frames, as_otio, sequence_rate

FILM, NTSC = Fraction(24), Fraction(30000, 1001)
OPEN = Mark(60, 71, "Ada Artist", "Hold this\nRey: longer")
DONE = Mark(0, 0, "Rey Reviewer", "Too <dark> & “late”", resolved=True)
WRITERS = {"otio_json": as_otio, "cmx_3600": as_edl, "fcpx_xml": as_fcpxml}


def cut(number: int, *marks: Mark, rate: Fraction = FILM, frames: int = 121, sound: bool = False) -> Cut:
    return Cut(f"tea-take-{number}.mp4", f"T000000{number}", rate, frames, 1280, 720, sound, marks)


def read(format: str, cuts: list[Cut]) -> Any:
    """The track of pictures, as OpenTimelineIO finds it in what was written."""
    timeline = otio.adapters.read_from_string(WRITERS[format]("Tea commercial", cuts), format)
    return timeline.video_tracks()[0]


@pytest.mark.parametrize("format", WRITERS)
def test_takes_follow_one_another_whole_in_the_order_given(format: str) -> None:
    clips = read(format, [cut(2, frames=97), cut(1)])

    assert [clip.name for clip in clips] == ["tea-take-2.mp4", "tea-take-1.mp4"]
    assert [clip.range_in_parent().start_time.to_frames() for clip in clips] == [0, 97]
    assert [clip.trimmed_range().duration.to_frames() for clip in clips] == [97, 121]


@pytest.mark.parametrize("format", WRITERS)
def test_remarks_are_markers_on_their_frames_coloured_by_what_became_of_them(format: str) -> None:
    clips = read(format, [cut(1), cut(2, OPEN, DONE)])

    markers = clips[1].markers
    assert list(clips[0].markers) == []
    assert [marker.marked_range.start_time.to_frames() for marker in markers] == [60, 0]
    assert [str(marker.color) for marker in markers] == ["RED", "GREEN"]
    span = " (to 00:00:02:23)" if format == "cmx_3600" else ""
    assert [marker.name for marker in markers] == [
        f"Ada Artist: Hold this Rey: longer{span}",
        "Rey Reviewer: Too <dark> & “late”",
    ]


@pytest.mark.parametrize("format", ["otio_json", "fcpx_xml"])
def test_span_is_a_range_of_both_its_ends_and_all_between(format: str) -> None:
    markers = read(format, [cut(1, OPEN, DONE)])[0].markers

    assert [marker.marked_range.duration.to_frames() for marker in markers] == [12, 1]


@pytest.mark.parametrize("format", WRITERS)
def test_every_frame_of_a_long_film_keeps_its_remark(format: str) -> None:
    frames = range(0, 361, 7)
    marks = [Mark(frame, frame, "Ada", str(frame)) for frame in frames]

    markers = read(format, [cut(1, *marks, frames=361)])[0].markers

    assert [marker.marked_range.start_time.to_frames() for marker in markers] == list(frames)


@pytest.mark.parametrize("format", ["otio_json", "fcpx_xml"])
def test_films_are_linked_beside_the_timeline(format: str) -> None:
    (clip,) = read(format, [cut(1)])

    assert clip.media_reference.target_url == "tea-take-1.mp4"
    assert clip.media_reference.available_range.duration.to_frames() == 121


def test_whole_text_goes_along_where_the_format_has_room() -> None:
    marker = read("otio_json", [cut(1, OPEN)])[0].markers[0]
    note = ElementTree.fromstring(as_fcpxml("Tea", [cut(1, OPEN)])).find(".//marker")

    assert marker.comment == "Ada Artist: Hold this\nRey: longer"
    assert note is not None and note.get("note") == "Ada Artist: Hold this\nRey: longer"


@pytest.mark.parametrize("format", WRITERS)
def test_text_that_no_format_could_hold_is_cleaned_and_cut(format: str) -> None:
    marks = (Mark(5, 5, "Ada\x00", "a\x07\ud7ffb\ufffe" + "x" * 100_000), Mark(6, 6, "", ""))

    markers = read(format, [cut(1, *marks)])[0].markers

    assert [marker.marked_range.start_time.to_frames() for marker in markers] == [5, 6]
    assert [marker.name[:10] for marker in markers] == ["Ada: a\ud7ffbxx", ":"]


def test_edl_has_a_reel_for_each_take_and_counts_without_dropping() -> None:
    text = as_edl("Tea\ncommercial", [cut(1), cut(2, OPEN)])

    assert text.splitlines() == [
        "TITLE: Tea commercial",
        "FCM: NON-DROP FRAME",
        "",
        "001  T0000001 V     C        00:00:00:00 00:00:05:01 00:00:00:00 00:00:05:01",
        "* FROM CLIP NAME:  tea-take-1.mp4",
        "* FROM CLIP: tea-take-1.mp4",
        "002  T0000002 V     C        00:00:00:00 00:00:05:01 00:00:05:01 00:00:10:02",
        "* FROM CLIP NAME:  tea-take-2.mp4",
        "* FROM CLIP: tea-take-2.mp4",
        "* LOC: 00:00:02:12 RED     Ada Artist: Hold this Rey: longer (to 00:00:02:23)",
    ]


@pytest.mark.parametrize("rate", [NTSC, Fraction(24000, 1001), Fraction(25), Fraction(60), Fraction(12), Fraction(15)])
def test_every_rate_can_be_written(rate: Fraction) -> None:
    one = cut(1, Mark(30, 30, "Ada", "Here"), rate=rate)

    marker = otio.adapters.read_from_string(as_otio("Tea", [one])).find_clips()[0].markers[0]
    element = ElementTree.fromstring(as_fcpxml("Tea", [one])).find(".//marker")

    assert marker.marked_range.start_time.to_frames() == 30
    assert element is not None
    assert Fraction(str(element.get("start")).removesuffix("s")) * rate == 30
    assert "* LOC: 00:00:0" in as_edl("Tea", [one])


def test_television_rates_are_counted_in_whole_frames() -> None:
    one = cut(1, Mark(45, 45, "Ada", "Here"), rate=NTSC, frames=150)

    assert "00:00:00:00 00:00:05:00" in as_edl("Tea", [one])
    assert "* LOC: 00:00:01:15 " in as_edl("Tea", [one])


def test_sequence_takes_the_rate_of_most_files_and_others_keep_their_own_frames() -> None:
    cuts = [cut(1), cut(2, Mark(50, 50, "Ada", "Here"), rate=Fraction(25), frames=100), cut(3)]

    clips = read("otio_json", cuts)
    counted = read("cmx_3600", cuts)
    root = ElementTree.fromstring(as_fcpxml("Tea", cuts))

    assert sequence_rate(cuts) == 24
    assert [clip.trimmed_range().duration.to_frames() for clip in clips] == [121, 100, 121]
    assert clips[1].markers[0].marked_range.start_time == otio.opentime.RationalTime(50, 25)
    assert [clip.trimmed_range().duration.to_frames() for clip in counted] == [121, 96, 121]
    assert counted[1].markers[0].marked_range.start_time == otio.opentime.RationalTime(48, 24)
    assert [clip.get("offset") for clip in root.iter("asset-clip")] == ["0s", "121/24s", "217/24s"]


def test_of_two_rates_alike_the_higher_leads() -> None:
    assert sequence_rate([cut(1), cut(2, rate=Fraction(25))]) == 25
    assert sequence_rate([]) == 24
    assert as_frames(50, Fraction(25), Fraction(24)) == 48


def test_sound_goes_along_where_a_file_has_it() -> None:
    cuts = [cut(1, OPEN), cut(2, sound=True)]

    timeline = otio.adapters.read_from_string(as_otio("Tea", cuts))
    assets = ElementTree.fromstring(as_fcpxml("Tea", cuts)).findall(".//asset")

    (sounds,) = timeline.audio_tracks()
    assert [type(item).__name__ for item in sounds] == ["Gap", "Clip"]
    assert sounds.range_of_child_at_index(1).start_time.to_frames() == 121
    assert [asset.get("hasAudio") for asset in assets] == [None, "1"]
    assert not otio.adapters.read_from_string(as_otio("Tea", cuts[:1])).audio_tracks()
