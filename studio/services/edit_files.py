"""Writes what an edit takes in: a timeline, or a ZIP of films, manifest and timelines. Reads the rows, writes none."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext as _

from studio.choices import ExportFormat
from studio.lib.clock import now
from studio.lib.spreadsheets import BOM, Cell, lines, needs_bom
from studio.media import storage
from studio.media.atomic import replacing
from studio.media.fcpxml import as_fcpxml
from studio.media.packing import pack
from studio.media.timelines import Cut, Mark, as_edl, as_otio
from studio.models import Comment, Project, Render
from studio.services import manifests
from studio.services.manifests import Told

TIMELINES: dict[str, Callable[[str, Sequence[Cut]], str]] = {
    ExportFormat.OTIO: as_otio,
    ExportFormat.EDL: as_edl,
    ExportFormat.FCPXML: as_fcpxml,
}


def nothing_heard(done: int) -> None:
    """For whoever does not want to know how far it is."""


def never() -> bool:
    """For whoever has the time to write all of it in one run."""
    return False


def write(
    *,
    project: Project,
    takes: Sequence[Render],
    format: str,
    path: Path,
    tell: Callable[[int], None] = nothing_heard,
    stop: Callable[[], bool] = never,
) -> bool:
    """Write the takes in their order to `path`, whole or not at all; False when `stop` ended a ZIP before its end.

    `tell` hears how many bytes of the films are written. Raises ValidationError in plain words, and OSError."""
    told = manifests.told(takes)
    if format == ExportFormat.ZIP:
        return _zip(project, told, path, tell, stop)
    text = TIMELINES[format](project.name, cuts_of(told))
    with replacing(path) as draft:
        draft.write_text(text, encoding="utf-8")
    return True


def cuts_of(told: Sequence[Told]) -> list[Cut]:
    """The takes as a timeline takes them in, with what was said of them."""
    return [_cut(each) for each in told]


def _zip(
    project: Project, told: Sequence[Told], path: Path, tell: Callable[[int], None], stop: Callable[[], bool]
) -> bool:
    files = {each.file: storage.absolute(each.output.file) for each in told}
    for each in told:
        if not files[each.file].is_file():
            raise ValidationError(
                _(
                    "The file of take %(take)s is missing from the studio's storage. Leave this take out, and "
                    "ask whoever runs the studio to look for the file in the backup."
                )
                % {"take": each.take.pk}
            )
    stem, cuts = slugify(project.name) or "takes", cuts_of(told)
    texts = {f"{stem}.{format}": write_timeline(project.name, cuts) for format, write_timeline in TIMELINES.items()}
    texts |= {"manifest.json": _json(project, told), "manifest.csv": _csv(told)}
    return pack(path, texts=texts, files=files, tell=tell, stop=stop)


def _json(project: Project, told: Sequence[Told]) -> str:
    content = {
        "project": project.name,
        "made_at": now().isoformat(),
        "takes": [manifests.describe(each) for each in told],
    }
    return json.dumps(content, ensure_ascii=False, indent=2)


def _csv(told: Sequence[Told]) -> str:
    rows: list[Sequence[Cell]] = [manifests.COLUMNS, *(manifests.row_of(each) for each in told)]
    text = "".join(lines(rows))
    return (BOM if needs_bom([text]) else "") + text


def _cut(told: Told) -> Cut:
    output, take = told.output, told.take
    facts = {"take": take.pk, "sha256": output.sha256, "prompt": take.spec.get("prompt", "")}
    return Cut(
        file=told.file,
        # Eight letters are all that an EDL has for the name of a reel.
        reel=f"T{take.pk:07}"[-8:],
        rate=output.rate,
        frames=output.frames,
        width=output.width,
        height=output.height,
        has_sound=bool(output.audio_codec),
        marks=tuple(_mark(comment, told) for comment in told.threads),
        facts=facts,
    )


def _mark(comment: Comment, told: Told) -> Mark:
    """Where the remark stands; one on the whole take, or beyond its end, still stands on a frame that is there."""
    last = told.output.frames - 1
    first = min(comment.frame or 0, last)
    end = last if comment.frame is None else min(max(comment.end_frame or 0, first), last)
    facts = manifests.comment_facts(comment, told.output.rate)
    replies = [f"{reply['author']}: {reply['text']}" for reply in facts["replies"]]
    return Mark(
        frame=first,
        end_frame=end,
        author=comment.name,
        text="\n".join([comment.text, *replies]),
        resolved=comment.resolved_at is not None,
        facts=facts,
    )
