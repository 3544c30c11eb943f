"""What a check of a key leaves behind: its lines, a pause where the key was refused, nothing of an older secret."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django_q.models import OrmQ

from studio.lib.clock import now
from studio.models import AuditEntry, ProviderKey, User
from studio.providers.answers import KeyReport, KeyVerdict
from studio.services import key_checks, keys
from studio.services.audit import Actor
from studio.services.key_rotation import rotate
from tests.factories import make_key

pytestmark = pytest.mark.django_db
ACCEPTED = KeyReport(
    KeyVerdict.ACCEPTED, "The gateway accepts the key.", balance=Decimal("42.50"), live={"m": {"x": 1}}
)
REFUSED = KeyReport(KeyVerdict.REFUSED, "The key is not valid.", said="no such key sk-live-0123456789")


@pytest.fixture
def by(admin: User) -> Actor:
    return Actor(admin, "203.0.113.7")


def test_ask_queues_one_check_and_is_in_the_audit_list(by: Actor) -> None:
    key = make_key(label="Main")

    key_checks.ask(key=key, actor=by)

    row = OrmQ.objects.get()
    assert (row.func(), row.task["args"]) == ("studio.jobs.verify_key.verify_key", (key.pk,))
    assert ProviderKey.objects.get().check_asked_at is not None
    assert AuditEntry.objects.values_list("act", "subject", "detail").get() == (
        "key-check",
        "TokenLab: Main",
        "sk-…test",
    )


@pytest.mark.parametrize(
    ("provider", "secret", "words"),
    [
        ("tokenlab", "sk-0123456789", ""),
        ("tokenlab", " sk-0123456789\n", ""),
        ("tokenlab", "th-0123456789", "This does not look like a TokenLab key (sk-…). Use Check key to be sure."),
        ("ark", "th-0123456789", ""),
    ],
)
def test_doubt_of_a_secret_that_begins_as_no_key_of_the_gateway(provider: str, secret: str, words: str) -> None:
    assert key_checks.doubt(provider=provider, secret=secret) == words


def test_ask_about_a_deleted_key_is_refused(by: Actor) -> None:
    key = make_key()
    keys.delete(key=key, actor=by)

    with pytest.raises(ValidationError):
        key_checks.ask(key=key, actor=by)


def test_accepted_key_keeps_its_balance_lines_and_live_facts() -> None:
    key = make_key()
    reference = {"state": "good", "text": "A test picture came back."}

    assert key_checks.record_result(key=key, report=ACCEPTED, references=[reference])

    key.refresh_from_db()
    assert key.check_result == {
        "verdict": "accepted",
        "lines": [{"state": "good", "text": "The gateway accepts the key."}, reference],
        "balance": "42.50",
        "currency": "USD",
    }
    assert (key.live, key.checked_at is not None, key.paused_at) == ({"m": {"x": 1}}, True, None)


def test_refused_key_is_paused_in_masked_words() -> None:
    key = make_key(live={"m": {}})

    key_checks.record_result(key=key, report=REFUSED, references=[])

    key.refresh_from_db()
    words = "The key is not valid. The gateway said: “no such key [removed]”"
    assert (key.paused_by_studio, key.pause_reason, key.live) == (True, words, {"m": {}})
    assert key.check_result["lines"] == [{"state": "bad", "text": words}]


def test_refused_key_that_a_person_paused_stays_theirs(by: Actor) -> None:
    key = make_key()
    keys.pause(key=key, actor=by, reason="Holiday")

    key_checks.record_result(key=key, report=REFUSED, references=[])

    key.refresh_from_db()
    assert (key.paused_by_studio, key.pause_reason) == (False, "Holiday")


def test_accepted_key_that_the_studio_paused_does_not_resume_by_itself_but_says_so() -> None:
    key = make_key(paused_at=now(), paused_by_studio=True)

    key_checks.record_result(key=key, report=ACCEPTED, references=[])

    key.refresh_from_db()
    assert key.paused_at is not None
    assert key.check_result["lines"][1] == {
        "state": "open",
        "text": "The gateway accepts the key again. It is still paused: resume it, and what waits goes on.",
    }


def test_unreachable_gateway_says_nothing_about_the_key() -> None:
    key = make_key(live={"m": {}})

    key_checks.record_unreachable(key=key, meaning="The gateway could not be reached.")

    key.refresh_from_db()
    assert (key.check_result["verdict"], key.paused_at, key.live) == ("unreachable", None, {"m": {}})
    assert key.check_result["lines"] == [{"state": "open", "text": "The gateway could not be reached."}]


def test_result_of_an_older_secret_is_dropped(by: Actor) -> None:
    asked = make_key()
    rotate(key=ProviderKey.objects.get(), actor=by, secret="sk-new-0123456789")

    kept = [
        key_checks.record_result(key=asked, report=REFUSED, references=[]),
        key_checks.record_unreachable(key=asked, meaning="x"),
    ]

    asked.refresh_from_db()
    assert (kept, asked.check_result, asked.paused_at) == ([False, False], {}, None)
