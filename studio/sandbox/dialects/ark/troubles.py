"""Ark's words for the faults every gateway can have, and for the refusals of a request that is in order."""

from __future__ import annotations

from studio.sandbox.dialects.ark.catalog import Rules
from studio.sandbox.dialects.ark.problems import invalid, not_found, refusal, unauthorized
from studio.sandbox.dialects.playing import Player
from studio.sandbox.jobs import Job
from studio.sandbox.messages import Refusal

RETRY_AFTER = 1


def refuse_job(rules: Rules, fault: str, job: Job) -> None:
    if fault == "refuse":
        message = "The request failed because the input text may contain sensitive information"
        raise refusal(400, "InputTextSensitiveContentDetected", message, "content")
    if fault == "insufficient-balance":
        status, code = rules.unpaid
        raise refusal(status, code, "The account has an overdue balance")
    if fault == "cannot-fetch" and job.sources:
        raise invalid(job.sources[0].field, "The resource could not be downloaded")


def rate_limited(with_wait: bool) -> Refusal:
    """No headers were observed upstream; the wait is named all the same where a test wants one."""
    headers = {"Retry-After": str(RETRY_AFTER)} if with_wait else None
    message = "The requests per minute of this endpoint are used up"
    return refusal(429, "RateLimitExceeded.EndpointRPMExceeded", message, headers=headers)


def server_error(message: str) -> Refusal:
    # The documents name the HTTP status only; the code is assumed.
    return refusal(500, "InternalServiceError", message)


PLAYER = Player(unauthorized, server_error, rate_limited, not_found, gibberish=b'{"id": "cgt-')
