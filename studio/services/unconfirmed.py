"""How a render that was sent but never answered is settled: by a person's word or by a gateway's documented proof."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.db import models, transaction

from studio.choices import AttemptOutcome, RenderState
from studio.lib.clock import now
from studio.lib.masking import mask
from studio.models import Attempt, ProviderKey, Render, User
from studio.services import ledger
from studio.services.queue import ensure_tracker
from studio.services.transitions import move

_TASK_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:~=+@-]{3,254}")
TOO_LATE = "This take is no longer unconfirmed; look at it again."


def release(*, render: Render, actor: User) -> None:
    """The person has looked and says that no task was created: the money is free. Raises ValidationError."""
    reason = "Looked up at the gateway: it was not created"
    _end(render, reason, f"{reason}, says {actor.label}", actor)


def adopt(*, render: Render, actor: User, remote_id: str) -> None:
    """The person has found the task: follow it like any other. Raises ValidationError."""
    _follow(render, remote_id.strip(), f"Found at the gateway as {remote_id.strip()}", actor)


def release_by_proof(*, render: Render, said: str) -> None:
    """The gateway has answered for certain that there is no task. Raises ValidationError."""
    reason = f"The gateway says that it was not created. {said}".strip()
    _end(render, reason, "The gateway says that no task was created", None)


def adopt_by_proof(*, render: Render, remote_id: str) -> None:
    """The gateway has named the task: follow it. Raises ValidationError."""
    _follow(render, remote_id, f"The gateway named the task: {remote_id}", None)


def _end(render: Render, reason: str, entry: str, actor: User | None) -> None:
    _require_unconfirmed(render)
    # What was said while nobody knew is no longer true.
    words = {"error_code": "", "error_said": "", "error_advice": ""}
    words["error_meaning"] = f"{reason.removesuffix('.')}. Nothing is charged."
    with transaction.atomic():
        if not move(render=render, to=RenderState.FAILED, reason=reason, actor=actor, **words):
            raise ValidationError(TOO_LATE)
        _newest_of(render).update(sent_body="")
        ledger.release(render=render, note=entry)


def _follow(render: Render, remote_id: str, reason: str, actor: User | None) -> None:
    _require_unconfirmed(render)
    if not _TASK_ID.fullmatch(remote_id):
        raise ValidationError("That does not look like a task id. Copy it from the gateway's list of tasks.")
    if mask(remote_id) != remote_id:
        # It would stand in the take's history for everybody.
        raise ValidationError("That looks like a key and not like a task id. Copy the id of the task instead.")
    with transaction.atomic():
        _require_unused(render, remote_id)
        fresh = {"error_code": "", "error_said": "", "error_meaning": "", "error_advice": "", "next_poll_at": now()}
        if not move(render=render, to=RenderState.WAITING, reason=reason, actor=actor, **fresh):
            raise ValidationError(TOO_LATE)
        _newest_of(render).update(
            outcome=AttemptOutcome.ACCEPTED, remote_id=remote_id, poll_url="", answered_at=now(), sent_body=""
        )
        ensure_tracker()


def _newest_of(render: Render) -> models.QuerySet[Attempt]:
    return Attempt.objects.filter(pk__in=render.attempts.order_by("-number").values("pk")[:1])


def _require_unused(render: Render, remote_id: str) -> None:
    """Whichever key it was made with; the keys stay locked, so that of two people at once the second one sees it."""
    keys = ProviderKey.objects.filter(provider=render.provider).order_by("pk")
    list(keys.select_for_update().values_list("pk", flat=True))
    if Attempt.objects.filter(render__provider=render.provider, remote_id=remote_id).exists():
        raise ValidationError("Another take was made from this task already.")


def _require_unconfirmed(render: Render) -> None:
    if render.state != RenderState.UNCONFIRMED:
        raise ValidationError(TOO_LATE)
