"""A gateway's call that something has changed: never believed, only a reason to look sooner than planned."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta

from django.db.models import Q

from studio.choices import AT_GATEWAY, AttemptOutcome, RenderState
from studio.lib.clock import later, now
from studio.models import Attempt, Render

_TOKEN = re.compile(r"[A-Za-z0-9_-]{32,64}")
# However often it is called, one attempt is looked at no more often than this.
PAUSE = timedelta(seconds=2)
# A look that is as near as this need not be brought forward.
NEAR_SECONDS = 1


def new_token() -> str:
    """The unguessable part of an attempt's address for calls."""
    return secrets.token_urlsafe(32)


def wake(*, token: str) -> bool:
    """Have the take behind a token looked at now; False when no attempt has that token.

    The statements are the same for a good token and for a wrong one."""
    well_formed = _TOKEN.fullmatch(token) is not None
    attempt = Attempt.objects.filter(wake_token=token if well_formed else "-").only("pk", "render_id").first()
    attempt_id, render_id = (attempt.pk, attempt.render_id) if attempt else (0, 0)
    rested = Q(woken_at=None) | Q(woken_at__lte=now() - PAUSE) | Q(woken_at__gt=now())
    if Attempt.objects.filter(rested, pk=attempt_id).update(woken_at=now()) or not attempt:
        _bring_forward(attempt_id, render_id)
    return attempt is not None


def _bring_forward(attempt_id: int, render_id: int) -> None:
    """Only what is planned for later, and never what somebody is looking at in this moment."""
    unclaimed = Q(claimed_until=None) | Q(claimed_until__lte=now())
    followed = Render.objects.filter(
        unclaimed, pk=render_id, state__in=AT_GATEWAY, next_poll_at__gt=later(NEAR_SECONDS)
    )
    # An address of an earlier attempt says nothing of the task that is followed now.
    followed.filter(attempts__pk=attempt_id, attempts__outcome=AttemptOutcome.ACCEPTED).update(next_poll_at=now())
    unanswered = Attempt.objects.filter(pk=attempt_id, outcome=AttemptOutcome.UNKNOWN)
    unanswered.filter(render__state=RenderState.UNCONFIRMED).update(looked_at=None)
