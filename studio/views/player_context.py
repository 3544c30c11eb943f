"""What the player shows of a take. Members and guests fetch the same files at addresses of their own."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.urls import reverse

from studio.choices import RenderState
from studio.lib.timecode import timecode
from studio.models import Render


class PlayerUrls(NamedTuple):
    """Where the files of one take are fetched from."""

    video: str
    poster: str
    filmstrip: str


def member_urls(take: Render) -> PlayerUrls:
    """Where members of its project fetch them."""
    names = ("output-video", "output-poster", "output-filmstrip")
    return PlayerUrls(*(reverse(name, args=[take.pk]) for name in names))


def player_of(take: Render, urls: PlayerUrls) -> dict[str, Any]:
    """The context `player` of `renders/_player.html`; empty while there is no film."""
    if take.state != RenderState.READY:
        return {}
    output = take.output
    return {
        "video": urls.video,
        "poster": urls.poster if output.poster else "",
        "filmstrip": urls.filmstrip if output.filmstrip else "",
        "frames": output.filmstrip_frames,
        "width": output.width,
        "height": output.height,
        "fps": output.frames_per_second,
        "frame_count": output.frames,
        "length": timecode(output.frames, output.rate),
        "has_sound": bool(output.audio_codec),
    }
