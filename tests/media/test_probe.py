"""Kind and measures by content; what is refused, and with which words."""

from __future__ import annotations

import struct
import zlib
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import av
import pytest
from PIL import Image

from studio.choices import AssetKind
from studio.media.errors import Rejected
from studio.media.info import MediaInfo
from studio.media.probe import probe, verify_playable
from tests.media_factories import make_audio, make_image, make_video


def refusal(path: Path) -> str:
    with pytest.raises(Rejected) as caught:
        probe(path)
    return caught.value.code


@pytest.mark.parametrize(
    ("format", "mime", "extension"),
    [
        ("JPEG", "image/jpeg", "jpg"),
        ("PNG", "image/png", "png"),
        ("WEBP", "image/webp", "webp"),
        ("BMP", "image/bmp", "bmp"),
        ("TIFF", "image/tiff", "tiff"),
        ("GIF", "image/gif", "gif"),
    ],
)
def test_image_is_known_by_content_under_any_name(tmp_path: Path, format: str, mime: str, extension: str) -> None:
    path = make_image(tmp_path / "looks-like.mp4", (320, 180), format=format)

    assert probe(path) == MediaInfo(
        AssetKind.IMAGE, format.lower(), mime, extension, path.stat().st_size, width=320, height=180
    )


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_image_size_is_as_shown_after_orientation(tmp_path: Path, format: str) -> None:
    info = probe(make_image(tmp_path / "a", (320, 180), format=format, orientation=6))

    assert (info.width, info.height) == (180, 320)


def test_image_of_a_few_pixels_is_taken(tmp_path: Path) -> None:
    info = probe(make_image(tmp_path / "a.jpg", (5, 3)))

    assert (info.width, info.height) == (5, 3)


def test_animated_gif_counts_as_an_image(tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    frames = [Image.new("RGB", (40, 30), tone) for tone in ("red", "green", "blue")]
    frames[0].save(path, save_all=True, append_images=frames[1:])

    info = probe(path)

    assert (info.kind, info.width, info.height) == (AssetKind.IMAGE, 40, 30)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "svg"),
        (b"\xef\xbb\xbf  <SVG></SVG>", "svg"),
        (b"<!DOCTYPE html><html><body>hi</body></html>", "html"),
        (b"#!/bin/sh\nrm -rf /\n", "text"),
        ("ä".encode() * 3000, "text"),
        (b"PK\x03\x04" + b"\0" * 60, "archive"),
        (b"%PDF-1.7\n", "document"),
        (b"\x1aE\xdf\xa3" + b"\0" * 60, "unsupported"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "unsupported"),
        (b"\0\0\0\x18ftypM4A \0\0\0\0M4A mp42", "unsupported"),
        (bytes(range(200, 256)) * 100, "unsupported"),
        (b"\xff\xd8\xff\xe0<html><script>alert(1)</script></html>", "damaged"),
        (b"\x89PNG\r\n\x1a\n<svg></svg>", "damaged"),
        (b"GIF89a<html>", "damaged"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp42<html>", "truncated"),
        (b"RIFF\xff\0\0\0WAVEfmt ", "truncated"),
    ],
)
def test_file_that_is_no_media_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(content)

    assert refusal(path) == code


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF"])
def test_truncated_image_is_refused(tmp_path: Path, format: str) -> None:
    path = tmp_path / "a"
    noise = Image.effect_noise((300, 200), 90).convert("RGB")
    noise.save(path, format=format)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])

    assert refusal(path) == "damaged"


@pytest.mark.parametrize("side", [8_000, 60_000])
def test_decompression_bomb_is_refused_before_it_is_decoded(tmp_path: Path, side: int) -> None:
    path = tmp_path / "bomb.png"
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")]
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + b"".join(struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in chunks)
    )

    assert refusal(path) == "too_many_pixels"


@pytest.mark.parametrize(("ending", "format", "mime"), [("mp4", "mp4", "video/mp4"), ("mov", "mov", "video/quicktime")])
def test_video_tells_its_measures(tmp_path: Path, ending: str, format: str, mime: str) -> None:
    path = make_video(tmp_path / f"a.{ending}", 1.5, (160, 90), 24, sound=True)

    assert probe(path) == MediaInfo(
        AssetKind.VIDEO,
        format,
        mime,
        ending,
        path.stat().st_size,
        width=160,
        height=90,
        seconds=Decimal("1.5"),
        fps=Fraction(24),
        frame_count=36,
        video_codec="h264",
        audio_codec="aac",
        has_sound=True,
    )


def test_video_without_sound_says_so(tmp_path: Path) -> None:
    info = probe(make_video(tmp_path / "a.mp4"))

    assert (info.has_sound, info.audio_codec) == (False, "")


