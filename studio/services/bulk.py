"""Work on many takes: asked for once, done in steps by a job or at once where it is little.

A step is one transaction: it does so many takes and moves `done` past them in the same moment, and only whoever finds
`done` where it was read may. So a step that breaks off has changed nothing, and none is ever done twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import F, Func, IntegerField, Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from studio.choices import BulkAct, BulkState, Role
from studio.lib.clock import later, now
from studio.models import BulkWork, Membership, Project, Render, User
from studio.models.renders import RenderQuerySet
from studio.services.bulk_acts import Outcome, Reasons, Task, do
from studio.services.queue import enqueue

JOB = "studio.jobs.bulk.work"
LIVE = (BulkState.WAITING, BulkState.RUNNING)
STEP = 100
# So few are done while the person waits for the answer.
AT_ONCE = 50
# A step lasts a second or two; a dead worker's work can wait so long.
LEASE_SECONDS = 60
TRIES = 3
# Each is told one by one up to here, and then counted.
REASONS_KEPT = 40
MOST_LIVE = 5
KEPT_FOR = timedelta(days=7)


def ask(*, actor: User, act: str, takes: Sequence[int], details: dict[str, Any]) -> BulkWork:
    """Have `act` done to the takes with these numbers; few of them are done when this returns.

    The same, asked for again while it is under way, is found again. Raises ValidationError when nothing is chosen or
    so much of this person's is under way already."""
    numbers = list(dict.fromkeys(takes))
    if act not in BulkAct.values or not numbers:
        raise ValidationError(_("Choose some takes first, and what is to be done with them."))
    with transaction.atomic():
        # Two presses in one moment: the second waits here, and then finds what the first has made.
        User.objects.select_for_update(no_key=True).get(pk=actor.pk)
        live = list(BulkWork.objects.filter(actor=actor, state__in=LIVE))
        same = next((work for work in live if (work.act, work.details, work.takes) == (act, details, numbers)), None)
        if same is not None:
            return same
        if len(live) >= MOST_LIVE:
            raise ValidationError(_("So much of yours is under way already. Ask again when some of it is done."))
        work = BulkWork.objects.create(actor=actor, act=act, details=details, takes=numbers)
        if len(numbers) > AT_ONCE:
            enqueue(JOB, work.pk)
            return work
        # Within: what breaks off while somebody waits leaves nothing to be done later, over what they choose next.
        return _done_at_once(work)


def _done_at_once(work: BulkWork) -> BulkWork:
    claimed = claim(work_id=work.pk)
    if claimed is None:
        return work
    while step(work=claimed):
        pass
    return claimed


def claim(*, work_id: int) -> BulkWork | None:
    """Take up the work; the try is counted before it. None when it is over, held by another or given up."""
    moment = now()
    free = Q(claimed_until=None) | Q(claimed_until__lte=moment)
    due = BulkWork.objects.filter(free, pk=work_id, state__in=LIVE)
    if due.filter(tries__gte=TRIES).update(state=BulkState.STOPPED, claimed_until=None, ended_at=moment):
        return None
    claimed = due.update(state=BulkState.RUNNING, claimed_until=later(LEASE_SECONDS), tries=F("tries") + 1)
    return BulkWork.objects.select_related("actor").get(pk=work_id) if claimed else None


def step(*, work: BulkWork) -> bool:
    """Do the next takes; True while more are left and the work is still this worker's."""
    chunk, moment = work.takes[work.done : work.done + STEP], now()
    values: dict[str, Any] = {"done": work.done + len(chunk), "claimed_until": later(LEASE_SECONDS), "tries": 1}
    if is_last := work.done + len(chunk) >= work.total:
        values |= {"state": BulkState.DONE, "claimed_until": None, "ended_at": moment}
    with transaction.atomic():
        # First, so that of two workers one waits here and then finds it done.
        if not _held(work).update(**values):
            return False
        _hold(chunk)
        # Why takes were left alone is stored in English, and said in the language of whoever reads it.
        with translation.override(None):
            outcome = _do(work, chunk)
        values["changed"] = work.changed + outcome.changed
        values["skipped_count"] = work.skipped_count + len(outcome.skipped)
        values["skipped"] = (work.skipped + [list(reason) for reason in outcome.skipped])[:REASONS_KEPT]
        told = {name: values[name] for name in ("changed", "skipped_count", "skipped")}
        if is_last:
            # All that it did was before this moment: see `gone_with`.
            told["ended_at"] = values["ended_at"] = now()
        BulkWork.objects.filter(pk=work.pk).update(**told)
    for name, value in values.items():
        setattr(work, name, value)
    return not is_last


def go_on_later(*, work: BulkWork) -> None:
    """One run is over and the work is not; it did not break off, so the try is given back."""
    with transaction.atomic():
        if _held(work).update(claimed_until=None, tries=0):
            enqueue(JOB, work.pk)


