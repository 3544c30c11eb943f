"""What is known of a media file once it was opened, and the formats the studio takes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from studio.choices import AssetKind


@dataclass(frozen=True)
class Format:
    """One accepted file format: its own name, what browsers call it, and the ending its files get."""

    name: str
    kind: AssetKind
    mime: str
    extension: str


FORMATS: dict[str, Format] = {
    row.name: row
    for row in (
        Format("jpeg", AssetKind.IMAGE, "image/jpeg", "jpg"),
        Format("png", AssetKind.IMAGE, "image/png", "png"),
        Format("webp", AssetKind.IMAGE, "image/webp", "webp"),
        Format("bmp", AssetKind.IMAGE, "image/bmp", "bmp"),
        Format("tiff", AssetKind.IMAGE, "image/tiff", "tiff"),
        Format("gif", AssetKind.IMAGE, "image/gif", "gif"),
        Format("mp4", AssetKind.VIDEO, "video/mp4", "mp4"),
        Format("mov", AssetKind.VIDEO, "video/quicktime", "mov"),
        Format("wav", AssetKind.AUDIO, "audio/wav", "wav"),
        Format("mp3", AssetKind.AUDIO, "audio/mpeg", "mp3"),
    )
}

# Never taken as a reference, but a gateway's result is kept in whatever plays.
RESULTS = {"matroska": Format("matroska", AssetKind.VIDEO, "video/webm", "webm")}
RESULT_EXTENSIONS = ("mp4", "mov", "webm")


@dataclass(frozen=True)
class MediaInfo:
    """What the file itself says. Width and height are as shown: after EXIF orientation or rotation."""

    kind: AssetKind
    format: str
    mime: str
    extension: str
    size: int
    width: int | None = None
    height: int | None = None
    seconds: Decimal | None = None
    fps: Fraction | None = None
    frame_count: int | None = None
    video_codec: str = ""
    audio_codec: str = ""
    has_sound: bool = False


def to_seconds(value: Fraction | float) -> Decimal:
    """A length in seconds, to the millisecond."""
    return Decimal(round(value * 1000)) / 1000
