"""What a person decides about a render that was sent but never answered; nothing here is ever done by itself."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.db import transaction

from studio.choices import AttemptOutcome, RenderState
from studio.lib.clock import now
from studio.models import Attempt, ProviderKey, Render, User
from studio.services import ledger
from studio.services.queue import ensure_tracker
from studio.services.transitions import move

_TASK_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:~=+@-]{3,254}")
TOO_LATE = "This take is no longer unconfirmed; look at it again."


def release(*, render: Render, actor: User) -> None:
    """The person has looked and says that no task was created: the money is free. Raises ValidationError."""
    reason = "Looked up at the gateway: it was not created"
    _require_unconfirmed(render)
    with transaction.atomic():
        if not move(render=render, to=RenderState.FAILED, reason=reason, actor=actor):
            raise ValidationError(TOO_LATE)
        ledger.release(render=render, note=f"{reason}, says {actor.label}")


def adopt(*, render: Render, actor: User, remote_id: str) -> None:
    """The person has found the task: follow it like any other. Raises ValidationError."""
    _require_unconfirmed(render)
    remote_id = remote_id.strip()
    if not _TASK_ID.fullmatch(remote_id):
        raise ValidationError("That does not look like a task id. Copy it from the gateway's list of tasks.")
    with transaction.atomic():
        _require_unused(render, remote_id)
        reason = f"Found at the gateway as {remote_id}"
        fresh = {"error_said": "", "error_meaning": "", "error_advice": "", "next_poll_at": now()}
        if not move(render=render, to=RenderState.WAITING, reason=reason, actor=actor, **fresh):
            raise ValidationError(TOO_LATE)
        newest = render.attempts.order_by("-number").values("pk")[:1]
        Attempt.objects.filter(pk__in=newest).update(
            outcome=AttemptOutcome.ACCEPTED, remote_id=remote_id, poll_url="", answered_at=now()
        )
        ensure_tracker()


def _require_unused(render: Render, remote_id: str) -> None:
    """Whichever key it was made with; the keys stay locked, so that of two people at once the second one sees it."""
    keys = ProviderKey.objects.filter(provider=render.provider).order_by("pk")
    list(keys.select_for_update().values_list("pk", flat=True))
    if Attempt.objects.filter(render__provider=render.provider, remote_id=remote_id).exists():
        raise ValidationError("Another take was made from this task already.")


def _require_unconfirmed(render: Render) -> None:
    if render.state != RenderState.UNCONFIRMED:
        raise ValidationError(TOO_LATE)
