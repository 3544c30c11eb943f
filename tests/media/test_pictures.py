"""Thumbnails, posters, filmstrips, last frames and waveforms, looked at pixel by pixel."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest
from PIL import Image, ImageStat

from studio.media.images import make_thumbnail
from studio.media.posters import Filmstrip, extract_last_frame, make_filmstrip, make_poster
from studio.media.waveform import make_waveform
from tests.media_factories import frame_gray, make_audio, make_image, make_video


def gray_of(path: Path, box: tuple[int, int, int, int] | None = None) -> float:
    """The middle tone of a picture or of a part of it."""
    with Image.open(path) as image:
        part = image.convert("L").crop(box) if box else image.convert("L")
        return float(ImageStat.Stat(part).median[0])


def test_thumbnail_fits_the_box_upright(tmp_path: Path) -> None:
    source = make_image(tmp_path / "a.jpg", (1600, 900), orientation=6, gps=True)

    size = make_thumbnail(source, tmp_path / "t.webp", (400, 400))

    assert size == (225, 400)
    with Image.open(tmp_path / "t.webp") as image:
        assert (image.format, image.size, dict(image.getexif())) == ("WEBP", (225, 400), {})
        assert min(image.convert("RGB").getpixel((220, 4))) > 240  # type: ignore[type-var, arg-type]


def test_thumbnail_never_enlarges(tmp_path: Path) -> None:
    assert make_thumbnail(make_image(tmp_path / "a.png", (50, 40), format="PNG"), tmp_path / "t.webp") == (50, 40)


@pytest.mark.parametrize("mode", ["P", "L", "1", "LA", "RGBA", "I;16", "CMYK"])
def test_thumbnail_of_every_kind_of_pixel(tmp_path: Path, mode: str) -> None:
    source = tmp_path / ("a.tif" if mode == "CMYK" else "a.png")
    color = 32768 if mode == "I;16" else None
    (Image.new(mode, (60, 40), color) if color else Image.new("RGB", (60, 40), "gray").convert(mode)).save(source)

    make_thumbnail(source, tmp_path / "t.webp")

    assert 110 <= gray_of(tmp_path / "t.webp") <= 150 or mode == "1"


def test_poster_is_taken_a_second_in(tmp_path: Path) -> None:
    video = make_video(tmp_path / "a.mp4", 3.0, numbers=False)

    size = make_poster(video, tmp_path / "p.webp", width=160)

    assert size == (160, 90)
    assert abs(gray_of(tmp_path / "p.webp") - frame_gray(24, 72)) <= 3


def test_poster_of_a_short_video_is_its_middle(tmp_path: Path) -> None:
    video = make_video(tmp_path / "a.mp4", 0.5, numbers=False)

    make_poster(video, tmp_path / "p.webp", width=160)

    assert abs(gray_of(tmp_path / "p.webp") - frame_gray(6, 12)) <= 8


def test_poster_avoids_a_black_beginning(tmp_path: Path) -> None:
    video = make_video(tmp_path / "a.mp4", 3.0, black_until=1.4)

    make_poster(video, tmp_path / "p.webp")

    assert gray_of(tmp_path / "p.webp") > 100


def test_poster_of_an_all_black_video_is_black(tmp_path: Path) -> None:
    video = make_video(tmp_path / "a.mp4", 1.0, black_until=9)

    make_poster(video, tmp_path / "p.webp")

    assert gray_of(tmp_path / "p.webp") < 10


def test_poster_of_a_turned_video_is_upright(tmp_path: Path) -> None:
    video = make_video(tmp_path / "a.mp4", size=(160, 90), turned=True)

    assert make_poster(video, tmp_path / "p.webp", width=90) == (90, 160)


@pytest.mark.parametrize("seconds", [0.2, 2.0])
def test_filmstrip_runs_from_left_to_right(tmp_path: Path, seconds: float) -> None:
    video = make_video(tmp_path / "a.mp4", seconds, (160, 90), numbers=False)

    strip = make_filmstrip(video, tmp_path / "f.webp", frames=10, height=90)

    assert strip == Filmstrip(frames=10, width=160, height=90)
    tones = [gray_of(tmp_path / "f.webp", (index * 160, 0, index * 160 + 160, 90)) for index in range(10)]
    assert tones == sorted(tones)
    assert tones[-1] - tones[0] > 130


def test_filmstrip_of_a_long_video_uses_key_frames(tmp_path: Path) -> None:
    video = make_video(tmp_path / "a.mp4", 20.0, (96, 54), fps=6, numbers=False, keyframe_every=6)

    strip = make_filmstrip(video, tmp_path / "f.webp", frames=5, height=54)

    tones = [gray_of(tmp_path / "f.webp", (index * 96, 0, index * 96 + 96, 54)) for index in range(5)]
    assert strip == Filmstrip(frames=5, width=96, height=54)
    expected = [frame_gray(6 * second, 120) for second in (2, 6, 10, 14, 18)]
    assert [round(abs(tone - wanted)) <= 3 for tone, wanted in zip(tones, expected, strict=True)] == [True] * 5


@pytest.mark.parametrize("every", [1, 24, 500])
def test_last_frame_is_the_very_last(tmp_path: Path, every: int) -> None:
    video = make_video(tmp_path / "a.mp4", 2.0, (160, 90), sound=True, numbers=False, keyframe_every=every)

    size = extract_last_frame(video, tmp_path / "last.png")

    assert size == (160, 90)
    assert abs(gray_of(tmp_path / "last.png") - frame_gray(47, 48)) <= 1
    assert frame_gray(47, 48) - frame_gray(46, 48) >= 3


def test_last_frame_of_a_turned_video_is_upright(tmp_path: Path) -> None:
    video = make_video(tmp_path / "a.mp4", size=(160, 90), turned=True)

    assert extract_last_frame(video, tmp_path / "last.png") == (90, 160)


@pytest.mark.parametrize("format", ["wav", "mp3"])
def test_waveform_rises_with_the_sound_on_nothing(tmp_path: Path, format: str) -> None:
    audio = make_audio(tmp_path / "a", 3.0, format)

    make_waveform(audio, tmp_path / "w.webp", 400, 80)

    with Image.open(tmp_path / "w.webp") as image:
        alpha = image.convert("RGBA").getchannel("A")
    heights = [sum(alpha.crop((left + 1, 0, left + 2, 80)).histogram()[200:]) for left in range(0, 400, 5)]
    assert alpha.size == (400, 80)
    assert alpha.getpixel((4, 40)) == 0
    assert heights[-3] > heights[40] > heights[4] > 0


def test_waveform_memory_stays_flat(tmp_path: Path) -> None:
    audio = tmp_path / "long.wav"
    size = 44100 * 2 * 240
    header = b"RIFF" + (size + 36).to_bytes(4, "little") + b"WAVEfmt \x10\0\0\0\x01\0\x01\0"
    header += (44100).to_bytes(4, "little") + (88200).to_bytes(4, "little") + b"\x02\0\x10\0"
    with audio.open("wb") as file:
        file.write(header + b"data" + size.to_bytes(4, "little"))
        file.truncate(len(header) + 8 + size)

    tracemalloc.start()
    make_waveform(audio, tmp_path / "w.webp")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 2_000_000
