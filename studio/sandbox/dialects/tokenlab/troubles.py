"""TokenLab's words for the faults every gateway can have, and the refusals only it gives."""

from __future__ import annotations

import time
from typing import Any

from studio.sandbox.dialects.playing import Player
from studio.sandbox.dialects.tokenlab import prices
from studio.sandbox.dialects.tokenlab.problems import Problem, invalid, refusal, unauthorized
from studio.sandbox.jobs import Job
from studio.sandbox.messages import Refusal

RETRY_AFTER = 1
PER_MINUTE = 1000


def refuse_job(fault: str, job: Job) -> None:
    """Faults of a request that is otherwise in order."""
    if fault == "refuse":
        message = "The prompt was refused by the content policy"
        raise refusal(400, "invalid_request_error", message, param="prompt", retryable=False)
    if fault == "insufficient-balance":
        needed = float(prices.estimate(job))
        raise refusal(
            402,
            "insufficient_balance",
            f"The balance does not cover the estimated cost of ${needed:.2f}",
            code="insufficient_balance",
            balance_usd=round(needed / 10, 4),
            estimated_cost_usd=needed,
            retryable=False,
        )
    if fault == "cannot-fetch" and job.sources:
        raise invalid([Problem(job.sources[0].field, "The file could not be downloaded")])


def rate_limited(with_wait: bool) -> Refusal:
    headers = {"X-RateLimit-Limit": str(PER_MINUTE), "X-RateLimit-Remaining": "0"}
    headers["X-RateLimit-Reset"] = str(int(time.time()) + RETRY_AFTER)
    members: dict[str, Any] = {"code": "rate_limit_exceeded", "retryable": True}
    if not with_wait:
        return refusal(429, "rate_limit_exceeded", "Too many requests", **members)
    headers["Retry-After"] = str(RETRY_AFTER)
    members["retry_after"] = RETRY_AFTER
    return refusal(429, "rate_limit_exceeded", "Too many requests", headers=headers, **members)


def not_found(task_id: str) -> Refusal:
    message = f"The task {task_id[:80]} does not exist or has expired"
    return refusal(404, "not_found_error", message, code="async_task_not_found")


def server_error(message: str) -> Refusal:
    return refusal(500, "server_error", message)


PLAYER = Player(unauthorized, server_error, rate_limited, not_found, gibberish=b'{"id": "ldtask_')
before_create = PLAYER.before_create
instead_of_answer = PLAYER.instead_of_answer
before_read = PLAYER.before_read
after_read = PLAYER.after_read
on_poll = PLAYER.on_poll
