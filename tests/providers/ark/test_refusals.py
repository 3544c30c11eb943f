"""Ark's codes in the four kinds, with what they mean and what to do."""

from __future__ import annotations

import json

import pytest

from studio.providers import refusals
from studio.providers.ark.refusals import WORDS
from studio.providers.calls import Answer
from studio.providers.errors import BadKey, ProviderError, Refused, Retryable, Unknown

NOTHING = "nothing was started."


def _error(status: int, code: str, message: str = "no") -> ProviderError:
    body = {"error": {"code": code, "message": message, "param": "", "type": "BadRequest"}}
    return refusals.create_error(Answer(status, {}, json.dumps(body).encode()), "secret", WORDS)


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "MissingParameter", Refused),
        (400, "InvalidParameter", Refused),
        (400, "InvalidEndpoint.ClosedEndpoint", Refused),
        (400, "SensitiveContentDetected", Refused),
        (400, "SensitiveContentDetected.SevereViolation", Refused),
        (400, "InputTextSensitiveContentDetected", Refused),
        (400, "InputImageSensitiveContentDetected", Refused),
        (400, "InputVideoSensitiveContentDetected.PolicyViolation", Refused),
        (401, "AuthenticationError", BadKey),
        (403, "AccountOverdueError", Refused),
        (403, "AccessDenied", BadKey),
        (404, "NotFound", Refused),
        (404, "InvalidEndpointOrModel.NotFound", Refused),
        (429, "RateLimitExceeded.EndpointRPMExceeded", Retryable),
        (429, "RateLimitExceeded.EndpointTPMExceeded", Retryable),
        (429, "", Retryable),
        (429, "QuotaExceeded", Refused),
        (500, "InternalServiceError", Unknown),
        (502, "", Unknown),
        (503, "", Unknown),
        (504, "", Unknown),
    ],
)
def test_code_has_the_kind_that_money_needs(status: int, code: str, kind: type[ProviderError]) -> None:
    error = _error(status, code)

    assert type(error) is kind
    assert error.meaning


@pytest.mark.parametrize(
    ("status", "code", "meaning", "advice"),
    [
        (
            400,
            "InputTextSensitiveContentDetected",
            f"The gateway's moderation refused the prompt; {NOTHING}",
            "Say it differently and render again.",
        ),
        (
            403,
            "AccountOverdueError",
            f"The account at the gateway has a bill to pay first; {NOTHING}",
            "Ask an admin to settle the account at the gateway.",
        ),
        (
            404,
            "InvalidEndpointOrModel.NotFound",
            f"The gateway does not know this model, or has not opened it for the key; {NOTHING}",
            "Choose another model, or ask an admin to open this one at the gateway.",
        ),
        (401, "AuthenticationError", "The gateway does not accept the key.", "Ask an admin to check this key."),
        (
            400,
            "SomethingNew",
            f"The gateway refused the request; {NOTHING}",
            "Change what the gateway names and render again.",
        ),
    ],
)
def test_words_say_what_it_means_and_what_to_do(status: int, code: str, meaning: str, advice: str) -> None:
    error = _error(status, code)

    assert (error.meaning, error.advice) == (meaning, advice)


def test_known_trap_is_turned_into_help() -> None:
    error = _error(400, "InvalidParameter", "The resource could not be downloaded")

    assert error.advice.startswith("The gateway could not open your reference at this studio's address.")
    assert error.said == "The resource could not be downloaded"
