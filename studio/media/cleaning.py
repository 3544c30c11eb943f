"""What leaves the building: the same picture, film or sound without what it tells about people and places."""

from __future__ import annotations

from pathlib import Path

import av
from av.container import InputContainer
from av.stream import Stream

from studio.choices import AssetKind
from studio.lib.english import english
from studio.media.atomic import replacing
from studio.media.cleaning_images import clean_image
from studio.media.containers import open_media, picture_stream, sound_stream
from studio.media.errors import Rejected
from studio.media.info import MediaInfo
from studio.media.probe import probe

# bitexact keeps FFmpeg from writing its own name and the time of day into the file.
_MUXER_OPTIONS = {
    "mp4": {"movflags": "+faststart", "fflags": "+bitexact"},
    "mov": {"movflags": "+faststart", "fflags": "+bitexact"},
    "wav": {"fflags": "+bitexact"},
    "mp3": {"id3v2_version": "0", "write_id3v1": "0", "fflags": "+bitexact"},
}


def make_outgoing(source: Path, info: MediaInfo, destination: Path) -> MediaInfo:
    """Writes the copy for a gateway in the same format, atomically, and says what it is."""
    source, destination = Path(source), Path(destination)
    with replacing(destination) as draft:
        if info.kind == AssetKind.IMAGE:
            clean_image(source, info.format, draft)
        else:
            _remux(source, info, draft)
        return probe(draft)


def _remux(source: Path, info: MediaInfo, draft: Path) -> None:
    """Copies picture and sound packets as they are; tags, chapters, cover art and data tracks stay behind."""
    try:
        with (
            open_media(source, info.format) as container,
            av.open(str(draft), "w", format=info.format, options=_MUXER_OPTIONS[info.format]) as output,
        ):
            # Opaque: the stream's description is copied as it is, also where there is no encoder for its coding.
            copies = {
                stream.index: output.add_stream_from_template(stream, opaque=True) for stream in _kept(container, info)
            }
            for copy in copies.values():
                copy.metadata.clear()
            for packet in container.demux([container.streams[index] for index in copies]):
                if packet.dts is None:
                    continue
                packet.stream = copies[packet.stream.index]
                output.mux(packet)
    except (av.error.FFmpegError, ValueError) as error:
        raise Rejected(
            "cannot_clean", english("This file could not be prepared for sending; export it again.")
        ) from error


def _kept(container: InputContainer, info: MediaInfo) -> list[Stream]:
    sound = sound_stream(container)
    kept: list[Stream] = [picture_stream(container)] if info.kind == AssetKind.VIDEO else []
    return [*kept, sound] if sound is not None else kept
