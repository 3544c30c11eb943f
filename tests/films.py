"""Takes whose files are real films, for whatever reads them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from studio.media import storage
from studio.media.probe import probe
from studio.models import Render
from tests.factories import make_output
from tests.media_factories import make_video


def facts_of(path: Path) -> dict[str, Any]:
    """The columns of an output, as the film at `path` says them."""
    info = probe(path)
    return {
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "size": info.size,
        "width": info.width,
        "height": info.height,
        "seconds": info.seconds,
        "frame_rate": str(info.fps),
        "frame_count": info.frame_count,
        "video_codec": info.video_codec,
        "audio_codec": info.audio_codec or "",
    }


def film(take: Render, *, seconds: float = 1.0, fps: int = 24, sound: bool = False) -> Path:
    """Give `take` a film, with all that its file says; returns where it lies."""
    name = storage.render_name(take.pk, "take.mp4")
    path = storage.absolute(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    make_video(path, seconds=seconds, fps=fps, sound=sound)
    make_output(take, file=name, **facts_of(path))
    return path
