"""After a definite no the next door may be tried: as shown, as allowed, once, and never after anything uncertain."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from studio.choices import AttemptOutcome, RenderState
from studio.models import Attempt, LedgerEntry, Project, ProviderKey, Render, User
from studio.services import attempts
from studio.services.failover import try_next
from studio.services.renders import create_renders
from studio.services.transitions import move
from tests.factories import make_attempt, make_budget, make_comment, make_key, make_project, make_request

pytestmark = pytest.mark.django_db


@pytest.fixture
def allowing(project: Project) -> Project:
    Project.objects.update(tries_next_gateway=True)
    project.refresh_from_db()
    return project


@pytest.fixture
def hub(allowing: Project) -> ProviderKey:
    return make_key(provider="tokenhub", label="Hub")


@pytest.fixture
def third(hub: ProviderKey) -> ProviderKey:
    return make_key(label="Third")


def shown(*keys: ProviderKey, estimate: str = "0.80", currency: str = "USD") -> list[dict[str, Any]]:
    return [{"key": key.pk, "estimate": estimate, "currency": currency} for key in keys]


def sent(project: Project, fallbacks: list[dict[str, Any]], asked_by: User | None = None, **over: Any) -> Attempt:
    """A take that is on its way with a key of its own."""
    (take,) = create_renders(
        project=project,
        asked_by=asked_by,
        key=make_key(label="First"),
        request=make_request(**over),
        takes=1,
        submission=uuid4(),
        fallbacks=fallbacks,
    )
    move(render=take, to=RenderState.SUBMITTING, reason="Sending")
    return make_attempt(take)


def refuse(attempt: Attempt, said: str = "Not enough money.", code: str = "") -> None:
    attempts.record_refused(attempt=attempt, said=said, meaning="Refused.", advice="Top up.", code=code)


def refuse_next(said: str = "Not enough money.") -> None:
    """The take that was asked for last is sent, and refused as well."""
    take = Render.objects.latest("pk")
    move(render=take, to=RenderState.SUBMITTING, reason="Sending")
    refuse(make_attempt(take), said)


def switched() -> list[Render]:
    return list(Render.objects.filter(lineage="switch").order_by("pk"))


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


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("", "InputTextSensitiveContentDetected"),
        ("", "SensitiveContentDetected.SevereViolation"),
        ("", "InputImageSensitiveContentDetected.PrivacyInformation"),
        ("", "content_policy_violation"),
        ("The prompt was refused by the content policy", "invalid_request_error"),
        ("The prompt was refused by content moderation", "400"),
        ("Blocked by the safety system.", ""),
        ("The input image may contain a real person.", ""),
        ("This may infringe copyright.", ""),
        ("输入内容包含敏感信息", ""),
        ("Not enough money for sensitive content.", "insufficient_balance"),
    ],
)
def test_content_that_was_refused_goes_to_no_other_gateway(
    allowing: Project, hub: ProviderKey, said: str, code: str
) -> None:
    refuse(sent(allowing, shown(hub)), said, code)

    assert (switched(), Render.objects.get().state) == ([], "refused")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("The resource could not be downloaded", "InvalidParameter"),
        ("", "media_unreachable"),
        ("content[1].image_url is not valid", "invalid_request_error"),
        ("Names are case-sensitive.", ""),
    ],
)
def test_what_is_not_about_the_content_goes_on(allowing: Project, hub: ProviderKey, said: str, code: str) -> None:
    refuse(sent(allowing, shown(hub)), said, code)

    assert [take.key for take in switched()] == [hub]


def test_door_that_cannot_do_it_any_more_is_passed_over(
    allowing: Project, hub: ProviderKey, third: ProviderKey
) -> None:
    attempt = sent(allowing, shown(hub, third), seed=7)

    refuse(attempt)

    assert [take.key for take in switched()] == [third]


@pytest.mark.parametrize("change", ["paused", "deleted", "elsewhere", "capped", "dearer", "currency"])
def test_door_that_is_not_as_it_was_shown_is_not_tried(allowing: Project, hub: ProviderKey, change: str) -> None:
    shown_as = {"dearer": {"estimate": "0.79"}, "currency": {"currency": "CNY"}}.get(change, {})
    attempt = sent(allowing, shown(hub, **shown_as))
    over: dict[str, dict[str, Any]] = {
        "paused": {"paused_at": timezone.now()},
        "deleted": {"deleted_at": timezone.now()},
        "capped": {"monthly_cap": Decimal("0.10")},
    }
    ProviderKey.objects.filter(pk=hub.pk).update(**over.get(change, {"label": "Hub"}))
    if change == "elsewhere":
        hub.projects.add(make_project())

    refuse(attempt)

    assert (switched(), Render.objects.get().state) == ([], "refused")


@pytest.mark.parametrize("change", [{"tries_next_gateway": False}, {"archived_at": "2026-01-01T00:00Z"}])
def test_project_has_the_last_word(allowing: Project, hub: ProviderKey, change: dict[str, Any]) -> None:
    attempt = sent(allowing, shown(hub))
    Project.objects.update(**change)

    refuse(attempt)

    assert switched() == []


def test_take_that_was_to_be_cancelled_is_not_tried_elsewhere(allowing: Project, hub: ProviderKey) -> None:
    attempt = sent(allowing, shown(hub))
    Render.objects.update(cancel_asked_at=timezone.now())

    refuse(attempt)

    assert switched() == []


def test_take_without_fallbacks_is_only_refused(allowing: Project, hub: ProviderKey) -> None:
    refuse(sent(allowing, []))

    assert switched() == []


def test_nothing_is_tried_after_anything_uncertain(allowing: Project, hub: ProviderKey) -> None:
    attempt = sent(allowing, shown(hub))
    attempts.record_unknown(attempt=attempt, said="", meaning="No answer.", advice="Look.")

    # The late no is certain, yet the moment before was not.
    refuse(attempt)

    assert (switched(), Render.objects.get().state) == ([], "refused")


@pytest.mark.parametrize("outcome", [AttemptOutcome.UNKNOWN, AttemptOutcome.ACCEPTED, AttemptOutcome.SENDING])
def test_an_earlier_attempt_that_may_have_begun_stops_it(
    allowing: Project, hub: ProviderKey, outcome: AttemptOutcome
) -> None:
    attempt = sent(allowing, shown(hub))
    make_attempt(attempt.render, outcome=outcome)

    refuse(attempt)

    assert switched() == []


def test_what_the_studio_did_not_send_is_not_tried_elsewhere(allowing: Project, hub: ProviderKey) -> None:
    attempt = sent(allowing, shown(hub))

    attempts.record_not_sent(attempt=attempt, said="", meaning="No connection.", advice="Wait.")

    assert (switched(), try_next(render=attempt.render)) == ([], None)


def test_door_that_the_budget_has_no_room_for_is_not_tried(allowing: Project, hub: ProviderKey) -> None:
    # Room for what the first gateway takes, and not for the next one.
    make_budget(allowing, amount=Decimal("0.70"))

    refuse(sent(allowing, shown(hub)))

    assert switched() == []
