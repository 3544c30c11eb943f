"""Makes what goes out to the edit, and takes it away after a week. Safe to run twice; a dead run is taken up again."""

from __future__ import annotations

import errno
import logging
import time
from pathlib import Path

from django.core.exceptions import ValidationError

from studio.choices import ExportFormat
from studio.lib.english import english
from studio.media import storage
from studio.media.packing import forget
from studio.models import Export, Render
from studio.services import edit_files, export_choice, exports

log = logging.getLogger(__name__)

# Well under the queue's time-out, with room for one more film; what is left goes on in the next run.
RUN_SECONDS = 180
SECONDS_BETWEEN_WORDS = 0.5
FULL = (errno.ENOSPC, errno.EDQUOT)


class _Lost(Exception):
    """Another worker has taken the export up, or it is gone."""


def make(export_id: int) -> None:
    """Make the file of an export that was asked for."""
    export = exports.claim(export_id=export_id)
    if export is None:
        _clear_up(export_id)
        return
    path = storage.absolute(exports.file_name(export))
    try:
        _make(export, path)
    except _Lost:
        log.info("export %s: another worker has it", export_id)
    except ValidationError as error:
        _fail(export, path, " ".join(error.messages))
    except OSError as error:
        log.exception("export %s: the file could not be written", export_id)
        _fail(export, path, _disk_words(error))


def clear() -> None:
    """Take away the files of exports whose week is over."""
    for export in exports.expired():
        # Nothing but what lies under its own number, whatever the row says.
        if export.file == exports.file_name(export):
            storage.remove(export.file)
        exports.record_cleared(export=export)


def _make(export: Export, path: Path) -> None:
    takes = export_choice.named(project=export.project, numbers=export.takes)
    if not export.progress:
        exports.check(project=export.project, takes=takes, format=export.format)
    until = time.monotonic() + RUN_SECONDS
    whole = edit_files.write(
        project=export.project,
        takes=takes,
        format=export.format,
        path=path,
        tell=_Telling(export, takes),
        stop=lambda: time.monotonic() > until,
    )
    if not whole:
        exports.go_on_later(export=export)
    elif not exports.record_ready(export=export, file=exports.file_name(export), size=path.stat().st_size):
        raise _Lost


def _clear_up(export_id: int) -> None:
    """Of one that was given up, as all its workers died, nothing stays on a disk that may be full because of it."""
    export = exports.given_up(export_id=export_id)
    if export is not None:
        forget(storage.absolute(exports.file_name(export)))


def _fail(export: Export, path: Path, problem: str) -> None:
    if exports.record_failed(export=export, problem=problem) and export.format == ExportFormat.ZIP:
        forget(path)


def _disk_words(error: OSError) -> str:
    if error.errno in FULL:
        return english(
            "The studio's disk is full. Ask whoever runs the studio to make room, then ask for the export again."
        )
    return english(
        "The file could not be written (%(theirs)s). Ask for it again; if that does not help, tell "
        "whoever runs the studio.",
        theirs=error.strerror or type(error).__name__,
    )


class _Telling:
    """Says now and then how far the export is, which keeps it ours; raises _Lost once it is not."""

    def __init__(self, export: Export, takes: list[Render]) -> None:
        self._export = export
        self._total = max(1, exports.total_size(takes))
        self._last = time.monotonic()

    def __call__(self, done: int) -> None:
        if time.monotonic() < self._last + SECONDS_BETWEEN_WORDS:
            return
        self._last = time.monotonic()
        if not exports.keep(export=self._export, progress=done * 100 // self._total):
            raise _Lost
