"""The copies of takes that guest links show and a job makes: who is at it, how often it is tried, what came of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet

from studio.choices import FileState
from studio.lib.clock import now
from studio.lib.holders import this_process
from studio.models import GuestLink, GuestTake, Lease
from studio.services import leases
from studio.services.queue import enqueue

JOB = "studio.jobs.previews.prepare"
DISCARD_JOB = "studio.jobs.previews.discard"
TRIES = 3
STRIP_FRAMES = 10
UNMADE = (FileState.WAITING, FileState.RUNNING)
# Longer than a job may take at all. What a dead worker of this host held is freed when workers start again.
_HOLD_SECONDS = 330
# An end may be moved on, so what was made is kept a little longer than anybody may see it.
KEPT_FOR = timedelta(days=7)
BATCH = 100


def claim(*, shown_id: int) -> GuestTake | None:
    """Claim the making of a copy and count the try before the dangerous work.

    None when it is made, given up, held by another worker, or its link lets nobody in any more."""
    if not leases.acquire(name=_lease(shown_id), holder=this_process(), seconds=_HOLD_SECONDS):
        return None
    wanted = GuestTake.objects.filter(pk=shown_id, preview_state__in=UNMADE, preview_tries__lt=TRIES)
    taken = wanted.filter(link__in=GuestLink.objects.open().values("pk")).update(
        preview_state=FileState.RUNNING, preview_tries=F("preview_tries") + 1
    )
    if not taken:
        let_go(shown_id=shown_id)
        return None
    return GuestTake.objects.select_related("link", "render__output").get(pk=shown_id)


def record(*, shown: GuestTake, preview: str, poster: str) -> bool:
    """The copy and its poster are in their places, under these names of the storage; False when the link has stopped
    showing the take in the meantime, so that nobody will ask for them."""
    made = {"preview_state": FileState.READY, "preview": preview, "preview_poster": poster}
    return GuestTake.objects.filter(pk=shown.pk).update(**made) == 1


def record_failure(*, shown: GuestTake) -> None:
    """It did not work: another try is made later, as long as some are left."""
    state = FileState.FAILED if shown.preview_tries >= TRIES else FileState.WAITING
    GuestTake.objects.filter(pk=shown.pk, preview_state=FileState.RUNNING).update(preview_state=state)


def let_go(*, shown_id: int) -> None:
    """Give the claim back, without a trace: there would be one for each take ever shown."""
    Lease.objects.filter(name=_lease(shown_id), holder=this_process()).delete()


@transaction.atomic
def try_again(*, link: GuestLink) -> int:
    """Begin anew with the copies that were given up; returns how many there were."""
    failed = list(link.shown.filter(preview_state=FileState.FAILED).values_list("pk", flat=True))
    GuestTake.objects.filter(pk__in=failed).update(preview_state=FileState.WAITING, preview_tries=0)
    for pk in failed:
        enqueue(JOB, pk)
    return len(failed)


def give_up_killed() -> int:
    """Copies whose every try killed its worker: nobody is at work on them any more."""
    running = GuestTake.objects.filter(preview_state=FileState.RUNNING, preview_tries__gte=TRIES)
    held = set(leases.live("preview-").values_list("name", flat=True))
    over = [pk for pk in running.values_list("pk", flat=True) if _lease(pk) not in held]
    return GuestTake.objects.filter(pk__in=over, preview_state=FileState.RUNNING).update(preview_state=FileState.FAILED)


def unmade() -> QuerySet[GuestTake, tuple[Any, ...]]:
    """Of copies that are still to be made for open links: id, when they were first asked for, and tries."""
    open_links = GuestLink.objects.open().values("pk")
    held = [name.removeprefix("preview-") for name in leases.live("preview-").values_list("name", flat=True)]
    wanted = GuestTake.objects.filter(preview_state__in=UNMADE, preview_tries__lt=TRIES, link__in=open_links)
    wanted = wanted.filter(render__cleared_at=None)
    rows: QuerySet[GuestTake, tuple[int, datetime, int]] = wanted.exclude(pk__in=held).values_list(
        "pk", "link__created_at", "preview_tries"
    )
    return rows


def outlived(*, after: int = 0) -> list[int]:
    """Ids of some copies that nobody may see any more, in their order and above `after`: their link was withdrawn or
    ended a week ago, or the files of their take are cleared away."""
    over = GuestTake.objects.filter(_over(), pk__gt=after).exclude(preview="")
    return list(over.order_by("pk").values_list("pk", flat=True)[:BATCH])


def begin_clearing(*, shown_id: int) -> list[str]:
    """Hold a copy and name its files to whoever removes them, calls `record_cleared` and lets go.

    Nothing is named, or held, while a worker makes it or once its link is open again. Whoever opens it later has it
    made anew."""
    if not leases.acquire(name=_lease(shown_id), holder=this_process(), seconds=_HOLD_SECONDS):
        return []
    over = GuestTake.objects.filter(_over(), pk=shown_id).exclude(preview="")
    shown = GuestTake.objects.filter(pk__in=over.values("pk"))
    if not shown.update(preview_state=FileState.WAITING, preview_tries=0):
        let_go(shown_id=shown_id)
        return []
    return files_of(shown.get())


def record_cleared(*, shown_id: int) -> None:
    """The files of a copy are gone."""
    GuestTake.objects.filter(pk=shown_id).update(preview="", preview_poster="")


def files_of(shown: GuestTake) -> list[str]:
    """The names in the storage of all that was made for it."""
    return [shown.preview, shown.preview_poster, filmstrip_of(shown.preview)] if shown.preview else []


def _over() -> Q:
    closed = Q(link__revoked_at__isnull=False) | Q(link__expires_at__lte=now() - KEPT_FOR)
    return closed | Q(render__cleared_at__isnull=False, render__deleted_at__isnull=False)


def filmstrip_of(preview: str) -> str:
    """The storage name of the filmstrip made from the copy `preview`."""
    return f"{preview.rpartition('.')[0]}-strip.webp"


def _lease(shown_id: int) -> str:
    return f"preview-{shown_id}"
