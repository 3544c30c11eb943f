"""A second look at the gateway, when a person asks for it: an ended take may have been made and charged after all."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from studio.choices import AttemptOutcome
from studio.lib.clock import now
from studio.lib.english import english
from studio.models import Render, User
from studio.services import key_limits
from studio.services.queue import ensure_tracker
from studio.services.transitions import REOPENED, reopen

# Everything that belongs to the first look, so that the second one starts afresh.
AFRESH = {
    "error_code": "",
    "error_said": "",
    "error_meaning": "",
    "error_advice": "",
    "unknown_since": None,
    "no_file_since": None,
    "progress": None,
    "not_before": None,
    "tries": 0,
    "poll_failures": 0,
    "bad_files": 0,
    "result_url": "",
}
# A person who wants to look again no longer wants it cancelled.
NO_WISH = {"cancel_asked_at": None, "cancel_answered_at": None}


def can_look_again(render: Render) -> bool:
    """Whether the gateway took this take on, it ended without a video, nobody said that it costs nothing, and there is
    still a key to ask with."""
    if render.state not in REOPENED or render.is_released or render.key.deleted_at is not None:
        return False
    attempt = render.attempts.filter(outcome=AttemptOutcome.ACCEPTED).exclude(remote_id="").first()
    # Its secret ended with it: where the key leads elsewhere now, there is none that may be sent to the old address.
    return attempt is not None and (attempt.retired_id is not None or attempt.base_url == render.key.base_url)


def look_again(*, render: Render, actor: User) -> None:
    """Follow the take at the gateway once more; nothing new is sent or paid for. Raises ValidationError."""
    with transaction.atomic():
        # As it is now, and held: a key that is deleted in this moment could not be asked with any more.
        render.key = key_limits.lock(key_id=render.key_id)
        if not can_look_again(render):
            raise ValidationError(_("There is nothing more to look for at the gateway: look at this take again."))
        reason = english("Looked at once more at the gateway")
        if not reopen(render=render, reason=reason, actor=actor, next_poll_at=now(), **AFRESH, **NO_WISH):
            raise ValidationError(_("This take has moved on meanwhile; look at it again."))
        ensure_tracker()
