"""After a definite no the next door may be tried: as shown, as allowed, once, and never after anything uncertain."""

from __future__ import annotations

import pytest
from django_q.models import OrmQ

from studio.choices import RenderState
from studio.models import LedgerEntry, Project, ProviderKey, Render, User
from studio.services import attempts
from studio.services.failover import try_next
from studio.services.transitions import move
from tests.factories import make_attempt, make_key
from tests.services.failing_over import allowing, hub, refuse, sent, shown, switched, third
from tests.team_factories import make_comment

__all__ = ["allowing", "hub", "third"]
pytestmark = pytest.mark.django_db


def refuse_next(said: str = "Not enough money.") -> None:
    """The take that was asked for last is sent, and refused as well."""
    take = Render.objects.latest("pk")
    move(render=take, to=RenderState.SUBMITTING, reason="Sending")
    refuse(make_attempt(take), said)


def test_refused_take_is_tried_at_the_next_door(
    allowing: Project, artist: User, hub: ProviderKey, third: ProviderKey
) -> None:
    attempt = sent(allowing, shown(hub, third), artist)

    refuse(attempt)

    (made,) = switched()
    refused = Render.objects.get(pk=attempt.render_id)
    assert (refused.state, made.state, made.parent, made.asked_by) == ("refused", "queued", refused, artist)
    assert (made.key, made.provider, made.model) == (hub, "tokenhub", "doubao-seedance-2.0-fast")
    assert made.spec == refused.spec | {"provider": "tokenhub", "model": "doubao-seedance-2.0-fast"}
    assert made.door_reason == "TokenLab, key “First”, refused it (Not enough money); tried here next."
    assert (made.take_number, made.fallbacks) == (refused.take_number, shown(third))
    kinds = LedgerEntry.objects.filter(render=refused).values_list("kind", flat=True)
    assert (list(kinds), made.ledger.count()) == (["estimated", "reserved", "released"], 2)
    assert OrmQ.objects.count() >= 2


def test_next_door_answers_the_same_note(allowing: Project, hub: ProviderKey) -> None:
    attempt = sent(allowing, shown(hub))
    first = attempt.render
    first.answers = make_comment(first)
    first.save()

    refuse(attempt)

    (take,) = switched()
    assert (take.answers_id, take.parent_id, take.shot_id) == (first.answers_id, first.pk, first.pk)


def test_twice_is_once(allowing: Project, hub: ProviderKey, third: ProviderKey) -> None:
    attempt = sent(allowing, shown(hub, third))
    refuse(attempt)

    again = [try_next(render=attempt.render) for _ in range(2)]

    assert again == switched() * 2


def test_chain_ends_with_the_last_door(allowing: Project, hub: ProviderKey, third: ProviderKey) -> None:
    refuse(sent(allowing, shown(hub, third)))
    for _ in range(2):
        refuse_next()

    assert [take.key for take in switched()] == [hub, third]
    assert [take.fallbacks for take in switched()] == [shown(third), []]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("", "insufficient_balance"),
        ("", "insufficient_credits"),
        ("The account has an overdue balance", "AccountOverdueError"),
        ("", "QuotaExceeded"),
        ("", "quota_exceeded"),
        ("Your credits do not cover this request", ""),
        ("The balance does not cover the estimated cost of $0.80", ""),
    ],
)
def test_gateway_whose_account_is_empty_may_be_tried_with_another_key(
    allowing: Project, third: ProviderKey, said: str, code: str
) -> None:
    refuse(sent(allowing, shown(third)), said, code)

    assert [take.key for take in switched()] == [third]


def test_account_that_is_empty_is_known_by_the_meaning_alone(allowing: Project, third: ProviderKey) -> None:
    meaning = "The account at the gateway has too little balance for this take; nothing was started."

    attempts.record_refused(attempt=sent(allowing, shown(third)), said="", meaning=meaning, advice="")

    assert [take.key for take in switched()] == [third]


def test_gateway_that_refused_is_not_asked_again_with_another_key(
    allowing: Project, hub: ProviderKey, third: ProviderKey
) -> None:
    fourth = make_key(provider="tokenhub", label="Fourth")
    refuse(sent(allowing, shown(third, hub, fourth)), "No such model.")
    refuse_next("No such model.")

    # The first key's refusal holds for all that follows of the chain, the last one's for its own gateway.
    assert [(take.key, take.fallbacks) for take in switched()] == [(hub, shown(fourth))]


def test_gateway_that_refused_before_stays_out_after_another_ones_empty_account(
    allowing: Project, hub: ProviderKey, third: ProviderKey
) -> None:
    fourth = make_key(provider="tokenhub", label="Fourth")
    refuse(sent(allowing, shown(hub, third, fourth)), "No such model.")
    refuse_next()

    assert [take.key for take in switched()] == [hub, fourth]
