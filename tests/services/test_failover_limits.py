"""What keeps a refused take from another door: content, doubt, a wish of a person, the budget."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from studio.choices import AttemptOutcome
from studio.models import Project, ProviderKey, Render
from studio.services import attempts
from studio.services.failover import try_next
from tests.factories import make_attempt, make_budget, make_project
from tests.services.failing_over import allowing, hub, refuse, sent, shown, switched, third

__all__ = ["allowing", "hub", "third"]
pytestmark = pytest.mark.django_db


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
