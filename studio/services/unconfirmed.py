"""How a render that was sent but never answered is settled: by a person's word or by a gateway's documented proof.

A proof counts more than a word: what a person called not created, or had sent again, is followed once it is found."""

from __future__ import annotations

import re
from contextlib import suppress

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from studio.choices import AttemptOutcome, RenderState
from studio.lib.clock import now
from studio.lib.english import english
from studio.lib.masking import holds, mask
from studio.models import Attempt, ProviderKey, Render, User
from studio.models.encryption import UnreadableSecret
from studio.services import audit
from studio.services.acceptances import tasks_of
from studio.services.key_waiting import CLEAR
from studio.services.queue import ensure_tracker
from studio.services.second_looks import AFRESH
from studio.services.transitions import REOPENED, move, reopen

_TASK_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:~=+@-]{3,254}")
TOO_LATE = english("This take is no longer unconfirmed; look at it again.")


def release(*, render: Render, actor: User, address: str = "") -> None:
    """The person says that no task was created: the money is free. Raises ValidationError."""
    reason = english("%(actor)s says that it was not created at the gateway", actor=actor.label)
    with transaction.atomic():
        _end(render, reason, reason, actor)
        record_word(act="take-release", render=render, actor=actor, address=address, said=reason)


def adopt(*, render: Render, actor: User, remote_id: str, address: str = "") -> None:
    """The person has found the task: follow it like any other. Raises ValidationError."""
    remote_id = remote_id.strip()
    reason = english(
        "%(actor)s says that it is the gateway's task %(remote_id)s", actor=actor.label, remote_id=remote_id
    )
    with transaction.atomic():
        _follow(render, remote_id, reason, actor)
        record_word(act="take-adopt", render=render, actor=actor, address=address, said=reason)


def record_word(*, act: str, render: Render, actor: User, address: str, said: str) -> None:
    """A person's act on a take, for the audit list; in the transaction of the act."""
    subject = english("Take %(take)s of %(project)s", take=render.pk, project=render.project.name)
    audit.record(actor=audit.Actor(actor, address), act=act, subject=subject, detail=said)


def release_by_proof(*, render: Render, said: str) -> None:
    """The gateway has answered for certain that there is no task. Raises ValidationError."""
    reason = (english("The gateway says that it was not created. %(said)s", said=said)).strip()
    _end(render, reason, english("The gateway says that no task was created"), None)


def adopt_by_proof(*, render: Render, remote_id: str) -> None:
    """The gateway has named the task: follow it, whatever a person has said since. Raises ValidationError."""
    _follow(render, remote_id, english("The gateway named the task: %(remote_id)s", remote_id=remote_id), None)


def _end(render: Render, reason: str, entry: str, actor: User | None) -> None:
    _require_unconfirmed(render)
    # What was said while nobody knew is no longer true.
    words = {"error_code": "", "error_said": "", "error_advice": ""}
    words["error_meaning"] = english("%(reason)s. Nothing is charged.", reason=reason.removesuffix("."))
    with transaction.atomic():
        if not move(render=render, to=RenderState.FAILED, reason=reason, actor=actor, free=entry, **words):
            raise ValidationError(_(TOO_LATE))
        newest_of(render).update(sent_body="")


def _follow(render: Render, remote_id: str, reason: str, actor: User | None) -> None:
    if actor is not None:
        _require_unconfirmed(render)
    if not _TASK_ID.fullmatch(remote_id):
        raise ValidationError(_("That does not look like a task id. Copy it from the gateway's list of tasks."))
    if mask(remote_id) != remote_id or _is_secret(render, remote_id):
        # It would stand in the take's history for everybody.
        raise ValidationError(_("That looks like a key and not like a task id. Copy the id of the task instead."))
    with transaction.atomic():
        _require_unused(render, remote_id)
        if actor is None:
            # The looking took its time: what a person has said meanwhile must not cost the proof.
            render.refresh_from_db(fields=["state"], from_queryset=Render.objects.select_for_update(no_key=True))
            if not _is_given_up(render):
                _require_unconfirmed(render)
        # Named before the take is moved: what happens to it from then on, happens to this task.
        named = (
            newest_of(render)
            .exclude(outcome=AttemptOutcome.ACCEPTED)
            .update(outcome=AttemptOutcome.ACCEPTED, remote_id=remote_id, poll_url="", answered_at=now(), sent_body="")
        )
        if not named or not _move_on(render, reason, actor):
            raise ValidationError(_(TOO_LATE))
        ensure_tracker()


def _move_on(render: Render, reason: str, actor: User | None) -> bool:
    if render.state in REOPENED:
        return reopen(render=render, reason=reason, actor=actor, next_poll_at=now(), **AFRESH)
    return move(render=render, to=RenderState.WAITING, reason=reason, actor=actor, next_poll_at=now(), **CLEAR)


def newest_of(render: Render) -> models.QuerySet[Attempt]:
    """The last submission of a render, for an update."""
    return Attempt.objects.filter(pk__in=render.attempts.order_by("-number").values("pk")[:1])


def _require_unused(render: Render, remote_id: str) -> None:
    """Whichever key it was made with; the keys stay locked, so that of two people at once the second one sees it."""
    keys = ProviderKey.objects.filter(provider=render.provider).order_by("pk")
    # Rows that point to a key may be stored meanwhile: whoever stores one and waits for another key is not in the way.
    list(keys.select_for_update(no_key=True).values_list("pk", flat=True))
    if tasks_of(render.provider, remote_id).exists():
        raise ValidationError(_("Another take was made from this task already."))


def _is_secret(render: Render, remote_id: str) -> bool:
    """Whether it is a secret of the gateway's keys: not all of them have a shape by which they could be known."""
    for key in ProviderKey.objects.filter(provider=render.provider):
        with suppress(UnreadableSecret):
            if holds(remote_id, key.secret) or holds(remote_id, key.management_secret):
                return True
    return False


def _is_given_up(render: Render) -> bool:
    """Ended on a person's word, while its request is still unanswered."""
    return render.state in REOPENED and render.attempts.filter(outcome=AttemptOutcome.UNKNOWN).exists()


def _require_unconfirmed(render: Render) -> None:
    if render.state != RenderState.UNCONFIRMED:
        raise ValidationError(_(TOO_LATE))
