"""Whether files can be kept, whether there is room for them, and whether those that were kept are still there."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation

from studio.media import storage
from studio.models import Output
from studio.services.health.findings import GIGABYTE, Finding, ok, problem, size, warning

CONTENT = b"Rushes looks whether it can write here."
LITTLE_BYTES = 5 * GIGABYTE
TOO_LITTLE_BYTES = GIGABYTE
SAMPLE = 20


def folders() -> list[Finding]:
    """A real file written, read and deleted in each folder that the studio keeps things in."""
    places = {
        "data folder": settings.STUDIO_DATA_DIR,
        "media folder": settings.MEDIA_ROOT,
        "upload folder": settings.FILE_UPLOAD_TEMP_DIR,
    }
    return [_folder(name, Path(place)) for name, place in places.items()]


def _folder(name: str, place: Path) -> Finding:
    try:
        with tempfile.NamedTemporaryFile(dir=place, prefix=".doctor-") as file:
            file.write(CONTENT)
            file.flush()
            same = Path(file.name).read_bytes() == CONTENT
    except OSError as error:
        return problem(
            name,
            f"Nothing can be kept in {place}: {error.strerror or type(error).__name__}.",
            "Make the folder and give it to the account that runs the studio, or name another with STUDIO_DATA_DIR.",
        )
    if not same:
        return problem(name, f"{place} gives back other bytes than were written.", "Look after the disk at once.")
    return ok(name, f"A file was written, read and deleted in {place}.")


def free_bytes() -> int:
    """How much room is left where takes are kept; raises OSError."""
    return shutil.disk_usage(settings.MEDIA_ROOT).free


def disk() -> Finding:
    """How much room is left for takes; says no path, as strangers may read it."""
    try:
        free = free_bytes()
    except OSError:
        return problem("disk", "The folder of the takes cannot be looked at.", "Look at the media folder's disk.")
    found = f"{size(free)} are free where takes are kept."
    if free < TOO_LITTLE_BYTES:
        advice = "Make room now: takes that are paid for are fetched only while their links live, a day or less."
        return problem("disk", found, advice)
    if free < LITTLE_BYTES:
        return warning("disk", found, "Make room soon, or move the data folder to a larger disk.")
    return ok("disk", found)


def outputs() -> Finding:
    """Whether the newest and the oldest takes are on the disk, as large as they were."""
    rows = Output.objects.order_by("pk").values_list("file", "size")
    sample = dict([*rows[:SAMPLE], *rows.reverse()[:SAMPLE]])
    missing = [name for name, length in sample.items() if not _is_whole(name, length)]
    if missing:
        return problem(
            "takes on disk",
            f"{len(missing)} of {len(sample)} that were looked at are missing or cut off, such as {missing[0]}.",
            "Put the files back from a backup: nothing else can fetch them again once their links are over.",
        )
    return ok("takes on disk", f"All {len(sample)} that were looked at are whole." if sample else "There are none yet.")


def _is_whole(name: str, length: int) -> bool:
    try:
        return storage.absolute(name).stat().st_size == length
    except (OSError, SuspiciousFileOperation):
        return False
