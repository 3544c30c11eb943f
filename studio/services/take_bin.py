"""Deleting takes so that a person can bring them back for a month; after that their files are cleared away.

Neither money nor history ever goes with them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from studio.choices import ENDED, FileState, RenderState, ReviewState, Standing
from studio.lib.clock import now
from studio.lib.english import english
from studio.models import Asset, Export, Output, Render, User
from studio.services import leases
from studio.services.outputs import PICTURES_TRIES
from studio.services.queue import enqueue
from studio.services.transitions import note_all

DELETED = english("Deleted")
BROUGHT_BACK = english("Brought back")
CLEARED = english("Its files were cleared away, 30 days after it was deleted")
KEPT_FOR = timedelta(days=30)
JOB = "studio.jobs.clear_deleted.clear"
A_DAY = 24 * 60 * 60
BATCH = 100


def why_kept(take: Render) -> str:
    """Why the take cannot be deleted, as a sentence; empty when it can be."""
    if take.review_state == ReviewState.APPROVED:
        return _("Take %(take)s is approved, so it stays. It can go once that decision is changed.") % {"take": take.pk}
    if take.state == RenderState.UNCONFIRMED or take.has_ended and take.standing == Standing.POSSIBLY:
        return _("Take %(take)s may have been charged: say first on its page what became of it.") % {"take": take.pk}
    if not take.has_ended:
        return _("Take %(take)s is still being made: wait for it, or cancel it first.") % {"take": take.pk}
    return ""


def delete(*, take: Render, actor: User) -> None:
    """Take it out of every list and page; what it cost still counts. Deleting it twice is one deletion.

    Raises ValidationError, and changes nothing, for one that is approved, still moves, or may have been charged.
    """
    _gone, kept = delete_all(takes=[take], actor=actor)
    if kept:
        raise ValidationError(kept[0][1])
    take.refresh_from_db(fields=["deleted_at", "deleted_by"])


def delete_all(*, takes: Sequence[Render], actor: User) -> tuple[int, list[tuple[int, str]]]:
    """Delete those of the takes that can be: how many went, and the numbers of the others with the reason.

    One that was deleted already is in neither."""
    with transaction.atomic():
        present = Render.objects.present().filter(pk__in=[take.pk for take in takes]).order_by("pk")
        # Held until they are gone, so that none is approved between the look and the deed.
        found = list(present.defer("result_url").select_for_update(of=("self",), no_key=True))
        free = [take for take in found if not why_kept(take)]
        gone = Render.objects.filter(pk__in=[take.pk for take in free])
        gone.update(deleted_at=now(), deleted_by=actor, cleared_at=None)
        note_all(takes=free, reason=DELETED, actor=actor)
    return len(free), [(take.pk, said) for take in found if (said := why_kept(take))]


def bring_back(*, take: Render, actor: User) -> None:
    """Put it back where it was, with all that was said of it; raises ValidationError when it is not deleted, or its
    files are gone."""
    back, left = bring_back_all(takes=[take], actor=actor)
    if not back:
        raise ValidationError(left[0][1] if left else _("Take %(take)s is not deleted any more.") % {"take": take.pk})
    take.deleted_at, take.deleted_by = None, None


def bring_back_all(*, takes: Sequence[Render], actor: User) -> tuple[int, list[tuple[int, str]]]:
    """Put those of the takes back that still have their files: how many, and the numbers of the others with the
    reason. One that is not deleted, as somebody has brought it back, is in neither."""
    with transaction.atomic():
        deleted = Render.objects.filter(pk__in=[take.pk for take in takes], deleted_at__isnull=False).order_by("pk")
        # Held, so that none is cleared away between the look and the deed, and no two people bring back the same.
        found = list(deleted.defer("result_url").select_for_update(of=("self",), no_key=True))
        whole = [take for take in found if take.cleared_at is None]
        Render.objects.filter(pk__in=[take.pk for take in whole]).update(deleted_at=None, deleted_by=None)
        note_all(takes=whole, reason=BROUGHT_BACK, actor=actor)
    said = _("The files of take %(take)s were cleared away 30 days after it was deleted, so it cannot come back.")
    return len(whole), [(take.pk, said % {"take": take.pk}) for take in found if take.cleared_at is not None]


def gone_for_good_at(take: Render) -> datetime | None:
    """From when on the files of a deleted take may be cleared away."""
    return None if take.deleted_at is None else take.deleted_at + KEPT_FOR


def ask_to_clear() -> bool:
    """Once a day, have the files of a month ago taken away; False when that was asked for already today."""
    if not leases.acquire(name="clear-deleted", holder=uuid.uuid4().hex, seconds=A_DAY):
        return False
    enqueue(JOB)
    return True


def clear_next(*, after: int = 0) -> tuple[list[Output], int | None]:
    """Decide on some of the takes above `after` whose time is over, and name the files of those and of any that are
    left from before; from here on they cannot be brought back. With it the take to go on after, None at the end.

    Whoever removes the files calls `record_cleared` afterwards."""
    with transaction.atomic():
        due = list(_due().filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:BATCH])
        takes = list(
            _due().filter(pk__in=due).order_by("pk").defer("result_url").select_for_update(of=("self",), no_key=True)
        )
        Render.objects.filter(pk__in=[take.pk for take in takes]).update(cleared_at=now())
        note_all(takes=takes, reason=CLEARED)
    left = Output.objects.filter(render__deleted_at__lte=now() - KEPT_FOR, render__cleared_at__isnull=False)
    left = left.exclude(file="", last_frame="").filter(render_id__gt=after)
    outputs = list(left.order_by("render_id")[:BATCH])
    seen = [numbers[-1] for numbers in (due, [each.render_id for each in outputs]) if len(numbers) == BATCH]
    return outputs, min(seen, default=None)


def files_of(output: Output) -> list[str]:
    """The names of the files that are the take's alone."""
    names: list[str] = [output.file, output.poster, output.filmstrip, *(output.card_posters or {}).values()]
    return [name for name in names if name]


def needs_frame(output: Output) -> bool:
    """Whether anything else needs the last frame of a take that is cleared away: it is named by what it holds, so it
    may be a reference by now, or another take's as well."""
    same = Asset.objects.filter(file=output.last_frame)
    return same.exists() or Output.objects.filter(last_frame=output.last_frame).exclude(pk=output.pk).exists()


def record_cleared(*, output: Output, with_frame: bool) -> None:
    """Its files are gone, `with_frame` the last frame too, or others have that now. What was read in them stays, and no
    picture of it is made any more."""
    nothing: dict[str, object] = {"file": "", "poster": "", "filmstrip": "", "card_posters": {}}
    if with_frame:
        nothing["last_frame"] = ""
    Output.objects.filter(pk=output.pk).update(**nothing, pictures_tries=PICTURES_TRIES)


def _due() -> QuerySet[Render]:
    """Those deleted a month ago that nothing keeps."""
    over = Render.objects.filter(deleted_at__lte=now() - KEPT_FOR, cleared_at=None, state__in=ENDED)
    kept = over.exclude(review_state=ReviewState.APPROVED).exclude(standing=Standing.POSSIBLY)
    return kept.exclude(pk__in=_on_their_way_out())


def _on_their_way_out() -> list[int]:
    """Takes that an export still reads."""
    live = Export.objects.filter(state__in=(FileState.WAITING, FileState.RUNNING))
    return [number for takes in live.values_list("takes", flat=True) for number in takes]
