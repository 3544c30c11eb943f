"""Frames and timecode of one film, counted from its first frame; never drop-frame, as every frame has its number."""

from __future__ import annotations

import re
from fractions import Fraction

from studio.lib.english import english

_PARTS = re.compile(r"(?:(\d{1,2}):)?(\d{1,2}):(\d{1,2}):(\d{1,2})", re.ASCII)
_FRAME = re.compile(r"\d{1,7}", re.ASCII)


def timecode(frame: int, rate: Fraction) -> str:
    """`frame`, counted from 0, as MM:SS:FF, or HH:MM:SS:FF from an hour on, at `rate` frames per second."""
    per_second = max(1, round(rate))
    seconds, frames = divmod(frame, per_second)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    short = f"{minutes:02}:{seconds:02}:{frames:02}"
    return f"{hours:02}:{short}" if hours else short


def frame_of(text: str, rate: Fraction) -> int:
    """The frame that `text` names, as timecode or as a plain number; raises ValueError for anything else."""
    cleaned = text.strip()
    if _FRAME.fullmatch(cleaned):
        return int(cleaned)
    found = _PARTS.fullmatch(cleaned)
    per_second = max(1, round(rate))
    if found is None or int(found[3]) > 59 or int(found[4]) >= per_second:
        raise ValueError(
            english("“%(theirs)s” is no timecode: write minutes:seconds:frames, such as 00:02:12.", theirs=text)
        )
    hours, minutes, seconds, frames = (int(part or 0) for part in found.groups())
    return ((hours * 60 + minutes) * 60 + seconds) * per_second + frames
