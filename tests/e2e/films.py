"""Ready takes made of a film of one's own, put into a studio that runs, by one shell command."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from studio.media import posters, storage
from studio.models import Project
from tests.e2e.stack import Stack
from tests.factories import make_output, make_render
from tests.films import facts_of


def put_takes(stack: Stack, project: str, *films: Path) -> list[int]:
    """The numbers of the new takes, one for each film."""
    code = f"from tests.e2e.films import make_take; print([make_take({project!r}, name) for name in {names(films)}])"
    last_line = stack.manage("shell", "--no-imports", "-c", code).stdout.strip().splitlines()[-1]
    numbers: list[int] = json.loads(last_line)
    return numbers


def names(films: tuple[Path, ...]) -> list[str]:
    """Paths as plain words for the shell."""
    return [str(film) for film in films]


def make_take(project: str, film: str) -> int:
    """Called inside the studio: the file is probed and gets its poster and filmstrip as if a gateway had sent it."""
    take = make_render(Project.objects.get(slug=project))
    folder = storage.absolute(storage.render_name(take.pk, "video.mp4")).parent
    folder.mkdir(parents=True)
    video = shutil.copyfile(film, folder / "video.mp4")
    posters.make_poster(video, folder / "poster.webp")
    strip = posters.make_filmstrip(video, folder / "filmstrip.webp")
    make_output(take, filmstrip_frames=strip.frames, card_posters={}, **facts_of(video))
    return take.pk