def stop(*, work: BulkWork) -> None:
    """End it where it is: what is done stays done. Nothing happens to what is over."""
    live = BulkWork.objects.filter(pk=work.pk, state__in=LIVE)
    live.update(state=BulkState.STOPPED, claimed_until=None, ended_at=now())
    work.refresh_from_db(fields=["state", "done", "changed", "skipped", "skipped_count", "ended_at"])


def forgotten(*, hint_life: timedelta) -> list[int]:
    """Those whose hint was lost or whose worker died: nobody holds them, and nothing was heard of them for so long."""
    moment = now()
    idle = Q(claimed_until=None, created_at__lte=moment - hint_life) | Q(claimed_until__lte=moment)
    return list(BulkWork.objects.filter(idle, state__in=LIVE).order_by("pk").values_list("pk", flat=True)[:20])


def forget_old() -> int:
    """Clear away what was over a week ago; how many that were."""
    return BulkWork.objects.filter(ended_at__lte=now() - KEPT_FOR).delete()[0]


def of(*, actor: User) -> QuerySet[BulkWork]:
    """The person's own work, each with `number`, how many takes were chosen: the list of them may be long."""
    function = "JSONB_ARRAY_LENGTH" if connection.vendor == "postgresql" else "JSON_ARRAY_LENGTH"
    length = Func(F("takes"), function=function, output_field=IntegerField())
    return BulkWork.objects.filter(actor=actor).defer("takes").annotate(number=length)


def gone_with(*, work: BulkWork) -> list[int]:
    """The takes that this deletion has deleted, as far as nobody has brought them back or deleted them anew since."""
    if work.act != BulkAct.DELETE:
        return []
    # It was stopped while a step of it was under way, maybe; that one went to its end.
    until = (work.ended_at or now()) + timedelta(seconds=LEASE_SECONDS if work.state == BulkState.STOPPED else 0)
    gone = Render.objects.filter(deleted_by=work.actor_id, deleted_at__range=(work.created_at, until))
    chosen = set(work.takes)
    return [pk for pk in gone.order_by("pk").values_list("pk", flat=True) if pk in chosen]


def _held(work: BulkWork) -> QuerySet[BulkWork]:
    return BulkWork.objects.filter(
        pk=work.pk, state=BulkState.RUNNING, done=work.done, claimed_until=work.claimed_until
    )


def _hold(numbers: Sequence[int]) -> None:
    """Nobody else changes these takes until the transaction ends: projects first, each in the order of their numbers,
    as everybody holds them. So no two ever wait for each other."""
    takes = Render.objects.filter(pk__in=numbers)
    projects = Project.objects.filter(pk__in=takes.values("project"))
    list(projects.order_by("pk").select_for_update(no_key=True).values_list("pk"))
    list(takes.order_by("pk").select_for_update(no_key=True).values_list("pk"))


def _do(work: BulkWork, numbers: Sequence[int]) -> Outcome:
    """Do it to those of the takes that are there and that the person may see now, project by project."""
    roles = _roles(work.actor)
    seen = _in_sight(work).filter(pk__in=numbers).select_related("project").defer("result_url")
    found = {take.pk: take for take in seen if roles is None or take.project_id in roles}
    by_project: dict[Project, list[Render]] = defaultdict(list)
    for number in numbers:
        if number in found:
            by_project[found[number].project].append(found[number])
    whole = Outcome(skipped=_missing(numbers, found))
    # In one order everywhere, as tags and collections are locked project by project.
    for project, takes in sorted(by_project.items(), key=lambda each: each[0].pk):
        role = Role.MANAGER if roles is None else roles[project.pk]
        task = Task(project=project, takes=takes, actor=work.actor, role=role, details=work.details)
        part = do(act=work.act, task=task)
        whole.changed += part.changed
        whole.skipped += part.skipped
    return whole


def _in_sight(work: BulkWork) -> RenderQuerySet:
    """All takes that it may be done to, as far as they are the person's to see: what is brought back is deleted."""
    if not work.actor.is_active:
        return Render.objects.none()
    if work.act == BulkAct.BRING_BACK:
        return Render.objects.filter(project__in=Project.objects.visible_to(work.actor))
    return Render.objects.visible_to(work.actor)


def _roles(user: User) -> dict[int, Role] | None:
    """The person's role in each of their projects; None for a studio admin, who manages all of them."""
    if user.is_admin:
        return None
    rows = Membership.objects.filter(user=user).values_list("project_id", "role")
    return {project: Role(role) for project, role in rows}


def _missing(numbers: Sequence[int], found: dict[int, Render]) -> Reasons:
    """The same of a take that was deleted, that never was, and that is not the person's to see."""
    said = _("Take %(take)s is not there any more.")
    return [(number, said % {"take": number}) for number in numbers if number not in found]
