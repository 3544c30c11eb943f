"""Renders: asking for takes, cancelling and asking again. Sending and fetching are the jobs' part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from studio.choices import AT_GATEWAY, Lineage, RenderState
from studio.lib.clock import now
from studio.lib.english import english
from studio.models import Project, ProviderKey, Render, User
from studio.providers.checks import Problem, takes_problems
from studio.providers.requests import RenderRequest
from studio.services import asking_again, budget_notices, overrides, search_index
from studio.services.doors import BY_HAND
from studio.services.limits import Stop
from studio.services.overrides import Override
from studio.services.queue import enqueue, ensure_tracker
from studio.services.requests import can_be_called_back, capability_with, find_problems
from studio.services.storing import KEY_IS_GONE, Closed, Order, Origin, closed_now, store_render
from studio.services.transitions import note
from studio.services.unsent import cancel_unsent


class Refused(Exception):
    """The request cannot go out; `problems` says why, field by field, `stops` which limits. Nothing was stored."""

    def __init__(self, problems: list[Problem], stops: Sequence[Stop] = ()) -> None:
        super().__init__(" ".join(problem.message for problem in problems))
        self.problems = problems
        self.stops = stops


class AlreadyRendered(Refused):
    """This submission has made takes, and of something else than is asked for now."""

    def __init__(self) -> None:
        said = english("This page was already rendered elsewhere; press again to render this as well.")
        super().__init__([Problem("render", said)])


def create_renders(
    *,
    project: Project,
    asked_by: User | None,
    key: ProviderKey,
    request: RenderRequest,
    takes: int,
    submission: UUID,
    origin: Origin = Origin(),  # noqa: B008  (frozen)
    door_reason: str = "",
    fallbacks: Sequence[dict[str, Any]] = (),
    override: Override | None = None,
) -> list[Render]:
    """Store `takes` renders, reserve their price and ask for them to be sent, all or nothing.

    The same `submission` again returns what the first one made. With an `override` budgets and caps are gone over, as
    far as whoever gives it may. Raises Refused, or AlreadyRendered when that was something else.
    """
    if made := made_by(project=project, submission=submission):
        return _same(made, key, request, takes)
    found = _problems(project, key, request, takes, origin)
    if found:
        raise Refused(found)
    order = Order(project, asked_by, key, request, submission, origin, door_reason, fallbacks)
    try:
        with transaction.atomic():
            closed = closed_now(order=order, takes=takes)
            # Looked for again under the lock: the other of two presses has made them meanwhile.
            if made := made_by(project=project, submission=submission):
                return _same(made, key, request, takes)
            return _store(order, takes, closed, override)
    except Refused as refused:
        budget_notices.tell_of_stops(project=project, person=asked_by, stops=refused.stops)
        raise
    except IntegrityError:
        # The same press arrived twice at once, and the other one was first.
        if made := made_by(project=project, submission=submission):
            return _same(made, key, request, takes)
        raise


def _store(order: Order, takes: int, closed: Closed, override: Override | None) -> list[Render]:
    found = closed.problems or overrides.problems(
        project=order.project, stops=closed.stops, override=override, person=order.asked_by
    )
    if found:
        raise Refused([*found], closed.stops)
    held = overrides.held_note(stops=closed.stops, override=override)
    made = [store_render(order=order, take_number=number, held=held) for number in range(1, takes + 1)]
    search_index.index(noun="take", numbers=[take.pk for take in made])
    if closed.stops and override is not None:
        overrides.record(stops=closed.stops, override=override, renders=made)
    budget_notices.tell_of_press(
        project=order.project, person=order.asked_by, limits=closed.limits, amount=closed.amount
    )
    ensure_tracker()
    return made


def made_by(*, project: Project, submission: UUID) -> list[Render]:
    """The takes that this submission has made."""
    return list(project.renders.filter(submission=submission).order_by("take_number"))


def _same(made: list[Render], key: ProviderKey, request: RenderRequest, takes: int) -> list[Render]:
    if len(made) != takes or made[0].key_id != key.pk or RenderRequest.from_json(made[0].spec) != request:
        raise AlreadyRendered
    for render in made:
        render.was_asked_before = True
    return made


def _problems(project: Project, key: ProviderKey, request: RenderRequest, takes: int, origin: Origin) -> list[Problem]:
    if project.archived_at is not None:
        return [Problem("project", english("This project is archived. Bring it back before rendering in it."))]
    is_usable = ProviderKey.objects.usable().for_project(project).filter(pk=key.pk).exists()
    if key.provider != request.provider or not is_usable:
        return [Problem("key", KEY_IS_GONE)]
    capability = capability_with(key=key, model=request.model)
    if capability is None:
        return [
            Problem(
                "model",
                english(
                    "There is no model “%(model)s” at %(provider)s. Choose one from the list.",
                    model=request.model,
                    provider=request.provider,
                ),
            )
        ]
    found = takes_problems(takes)
    return found + find_problems(capability=capability, request=request, key=key, source_take=origin.source_take)


def ask_cancel(*, render: Render, actor: User | None) -> str:
    """Cancel what was not sent, or ask the gateway to; returns what to tell the person.

    Raises ValidationError when it is too late.
    """
    # Between two looks the render may move on, even back into the queue; it does not do so for ever.
    for _attempt in range(5):
        if render.state == RenderState.QUEUED:
            if cancel_unsent(render=render, actor=actor):
                return english("Cancelled before it was sent. Nothing is charged.")
        elif render.state not in CANCELLABLE:
            break
        elif not can_be_called_back(render):
            if render.cancel_asked_at is not None or _stop_waiting(render, actor):
                return STOPPED
        elif render.cancel_asked_at is not None or _wish(render, actor):
            return english("Cancel was asked for. The gateway decides; a render that has started may still be charged.")
        render.refresh_from_db()
    raise ValidationError(
        _("This take is already %(state)s; nothing was cancelled.") % {"state": render.get_state_display().lower()}
    )


def _stop_waiting(render: Render, actor: User | None) -> bool:
    """Only note the wish: there is nobody to tell. The task is followed on, since its result may come and is kept."""
    moment = now()
    with transaction.atomic():
        asked = Render.objects.filter(pk=render.pk, state=render.state, cancel_asked_at=None)
        if not asked.update(cancel_asked_at=moment, cancel_answered_at=moment):
            return False
        note(render=render, reason=english("No longer waited for; the gateway has no cancel"), actor=actor)
    render.cancel_asked_at = moment
    return True


STOPPED = english(
    "No longer waited for. The gateway has no cancel: it may still be charged, and what comes of it is kept."
)
CANCELLABLE = (RenderState.SUBMITTING, *AT_GATEWAY)


def _wish(render: Render, actor: User | None) -> bool:
    """Record the wish and have it sent; while the render itself is being sent, the wish goes right after it."""
    moment = now()
    with transaction.atomic():
        asked = Render.objects.filter(pk=render.pk, state=render.state, cancel_asked_at=None)
        if not asked.update(cancel_asked_at=moment, enqueued_at=moment):
            return False
        note(render=render, reason=english("Cancel was asked for"), actor=actor)
        enqueue("studio.jobs.cancel.cancel", render.pk)
    render.cancel_asked_at = moment
    return True


def retry(*, render: Render, asked_by: User, sound: bool = True) -> Render:
    """Ask for the same once more, as new paid work of its own. While a take in its place is under way, however that one
    was asked for, it is the answer, `was_asked_before`: nobody pays twice for one failed take.

    `sound=False` leaves the sound out this time. Raises Refused, or ValidationError when the take is not over, or when
    what is under way is not the same as what is asked for now; then nothing is stored.
    """
    _require_over(render)
    try:
        with transaction.atomic():
            asking_again.lock(render=render)
            # Late proof or a second look may have taken it up meanwhile.
            render.refresh_from_db(fields=["state"])
            _require_over(render)
            if made := asking_again.under_way(render=render):
                return _same_again(render, made, sound)
            submission = asking_again.submission_of(render=render)
            return repeat(render=render, asked_by=asked_by, submission=submission, sound=sound)
    except Refused as refused:
        # What was told of it inside is gone with the transaction.
        budget_notices.tell_of_stops(project=render.project, person=asked_by, stops=refused.stops)
        raise


def _require_over(render: Render) -> None:
    if not render.has_ended or render.state == RenderState.READY:
        raise ValidationError(_("Only a take that was refused, failed, cancelled or expired can be tried again."))


def _same_again(render: Render, made: Render, sound: bool) -> Render:
    if made.key_id != render.key_id or RenderRequest.from_json(made.spec) != _request_of(render, sound):
        raise ValidationError(_asked_otherwise(render, made))
    made.was_asked_before = True
    return made


def _asked_otherwise(render: Render, made: Render) -> str:
    # What asked for all failed takes of a matrix may have gone through another gateway, or have kept the sound.
    said = _("Take %(take)s is being made again as take %(again)s already, in another way. Nothing new is paid for.")
    return said % {"take": render.pk, "again": made.pk}


def _request_of(render: Render, sound: bool) -> RenderRequest:
    request = RenderRequest.from_json(render.spec)
    return request if sound else replace(request, sound=False)


def repeat(*, render: Render, asked_by: User, submission: UUID, sound: bool = True) -> Render:
    """The same request as a take of its own, whatever has become of the first. Raises Refused."""
    return create_renders(
        project=render.project,
        asked_by=asked_by,
        key=render.key,
        request=_request_of(render, sound),
        takes=1,
        submission=submission,
        origin=Origin(
            prompt_version=render.prompt_version,
            parent=render,
            lineage=Lineage.RETRY,
            source_take=render.source_take,
            answers=render.answers,
        ),
        door_reason=render.door_reason if render.door_reason == BY_HAND else SAME_KEY,
    )[0]


SAME_KEY = english("The same key as for the take before.")
