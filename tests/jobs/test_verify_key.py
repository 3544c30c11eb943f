"""The check of a key as a worker runs it: whatever happens, the page gets a result in words without the secret."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from studio.jobs import verify_key as module
from studio.jobs.verify_key import verify_key
from studio.models import ProviderKey
from studio.providers import registry
from studio.providers.answers import KeyReport, KeyVerdict
from studio.providers.errors import BadKey, Retryable
from tests.jobs.conftest import SECRET

pytestmark = pytest.mark.django_db


class Adapter:
    """Answers a check as it is told."""

    def __init__(self, answer: KeyReport | Exception) -> None:
        self.answer = answer
        self.seen: list[tuple[str, str, str]] = []

    def check(self, client: object, connection: Any, management_secret: str = "") -> KeyReport:
        self.seen.append((connection.base_url, connection.secret, management_secret))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Any:
    def answer(what: KeyReport | Exception) -> Adapter:
        adapter = Adapter(what)
        gateway = type("Gateway", (), {"adapter": adapter, "name": "TokenLab"})
        monkeypatch.setattr(registry, "get", lambda slug: gateway)
        monkeypatch.setattr(module, "reference_lines", lambda key: [])
        return adapter

    return answer


def told(key: ProviderKey) -> tuple[str, str, str]:
    result = ProviderKey.objects.get(pk=key.pk).check_result
    return result["verdict"], result["lines"][0]["state"], result["lines"][0]["text"]


def test_verify_asks_with_both_secrets(key: ProviderKey, answering: Any) -> None:
    ProviderKey.objects.filter(pk=key.pk).update(management_secret="mt-0123456789")
    adapter = answering(KeyReport(KeyVerdict.ACCEPTED, "Accepted."))

    verify_key(key.pk)

    assert adapter.seen == [(key.base_url, SECRET, "mt-0123456789")]
    assert told(key) == ("accepted", "good", "Accepted.")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (KeyReport(KeyVerdict.UNCLEAR, "Hard to say."), ("unclear", "open", "Hard to say.")),
        (BadKey("Not valid.", said="401"), ("refused", "bad", "Not valid. The gateway said: “401”")),
        (Retryable("Not reachable."), ("unreachable", "open", "Not reachable.")),
        (
            ZeroDivisionError(SECRET),
            ("unreachable", "open", "The studio stumbled over the check: ZeroDivisionError."),
        ),
    ],
)
def test_verify_has_words_for_every_answer(
    key: ProviderKey, answering: Any, answer: Any, expected: tuple[str, str, str]
) -> None:
    answering(answer)

    verify_key(key.pk)

    assert told(key) == expected


def test_verify_of_what_may_not_be_asked_sends_nothing(
    key: ProviderKey, answering: Any, unreadable: Any, settings: Any
) -> None:
    adapter = answering(KeyReport(KeyVerdict.ACCEPTED, "Accepted."))
    settings.STUDIO_ALLOW_LOOPBACK_PROVIDERS = False
    verify_key(key.pk)
    switched_off = told(key)
    settings.STUDIO_ALLOW_LOOPBACK_PROVIDERS = True
    unreadable(key)

    verify_key(key.pk)

    assert (switched_off[0], told(key)[0], adapter.seen) == ("unreachable", "unreachable", [])
    assert "cannot be read" in told(key)[2]


def test_verify_goes_on_when_the_check_of_references_stumbles(
    key: ProviderKey, answering: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    answering(KeyReport(KeyVerdict.ACCEPTED, "Accepted."))

    def broken(key: ProviderKey) -> list[dict[str, str]]:
        raise ZeroDivisionError

    monkeypatch.setattr(module, "reference_lines", broken)
    with caplog.at_level(logging.ERROR):
        verify_key(key.pk)

    assert told(key)[0] == "accepted"
    key.refresh_from_db()
    assert key.check_result["lines"][1]["text"] == "References could not be checked: ZeroDivisionError."


def test_verify_of_a_key_that_is_gone_does_nothing(db: None) -> None:
    verify_key(4711)
