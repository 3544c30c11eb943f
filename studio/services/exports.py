"""What is taken out to the edit: asked for here, made by a job, kept for a week. The rows are written only here."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from studio.choices import ExportFormat, FileState
from studio.lib.clock import later, now
from studio.lib.english import english
from studio.media import storage
from studio.models import Export, Project, Render, User
from studio.services.health.findings import GIGABYTE, size
from studio.services.health.storage import free_bytes
from studio.services.queue import enqueue

LIVE = (FileState.WAITING, FileState.RUNNING)
KEPT_FOR = timedelta(days=7)
# Longer than the queue lets one run last: putting a large file in its place says nothing for minutes on a slow disk,
# and a second worker in the same folder would spoil it. A dead worker's export can wait so long.
LEASE_SECONDS = 320
TRIES = 3
# An EDL numbers its events with three digits.
MOST_TAKES = 999
# One person's downloads are not to fill the disk that everybody's paid takes go to.
MOST_AT_ONCE = 5
ROOM_LEFT = GIGABYTE
JOB, CLEARING = "studio.jobs.exports.make", "studio.jobs.exports.clear"


def ask(*, project: Project, takes: Sequence[Render], format: str, actor: User | None) -> Export:
    """Have the file made, its takes in the order given; the same, asked for again while it is made, is found again.

    Raises ValidationError in the words of whoever asked."""
    numbers = [take.pk for take in check(project=project, takes=takes, format=format)]
    with transaction.atomic():
        # Two presses in one moment: the second waits here, and then finds what the first has made.
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        live = project.exports.filter(created_by=actor, state__in=LIVE)
        same = next((export for export in live.filter(format=format) if export.takes == numbers), None)
        if same is not None:
            return same
        if len(live) >= MOST_AT_ONCE:
            raise ValidationError(
                _("%(number)s of your exports are being made. Ask again when one is ready.") % {"number": MOST_AT_ONCE}
            )
        export = Export.objects.create(project=project, created_by=actor, format=format, takes=numbers)
        enqueue(JOB, export.pk)
    return export


def check(*, project: Project, takes: Sequence[Render], format: str, disk: Path | None = None) -> list[Render]:
    """The takes without repeats, if they can be taken out in this format; raises ValidationError with what to do.

    `disk` is a folder of the disk that must have room for them, where it is not the studio's."""
    if format not in ExportFormat.values:
        raise ValidationError(_("Choose one of the formats: %(names)s.") % {"names": ", ".join(ExportFormat.values)})
    chosen = list(dict.fromkeys(takes))
    if not chosen:
        raise ValidationError(_("There is no take to export. Choose some, or approve one first."))
    if len(chosen) > MOST_TAKES:
        raise ValidationError(
            _("An export holds up to %(most)s takes; these are %(number)s. Make two of them.")
            % {"most": MOST_TAKES, "number": len(chosen)}
        )
    if strange := [take for take in chosen if take.project_id != project.pk or take.deleted_at]:
        words = ngettext(
            "Take %(takes)s is not in this project. Choose the takes again.",
            "Takes %(takes)s are not in this project. Choose the takes again.",
            len(strange),
        )
        raise ValidationError(words % {"takes": _named(strange)})
    if bare := [take for take in chosen if not has_file(take)]:
        words = ngettext(
            "Take %(takes)s is not ready, so there is no file to export. Leave it out, or wait for it.",
            "Takes %(takes)s are not ready, so there is no file to export. Leave it out, or wait for it.",
            len(bare),
        )
        raise ValidationError(words % {"takes": _named(bare)})
    if format == ExportFormat.ZIP:
        check_room(needed=total_size(chosen), disk=disk)
    return chosen


def has_file(take: Render) -> bool:
    """Whether it is ready and its file was taken in."""
    return hasattr(take, "output")


def total_size(takes: Collection[Render]) -> int:
    """How many bytes the files of these takes are."""
    return sum(take.output.size for take in takes)


