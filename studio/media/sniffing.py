"""The format of a file by its first bytes. Says what a file claims to be; `probe` then makes it prove that."""

from __future__ import annotations

from pathlib import Path

from studio.lib.english import english
from studio.media.errors import Rejected

TAKEN = english("The studio takes images (JPEG, PNG, WebP, BMP, TIFF, GIF), videos (MP4, MOV) and sound (WAV, MP3).")

_MATROSKA = b"\x1aE\xdf\xa3"
_STARTS = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"BM", "bmp"),
    (b"ID3", "mp3"),
)
_RIFF = {b"WEBP": "webp", b"WAVE": "wav"}
_OLD_MOVIE_BOXES = {b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis"}
_M4A_BRANDS = {b"M4A ", b"M4B ", b"M4P "}
_OTHERS = (
    (b"PK\x03\x04", "archive", english("This is a ZIP archive or an office document, not a media file.")),
    (b"\x1f\x8b", "archive", english("This is a compressed archive, not a media file.")),
    (b"Rar!", "archive", english("This is a RAR archive, not a media file.")),
    (b"7z\xbc\xaf", "archive", english("This is a 7-Zip archive, not a media file.")),
    (b"%PDF", "document", english("This is a PDF document, not a media file.")),
    (_MATROSKA, "unsupported", english("WebM and MKV videos cannot be used here; export it as MP4.")),
    (b"OggS", "unsupported", english("Ogg files cannot be used here; export it as MP3 or WAV.")),
    (b"fLaC", "unsupported", english("FLAC files cannot be used here; export it as WAV.")),
    (b"#EXTM3U", "playlist", english("This is a playlist, not a video; send the video file itself.")),
    (b"ffconcat", "playlist", english("This is a playlist, not a video; send the video file itself.")),
)


def sniff(path: Path) -> str:
    """The name of the format in `FORMATS` that the first bytes claim; raises Rejected for anything else."""
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise Rejected("empty", english("This file is empty."))
    name = _by_start(head) or _by_riff(head) or _by_boxes(head) or _by_mpeg_frame(head)
    if name:
        return name
    raise _explain(head)


def sniff_result(path: Path) -> str:
    """The same for a gateway's result, which may be a WebM or MKV as well."""
    with path.open("rb") as file:
        start = file.read(len(_MATROSKA))
    return "matroska" if start == _MATROSKA else sniff(path)


def _by_start(head: bytes) -> str | None:
    return next((name for start, name in _STARTS if head.startswith(start)), None)


def _by_riff(head: bytes) -> str | None:
    return _RIFF.get(head[8:12]) if head[:4] in (b"RIFF", b"RF64") else None


def _by_boxes(head: bytes) -> str | None:
    if head[4:8] in _OLD_MOVIE_BOXES:
        return "mov"
    if head[4:8] != b"ftyp":
        return None
    brand = head[8:12]
    if brand in _HEIF_BRANDS:
        raise Rejected("unsupported", english("HEIC and AVIF pictures cannot be used here; export it as JPEG or PNG."))
    if brand in _M4A_BRANDS:
        raise Rejected("unsupported", english("M4A sound cannot be used here; export it as MP3 or WAV."))
    return "mov" if brand == b"qt  " else "mp4"


def _by_mpeg_frame(head: bytes) -> str | None:
    """MPEG audio without tags starts with eleven set bits; two more bits say that it is layer III."""
    if len(head) < 2 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    return "mp3" if head[1] & 0x06 == 0x02 else None


def _explain(head: bytes) -> Rejected:
    for start, code, message in _OTHERS:
        if head.startswith(start):
            return Rejected(code, message)
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in text:
        return Rejected("svg", english("SVG drawings cannot be used here; export it as PNG."))
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<script")):
        return Rejected("html", english("This is a web page, not a media file; save the picture or video itself."))
    if _is_text(head):
        return Rejected("text", english("This is a text file, not a media file."))
    return Rejected("unsupported", english("This kind of file cannot be used here. %(taken)s", taken=TAKEN))


def _is_text(head: bytes) -> bool:
    if b"\x00" in head:
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        # The sample may cut its last character in half.
        return error.start >= len(head) - 3
    return True
