"""Proof that comes after a person has settled a take otherwise: it was created, so it is followed after all."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from studio.models import Attempt
from studio.services import acceptances


def record_created(*, attempt: Attempt, remote_id: str) -> None:
    """The gateway itself has shown the task of an attempt that was given up. Raises ValidationError for another's."""
    # Stricter than for the gateway's answer to the create itself, which would give the take up for one that is taken.
    if acceptances.tasks_of(attempt.render.provider, remote_id).exists():
        raise ValidationError(_("Another take was made from this task already."))
    acceptances.record_accepted(attempt=attempt, remote_id=remote_id, poll_url="", answer="", first_poll_seconds=0)
