"""The copies of takes that guest links show and a job makes: who is at it, how often it is tried, what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from studio.choices import FileState
from studio.lib.holders import this_process
from studio.models import GuestLink, GuestTake, Lease
from studio.services import leases
from studio.services.guest_links import JOB
from studio.services.queue import enqueue

TRIES = 3
STRIP_FRAMES = 10
UNMADE = (FileState.WAITING, FileState.RUNNING)
# Longer than a job may take at all. What a dead worker of this host held is freed when workers start again.
_HOLD_SECONDS = 330


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


def record(*, shown: GuestTake, preview: str, poster: str) -> None:
    """The copy and its poster are in their places, under these names of the storage."""
    GuestTake.objects.filter(pk=shown.pk).update(preview_state=FileState.READY, preview=preview, preview_poster=poster)


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
    rows: QuerySet[GuestTake, tuple[int, datetime, int]] = wanted.exclude(pk__in=held).values_list(
        "pk", "link__created_at", "preview_tries"
    )
    return rows


def filmstrip_of(preview: str) -> str:
    """The storage name of the filmstrip made from the copy `preview`."""
    return f"{preview.rpartition('.')[0]}-strip.webp"


def _lease(shown_id: int) -> str:
    return f"preview-{shown_id}"