def test_turned_video_is_measured_as_shown(tmp_path: Path) -> None:
    info = probe(make_video(tmp_path / "a.mp4", size=(160, 90), turned=True))

    assert (info.width, info.height) == (90, 160)


@pytest.mark.parametrize("faststart", [True, False])
@pytest.mark.parametrize("kept", [0.3, 0.95])
def test_truncated_video_is_refused(tmp_path: Path, faststart: bool, kept: float) -> None:
    path = make_video(tmp_path / "a.mp4", sound=True, faststart=faststart)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * kept)])

    assert refusal(path) == "truncated"


def fragmented(path: Path) -> Path:
    plain = make_video(path.with_name("plain.mp4"), 2.0)
    options = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    with av.open(plain) as read, av.open(path, "w", options=options) as output:
        copy = output.add_stream_from_template(read.streams.video[0])
        for packet in read.demux(video=0):
            if packet.dts is not None:
                packet.stream = copy
                output.mux(packet)
    return path


def test_fragmented_video_tells_its_length(tmp_path: Path) -> None:
    info = verify_playable(fragmented(tmp_path / "a.mp4"))

    assert info.seconds == Decimal(2)


def test_truncated_fragmented_video_is_refused(tmp_path: Path) -> None:
    path = fragmented(tmp_path / "a.mp4")
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])

    assert refusal(path) == "truncated"


def test_video_with_padding_at_its_end_is_taken(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4")
    path.write_bytes(path.read_bytes() + b"\0" * 512)

    assert probe(path).kind == AssetKind.VIDEO


def test_video_of_zeroes_behind_a_sound_index_is_refused(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4", size=(320, 180))
    content = path.read_bytes()
    start = content.index(b"mdat") + 4
    path.write_bytes(content[:start] + b"\0" * (len(content) - start))

    assert refusal(path) == "damaged"


def test_mp4_that_holds_sound_only_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with av.open(make_audio(tmp_path / "a.mp3", format="mp3")) as source, av.open(path, "w") as output:
        copy = output.add_stream_from_template(source.streams.audio[0])
        for packet in source.demux(audio=0):
            if packet.dts is not None:
                packet.stream = copy
                output.mux(packet)

    assert refusal(path) == "no_picture"


def test_playlist_dressed_as_a_video_reads_no_other_file(tmp_path: Path) -> None:
    target = make_video(tmp_path / "secret.mp4")
    path = tmp_path / "a.mp4"
    path.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nfile://{target}\n#EXT-X-ENDLIST\n")

    assert refusal(path) == "playlist"


def test_playlist_behind_a_video_brand_is_refused(tmp_path: Path) -> None:
    target = make_video(tmp_path / "secret.mp4")
    path = tmp_path / "a.mp4"
    brand = b"\0\0\0\x10ftypisom\0\0\0\0"
    path.write_bytes(brand + b"\n#EXTM3U\n#EXTINF:5,\nfile://" + bytes(target) + b"\n")

    assert refusal(path) == "truncated"


@pytest.mark.parametrize(("format", "codec", "mime"), [("wav", "pcm_s16le", "audio/wav"), ("mp3", "mp3", "audio/mpeg")])
def test_sound_tells_its_length(tmp_path: Path, format: str, codec: str, mime: str) -> None:
    path = make_audio(tmp_path / "a.bin", 2.0, format)

    info = probe(path)

    assert (info.kind, info.mime, info.extension, info.audio_codec) == (AssetKind.AUDIO, mime, format, codec)
    assert info.seconds is not None
    assert abs(info.seconds - 2) < Decimal("0.1")


@pytest.mark.parametrize("format", ["wav", "mp3"])
def test_truncated_sound_is_refused(tmp_path: Path, format: str) -> None:
    path = make_audio(tmp_path / "a.bin", 2.0, format)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    assert refusal(path) == "truncated"


def test_sound_of_noise_bytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(b"ID3\x04\0\0\0\0\0\0" + bytes(range(128)) * 40)

    assert refusal(path) == "damaged"


def test_playable_video_is_verified(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4", 1.0, sound=True)

    assert verify_playable(path) == probe(path)


def test_picture_instead_of_a_result_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Rejected) as caught:
        verify_playable(make_image(tmp_path / "a.mp4"))

    assert caught.value.code == "not_a_video"


def test_video_whose_second_half_is_zeroes_is_not_playable(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4", 4.0, (320, 180), keyframe_every=500)
    content = path.read_bytes()
    start = content.index(b"mdat") + 4
    middle = start + (len(content) - start) // 2
    path.write_bytes(content[:middle] + b"\0" * (len(content) - middle))

    with pytest.raises(Rejected) as caught:
        verify_playable(path)

    assert caught.value.code == "truncated"
