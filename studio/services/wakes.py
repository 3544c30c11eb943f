"""A gateway's call that something has changed: never believed, only a reason to look sooner than planned.

What it names is kept as a claim where the gateway has no other way to find a lost task; `jobs/confirm.py` asks then."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Q

from studio.choices import AT_GATEWAY, AttemptOutcome, RenderState
from studio.lib.clock import later, now
from studio.lib.masking import mask
from studio.models import Attempt, Render
from studio.providers import registry
from studio.services.proofs import reference

_TOKEN = re.compile(r"[A-Za-z0-9_-]{32,64}")
# However often it is called, one attempt is looked at no more often than this.
PAUSE = timedelta(seconds=2)
# A look that is as near as this need not be brought forward.
NEAR_SECONDS = 1
UNANSWERED = (AttemptOutcome.SENDING, AttemptOutcome.UNKNOWN)
# An unanswered one has failed only by a person's word, and a call may know better.
UNSETTLED = (RenderState.SUBMITTING, RenderState.UNCONFIRMED, RenderState.FAILED)


def new_token() -> str:
    """The unguessable part of an attempt's address for calls."""
    return secrets.token_urlsafe(32)


def wake(*, token: str, body: bytes = b"") -> bool:
    """Have the take behind a token looked at now; False when no attempt has that token.

    `body` is what the call brought, bounded by whoever read it; anybody may have written it.
    The statements are the same for a good token and for a wrong one."""
    document = _document(body)
    well_formed = _TOKEN.fullmatch(token) is not None
    found = Attempt.objects.filter(wake_token=token if well_formed else "-")
    attempt = found.values("pk", "number", "render_id", "render__provider").first()
    attempt_id, render_id = (attempt["pk"], attempt["render_id"]) if attempt else (0, 0)
    _keep(attempt_id, _claimed(attempt, document) if attempt else "")
    rested = Q(woken_at=None) | Q(woken_at__lte=now() - PAUSE) | Q(woken_at__gt=now())
    if Attempt.objects.filter(rested, pk=attempt_id).update(woken_at=now()) or not attempt:
        _bring_forward(attempt_id, render_id)
    return attempt is not None


def _document(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _claimed(attempt: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    """The task that the call names for this attempt; nothing if it names none, or says that it is another's."""
    if attempt["render__provider"] not in registry.PROVIDERS:
        return ""
    claim = registry.get(attempt["render__provider"]).read_claim(document)
    ours = reference(render_id=attempt["render_id"], number=attempt["number"])
    if claim is None or claim.reference not in ("", ours) or mask(claim.remote_id) != claim.remote_id:
        return ""
    return claim.remote_id


def _keep(attempt_id: int, claimed_id: str) -> None:
    """For an attempt that is still open. A claim gives way to another only once it was looked at and proved nothing, so
    that a forged call can neither push a true one aside nor stand in its way for long."""
    free = Q(claimed_id="") | Q(looked_at__isnull=False)
    open_attempt = Attempt.objects.filter(
        free, pk=attempt_id if claimed_id else 0, outcome__in=UNANSWERED, render__state__in=UNSETTLED
    )
    open_attempt.exclude(claimed_id=claimed_id).update(claimed_id=claimed_id, looked_at=None)


def _bring_forward(attempt_id: int, render_id: int) -> None:
    """Only what is planned for later, and never what somebody is looking at in this moment."""
    unclaimed = Q(claimed_until=None) | Q(claimed_until__lte=now())
    followed = Render.objects.filter(
        unclaimed, pk=render_id, state__in=AT_GATEWAY, next_poll_at__gt=later(NEAR_SECONDS)
    )
    # An address of an earlier attempt says nothing of the task that is followed now.
    followed.filter(attempts__pk=attempt_id, attempts__outcome=AttemptOutcome.ACCEPTED).update(next_poll_at=now())
    # A claim keeps its own pauses: repeating it proves nothing more.
    unanswered = Attempt.objects.filter(pk=attempt_id, outcome=AttemptOutcome.UNKNOWN, claimed_id="")
    unanswered.filter(render__state=RenderState.UNCONFIRMED).update(looked_at=None)
