"""What leaves the building looks the same and tells nothing of places and people."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import pytest
from PIL import Image, ImageChops, ImageCms

from studio.media.cleaning import make_outgoing
from studio.media.info import MediaInfo
from studio.media.probe import probe
from tests.media_factories import make_audio, make_image, make_video

SECRET = b"Rue du Secret"
FORMATS = ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP"]


def clean(source: Path, destination: Path) -> MediaInfo:
    return make_outgoing(source, probe(source), destination)


def worst_difference(one: Path, other: Path) -> int:
    with Image.open(one) as a, Image.open(other) as b:
        bands = ImageChops.difference(a.convert("RGB"), b.convert("RGB")).getextrema()
    return int(max(high for _, high in bands))  # type: ignore[misc, arg-type]


def packets(path: Path) -> list[bytes]:
    with av.open(path) as container:
        return [bytes(packet) for packet in container.demux() if packet.size]


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_image_loses_its_place_and_text(tmp_path: Path, format: str) -> None:
    source = make_image(tmp_path / "a", format=format, gps=True)
    assert SECRET in source.read_bytes()

    clean(source, tmp_path / "out")

    assert SECRET not in (tmp_path / "out").read_bytes()
    with Image.open(tmp_path / "out") as image:
        assert dict(image.getexif().get_ifd(0x8825)) == {}


def test_jpeg_loses_comment_and_xmp(tmp_path: Path) -> None:
    source = tmp_path / "a.jpg"
    Image.new("RGB", (64, 64), "red").save(source, comment=SECRET, xmp=SECRET)
    assert source.read_bytes().count(SECRET) == 2

    clean(source, tmp_path / "out.jpg")

    assert SECRET not in (tmp_path / "out.jpg").read_bytes()


@pytest.mark.parametrize("format", FORMATS)
def test_image_keeps_its_format_size_and_pixels(tmp_path: Path, format: str) -> None:
    source = make_image(tmp_path / "a", (320, 180), format=format)

    info = clean(source, tmp_path / "out")

    assert (info.format, info.width, info.height) == (format.lower(), 320, 180)
    assert worst_difference(source, tmp_path / "out") == 0


@pytest.mark.parametrize("options", [{"progressive": True}, {"optimize": True}, {"restart_marker_rows": 1}])
def test_jpeg_of_every_coding_keeps_its_pixels(tmp_path: Path, options: dict[str, Any]) -> None:
    source = tmp_path / "a.jpg"
    Image.effect_noise((300, 200), 90).convert("RGB").save(source, comment=SECRET, **options)

    clean(source, tmp_path / "out.jpg")

    assert worst_difference(source, tmp_path / "out.jpg") == 0
    assert SECRET not in (tmp_path / "out.jpg").read_bytes()


def test_pictures_hidden_behind_a_jpeg_stay_behind(tmp_path: Path) -> None:
    source = make_image(tmp_path / "a.jpg", gps=True)
    source.write_bytes(source.read_bytes() * 2 + SECRET)

    clean(source, tmp_path / "out.jpg")

    content = (tmp_path / "out.jpg").read_bytes()
    assert (content.count(b"\xff\xd8\xff"), SECRET in content) == (1, False)


def test_phone_picture_of_two_images_becomes_one(tmp_path: Path) -> None:
    source = tmp_path / "a.jpg"
    other = Image.new("RGB", (20, 20), "blue")
    Image.new("RGB", (64, 48), "red").save(source, format="MPO", save_all=True, append_images=[other])

    info = clean(source, tmp_path / "out.jpg")

    assert (info.format, info.width, info.height) == ("jpeg", 64, 48)
    with Image.open(tmp_path / "out.jpg") as image:
        assert image.format == "JPEG"


def test_animated_webp_becomes_its_first_picture(tmp_path: Path) -> None:
    source = tmp_path / "a.webp"
    frames = [Image.new("RGB", (40, 30), tone) for tone in ("red", "green", "blue")]
    frames[0].save(source, save_all=True, append_images=frames[1:], lossless=True)

    clean(source, tmp_path / "out.webp")

    with Image.open(tmp_path / "out.webp") as image:
        assert getattr(image, "n_frames", 1) == 1
        assert image.convert("RGB").getpixel((5, 5))[0] > 200  # type: ignore[index]


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_image_is_turned_upright(tmp_path: Path, format: str) -> None:
    source = make_image(tmp_path / "a", (320, 180), format=format, orientation=6)

    info = clean(source, tmp_path / "out")

    assert (info.width, info.height) == (180, 320)
    with Image.open(tmp_path / "out") as image:
        assert image.size == (180, 320)
        corner = image.convert("RGB").getpixel((170, 10))
    assert isinstance(corner, tuple)
    assert min(corner) > 240


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_image_keeps_its_colour_profile(tmp_path: Path, format: str) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.new("RGB", (64, 64), "red").save(tmp_path / "a", format=format, icc_profile=profile)

    clean(tmp_path / "a", tmp_path / "out")

    with Image.open(tmp_path / "out") as image:
        assert image.info["icc_profile"] == profile


def test_png_keeps_its_transparency(tmp_path: Path) -> None:
    Image.new("RGBA", (40, 40), (255, 0, 0, 60)).save(tmp_path / "a.png")

    clean(tmp_path / "a.png", tmp_path / "out.png")

    with Image.open(tmp_path / "out.png") as image:
        assert image.getpixel((5, 5)) == (255, 0, 0, 60)


@pytest.mark.parametrize("ending", ["mp4", "mov"])
def test_video_loses_its_place_but_no_packet(tmp_path: Path, ending: str) -> None:
    tags = {
        "title": SECRET.decode(),
        "location": "+48.1333+011.5667/",
        "com.apple.quicktime.location.ISO6709": "+48.1333+011.5667+520/",
    }
    source = make_video(tmp_path / f"a.{ending}", sound=True, metadata=tags)
    assert b"+48.1333" in source.read_bytes()

    info = clean(source, tmp_path / f"out.{ending}")

    content = (tmp_path / f"out.{ending}").read_bytes()
    assert [word in content for word in (SECRET, b"+48.1", b"+011.5", b"Lavf")] == [False] * 4
    assert (info.format, info.seconds, info.has_sound) == (ending, probe(source).seconds, True)
    assert packets(tmp_path / f"out.{ending}") == packets(source)


@pytest.mark.parametrize("codec", ["libx265", "libsvtav1", "libvpx-vp9", "mpeg4"])
def test_video_of_every_coding_is_copied(tmp_path: Path, codec: str) -> None:
    source = make_video(tmp_path / "a.mp4", 0.5, codec=codec)

    info = clean(source, tmp_path / "out.mp4")

    assert (info.video_codec, info.seconds) == (probe(source).video_codec, probe(source).seconds)
    assert packets(tmp_path / "out.mp4") == packets(source)


def test_turned_video_stays_turned(tmp_path: Path) -> None:
    source = make_video(tmp_path / "a.mp4", size=(160, 90), turned=True)

    info = clean(source, tmp_path / "out.mp4")

    assert (info.width, info.height) == (90, 160)


def test_video_loses_chapters(tmp_path: Path) -> None:
    source = tmp_path / "a.mp4"
    with av.open(make_video(tmp_path / "plain.mp4")) as read, av.open(source, "w") as output:
        chapter = {"id": 1, "start": 0, "end": 500, "time_base": Fraction(1, 1000), "metadata": {"title": "Secret"}}
        output.set_chapters([cast(Any, chapter)])
        copy = output.add_stream_from_template(read.streams.video[0])
        for packet in read.demux(video=0):
            if packet.dts is not None:
                packet.stream = copy
                output.mux(packet)
    with av.open(source) as container:
        assert len(container.chapters()) == 1

    clean(source, tmp_path / "out.mp4")

    with av.open(tmp_path / "out.mp4") as container:
        assert (container.chapters(), len(container.streams)) == ([], 1)


@pytest.mark.parametrize("format", ["wav", "mp3"])
def test_sound_loses_its_tags(tmp_path: Path, format: str) -> None:
    source = make_audio(tmp_path / "a", 1.0, format, metadata={"title": SECRET.decode(), "artist": "Someone"})
    assert SECRET in source.read_bytes()

    info = clean(source, tmp_path / "out")

    content = (tmp_path / "out").read_bytes()
    assert [word in content for word in (SECRET, b"Someone", b"LIST", b"ID3")] == [False] * 4
    assert (info.format, info.seconds) == (format, probe(source).seconds)


def test_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    source = make_video(tmp_path / "a.mp4")
    info = probe(source)
    source.write_bytes(b"gone bad")

    with pytest.raises(Exception, match="cannot be played"):
        make_outgoing(source, info, tmp_path / "out.mp4")

    assert [each.name for each in tmp_path.iterdir()] == ["a.mp4"]
