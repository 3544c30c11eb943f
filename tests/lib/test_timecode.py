"""Frames and timecode, both ways."""

from __future__ import annotations

from fractions import Fraction

import pytest

from studio.lib.timecode import frame_of, timecode

NTSC = Fraction(30000, 1001)


@pytest.mark.parametrize(
    ("frame", "rate", "shown"),
    [
        (0, Fraction(24), "00:00:00"),
        (23, Fraction(24), "00:00:23"),
        (24, Fraction(24), "00:01:00"),
        (60 * 25 + 7, Fraction(25), "01:00:07"),
        (30, NTSC, "00:01:00"),
        (3600 * 24 + 1, Fraction(24), "01:00:00:01"),
    ],
)
def test_timecode_counts_whole_frames_and_is_read_back(frame: int, rate: Fraction, shown: str) -> None:
    assert timecode(frame, rate) == shown
    assert frame_of(shown, rate) == frame


def test_plain_number_is_a_frame() -> None:
    assert frame_of(" 48 ", Fraction(24)) == 48


@pytest.mark.parametrize("text", ["", "-1", "1:2", "00:00:24", "00:60:00", "a", "00:00:0x", "٣", "12345678"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no timecode"):
        frame_of(text, Fraction(24))
