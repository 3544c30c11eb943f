"""Finds the task of an unanswered create among those that Ark lists: by time, model and settings, above all by seed.

Ark's list is no receipt: what it does not show is absent so far, never certainly not created."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from studio.lib.english import english
from studio.providers.answers import Proof, ProofKind
from studio.providers.ark.parse import ListedTask
from studio.providers.provider import Lost
from studio.providers.upstream.body import seed_of

# The two clocks may differ, and a create may take three minutes to be answered.
BEFORE = timedelta(seconds=120)
AFTER = timedelta(seconds=600)

_ADAPTIVE = "adaptive"


def judged(lost: Lost, tasks: Iterable[ListedTask], *, is_whole: bool) -> Proof:
    """One task with our seed is ours; without a seed to go by, one is believed only once it can tell no more."""
    # A list that grows while it is read may show the same task on two pages.
    possible = list({task.remote_id: task for task in tasks if _may_be(lost, task)}.values())
    seed = seed_of(lost.request, lost.dispatch)
    certain = [task for task in possible if seed is not None and seed >= 0 and task.seed == seed]
    left = certain or possible
    if len(left) > 1:
        return Proof(
            ProofKind.UNCLEAR, said=english("%(number)s tasks in the gateway's list could be it.", number=len(left))
        )
    if not certain and not is_whole:
        return Proof(ProofKind.UNCLEAR, said=english("The gateway's list is too long to be read to its end."))
    if not left:
        return Proof(ProofKind.ABSENT, said=english("The gateway's list shows no such task so far."))
    # A chosen seed is shared by all takes of one press, and without a seed any lost create may be it.
    if seed in lost.rivals if certain else lost.rivals:
        return Proof(
            ProofKind.UNCLEAR, said=english("The one task that could be it may be that of another unanswered take.")
        )
    if not certain and not left[0].has_ended:
        return Proof(ProofKind.UNCLEAR, said=english("One task could be it; the gateway does not tell its seed yet."))
    return Proof(ProofKind.FOUND, left[0].remote_id)


def is_past(lost: Lost, tasks: list[ListedTask]) -> bool:
    """Whether a page that runs from new to old has left the time in question behind; the order is not promised."""
    moments = [task.created_at for task in tasks if task.created_at is not None]
    if not moments or len(moments) < len(tasks):
        return False
    return moments == sorted(moments, reverse=True) and moments[-1] < (lost.sent_at - BEFORE).timestamp()


def _may_be(lost: Lost, task: ListedTask) -> bool:
    """By everything that the list tells; what it leaves out speaks neither for nor against."""
    request = lost.request
    seed = seed_of(request, lost.dispatch)
    told = (
        (task.model or request.model, request.model),
        (task.resolution or request.resolution, request.resolution),
        (request.duration if task.seconds is None else task.seconds, request.duration),
        (request.sound if task.sound is None else task.sound, request.sound),
    )
    if task.remote_id in lost.known_ids or any(found != wanted for found, wanted in told):
        return False
    if request.aspect_ratio != _ADAPTIVE and task.ratio not in ("", request.aspect_ratio):
        return False
    if seed is not None and seed >= 0 and task.seed not in (None, seed):
        return False
    return _is_in_time(lost, task)


def _is_in_time(lost: Lost, task: ListedTask) -> bool:
    if task.created_at is None:
        return True
    return (lost.sent_at - BEFORE).timestamp() <= task.created_at <= (lost.sent_at + AFTER).timestamp()
