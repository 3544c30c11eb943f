"""What the player is told of a take."""

from __future__ import annotations

from studio.models import Project
from studio.views.player_context import PlayerUrls, member_urls, player_of
from tests.factories import make_output, make_render


def test_player_is_told_the_rate_and_the_frames_of_the_file(project: Project) -> None:
    take = make_render(project)
    make_output(take, width=640, height=360, frame_rate="30000/1001", frame_count=150, audio_codec="aac")

    assert player_of(take, member_urls(take)) == {
        "video": f"/takes/{take.pk}/video/",
        "poster": f"/takes/{take.pk}/poster/",
        "filmstrip": f"/takes/{take.pk}/filmstrip/",
        "frames": 10,
        "width": 640,
        "height": 360,
        "fps": 30000 / 1001,
        "frame_count": 150,
        "length": "00:05:00",
        "has_sound": True,
    }


def test_player_asks_for_no_picture_that_was_not_made(project: Project) -> None:
    take = make_render(project)
    make_output(take, poster="", filmstrip="", audio_codec="")

    told = player_of(take, PlayerUrls(video="/g/v/", poster="/g/p/", filmstrip="/g/f/"))

    assert [told[name] for name in ("video", "poster", "filmstrip", "has_sound")] == ["/g/v/", "", "", False]


def test_there_is_no_player_before_the_film(project: Project) -> None:
    take = make_render(project)

    assert player_of(take, member_urls(take)) == {}
