"""A second look at the gateway: only a person asks for it, and only where something may have been charged."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from studio.choices import AttemptOutcome, RenderState
from studio.lib.clock import now
from studio.models import Project, ProviderKey, Render, User
from studio.services import keys, ledger, second_looks
from studio.services.audit import Actor
from tests.factories import make_attempt, make_followed, make_render

ENDED = {"ended_at": now(), "next_poll_at": None}


def ended(project: Project, state: RenderState = RenderState.EXPIRED, **over: Any) -> Render:
    """A take that the gateway took on and that ended without a video; its money is still reserved."""
    take = make_followed(project, state=state, **(ENDED | over))
    ledger.reserve(render=take)
    return take


@pytest.mark.parametrize("state", [RenderState.EXPIRED, RenderState.FAILED])
def test_look_again_follows_the_take_as_on_the_first_day(project: Project, artist: User, state: RenderState) -> None:
    trouble = {"error_said": "404", "error_meaning": "Unknown", "error_advice": "Look", "unknown_since": now()}
    take = ended(project, state, **trouble, poll_failures=9, tries=3, bad_files=2, cancel_asked_at=now())

    second_looks.look_again(render=take, actor=artist)

    take.refresh_from_db()
    event = take.events.order_by("-id")[0]
    assert (take.state, take.ended_at, take.unknown_since, take.cancel_asked_at) == ("waiting", None, None, None)
    assert (take.error_said, take.error_meaning, take.error_advice) == ("", "", "")
    assert (take.poll_failures, take.tries, take.bad_files) == (0, 0, 0)
    assert (event.from_state, event.to_state, event.actor) == (state, "waiting", artist)
    assert list(Render.objects.due(now())) == [take]


@pytest.mark.parametrize("state", [each for each in RenderState if each not in {"expired", "failed"}])
def test_look_again_at_a_take_that_did_not_end_so_is_refused(
    project: Project, artist: User, state: RenderState
) -> None:
    take = ended(project, state)

    with pytest.raises(ValidationError):
        second_looks.look_again(render=take, actor=artist)

    take.refresh_from_db()
    assert take.state == state


def test_look_again_at_a_take_that_costs_nothing_is_refused(project: Project, artist: User) -> None:
    take = ended(project)
    ledger.release(render=take, note="The gateway does not charge for this")

    with pytest.raises(ValidationError):
        second_looks.look_again(render=take, actor=artist)

    assert not second_looks.can_look_again(take)


@pytest.mark.parametrize("outcome", [None, AttemptOutcome.UNKNOWN, AttemptOutcome.NOT_SENT, AttemptOutcome.REFUSED])
def test_look_again_at_a_take_that_no_gateway_took_on_is_refused(
    project: Project, artist: User, outcome: AttemptOutcome | None
) -> None:
    take = make_render(project, state=RenderState.FAILED)
    if outcome:
        make_attempt(take, outcome=outcome)

    with pytest.raises(ValidationError):
        second_looks.look_again(render=take, actor=artist)

    assert take.state == RenderState.FAILED


def test_look_again_twice_is_one_look(project: Project, artist: User) -> None:
    take = ended(project)
    stale = Render.objects.get(pk=take.pk)
    second_looks.look_again(render=take, actor=artist)

    with pytest.raises(ValidationError):
        second_looks.look_again(render=stale, actor=artist)

    assert take.events.filter(to_state="waiting").count() == 1


def test_look_again_where_the_key_has_left_the_address_is_refused(project: Project, artist: User) -> None:
    take = ended(project)
    ProviderKey.objects.filter(pk=take.key_id).update(base_url="http://127.0.0.1:10")

    with pytest.raises(ValidationError):
        second_looks.look_again(render=take, actor=artist)

    take.refresh_from_db()
    assert take.state == RenderState.EXPIRED


def test_look_again_with_a_key_that_was_deleted_meanwhile_is_refused(project: Project, artist: User) -> None:
    take = ended(project)
    assert second_looks.can_look_again(take)
    keys.delete(key=ProviderKey.objects.get(pk=take.key_id), actor=Actor.shell())

    with pytest.raises(ValidationError):
        second_looks.look_again(render=take, actor=artist)
