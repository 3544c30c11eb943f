"""Sending an unconfirmed take again: new paid work, beside a first one that may have been charged as well."""

from __future__ import annotations

from uuid import UUID, uuid5

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from studio.choices import RenderState, Role
from studio.lib.english import english
from studio.models import Render, User
from studio.services import asking_again, budget_notices, renders
from studio.services.transitions import move
from studio.services.unconfirmed import TOO_LATE, newest_of, record_word

_AGAIN = UUID("6f0c4c4e-3b1d-4f43-8f0c-6c3e7f2a9d15")
ONLY_MANAGERS = english("Only a manager of the project may send again what may have been charged already.")


def send_again(*, render: Render, actor: User, address: str = "") -> Render:
    """The new take, asked for by `actor`; the first one ends and stays possibly charged. Twice is once.

    Raises PermissionDenied, ValidationError when it is no longer unconfirmed, and renders.Refused; then nothing is
    changed.
    """
    if render.project.role_of(actor) != Role.MANAGER:
        raise PermissionDenied(_(ONLY_MANAGERS))
    submission = uuid5(_AGAIN, str(render.pk))
    try:
        return _in_its_place(render, actor, submission, address)
    except ValidationError:
        # Pressed twice: the other press was first, and the take that it made is the answer to this one as well.
        if made := renders.made_by(project=render.project, submission=submission):
            return made[0]
        raise
    except renders.Refused as refused:
        # What was told of it inside is gone with the transaction.
        budget_notices.tell_of_stops(project=render.project, person=actor, stops=refused.stops)
        raise


def _in_its_place(render: Render, actor: User, submission: UUID, address: str) -> Render:
    if render.state != RenderState.UNCONFIRMED:
        raise ValidationError(_(TOO_LATE))
    with transaction.atomic():
        asking_again.lock(render=render)
        again = renders.repeat(render=render, asked_by=actor, submission=submission)
        moved = move(
            render=render,
            to=RenderState.FAILED,
            reason=english("Sent again as take %(take)s; this one may have been charged as well", take=again.pk),
            actor=actor,
            error_code="",
            error_said="",
            error_meaning=english("No answer came, and it was sent again as take %(take)s.", take=again.pk),
            error_advice=english("Look at the gateway's bill, and say here whether this one was charged."),
        )
        if not moved:
            raise ValidationError(_(TOO_LATE))
        newest_of(render).update(sent_body="")
        said = english("Sent again as take %(take)s; it may be charged twice", take=again.pk)
        record_word(act="take-send-again", render=render, actor=actor, address=address, said=said)
        return again