def check_room(*, needed: int, disk: Path | None = None) -> None:
    """Raises ValidationError when the disk has no room for so many bytes beside what takes on their way need."""
    free = free_bytes() if disk is None else shutil.disk_usage(disk).free
    if needed + ROOM_LEFT > free:
        raise ValidationError(
            _(
                "The disk has no room for it: the export needs %(needed)s, and %(kept)s stay free for new "
                "takes, but only %(free)s are free. Export fewer takes, or ask whoever runs the studio to "
                "make room."
            )
            % {"needed": size(needed), "kept": size(ROOM_LEFT), "free": size(free)}
        )


def claim(*, export_id: int) -> Export | None:
    """Take up the making; the try is counted before it. None when it is done, held by another or given up."""
    moment = now()
    free = Q(claimed_until=None) | Q(claimed_until__lte=moment)
    due = Export.objects.filter(free, pk=export_id, state__in=LIVE)
    if due.filter(tries__gte=TRIES).exists():
        _end(due, FileState.FAILED, problem=english("Making it broke off three times. Ask again with fewer takes."))
        return None
    claimed = due.update(state=FileState.RUNNING, claimed_until=later(LEASE_SECONDS), tries=F("tries") + 1)
    return Export.objects.select_related("project").get(pk=export_id) if claimed else None


def given_up(*, export_id: int) -> Export | None:
    """The export, where nobody makes it any more and there is no file of it."""
    return Export.objects.filter(pk=export_id, state=FileState.FAILED).first()


def keep(*, export: Export, progress: int) -> bool:
    """Say how far it is and hold the claim; False when somebody else has taken it up since."""
    until = later(LEASE_SECONDS)
    if not _held(export).update(progress=min(99, progress), claimed_until=until):
        return False
    export.claimed_until = until
    return True


def go_on_later(*, export: Export) -> None:
    """One run is over and the export is not; it did not break off, so the try is given back."""
    with transaction.atomic():
        if _held(export).update(claimed_until=None, tries=F("tries") - 1):
            enqueue(JOB, export.pk)


def record_ready(*, export: Export, file: str, size: int) -> bool:
    """The file is whole and in its place; it stays for a week."""
    return bool(_end(_held(export), FileState.READY, file=file, size=size, expires_at=now() + KEPT_FOR, progress=100))


def record_failed(*, export: Export, problem: str) -> bool:
    """It cannot be made, for a reason that is said in the words of whoever asked."""
    return bool(_end(_held(export), FileState.FAILED, problem=problem[:300]))


def expired() -> list[Export]:
    """Those whose week is over and whose file is still there."""
    return list(Export.objects.filter(expires_at__lte=now()).exclude(file="")[:200])


def record_cleared(*, export: Export) -> None:
    """Its file is gone."""
    Export.objects.filter(pk=export.pk).update(file="")


def ask_to_clear() -> bool:
    """Have the files of a week ago taken away; False when there are none."""
    if not expired():
        return False
    enqueue(CLEARING)
    return True


def forgotten(*, hint_life: timedelta) -> list[int]:
    """Those whose hint was lost or whose worker died: nobody holds them, and nothing was heard of them for so long."""
    moment = now()
    idle = Q(claimed_until=None, created_at__lte=moment - hint_life) | Q(claimed_until__lte=moment)
    return list(Export.objects.filter(idle, state__in=LIVE).order_by("pk").values_list("pk", flat=True)[:20])


def file_name(export: Export) -> str:
    """Where its file lies in storage; the name is of no other export, whatever a database before this one has left."""
    ending = ExportFormat(export.format).value
    return storage.export_name(export.pk, f"{export.created_at:%Y%m%d%H%M%S%f}.{ending}")


def _held(export: Export) -> QuerySet[Export]:
    return Export.objects.filter(pk=export.pk, state=FileState.RUNNING, claimed_until=export.claimed_until)


def _end(exports: QuerySet[Export], state: FileState, **values: str | int | datetime) -> int:
    return exports.update(state=state, claimed_until=None, ended_at=now(), **values)


def _named(takes: Sequence[Render]) -> str:
    """“3”, “3 and 5”; of many, the first five."""
    words = [str(take.pk) for take in takes[:5]]
    if len(words) == 1:
        return words[0]
    more = len(takes) - 5
    rest = ngettext("%(number)s more", "%(number)s more", more) % {"number": more} if more > 0 else words.pop()
    return _("%(first)s and %(last)s") % {"first": ", ".join(words), "last": rest}
