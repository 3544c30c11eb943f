"""Playing the faults in TokenLab's words: before a task is made, instead of its answer, and on reads."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

from studio.sandbox.dialects.tokenlab import prices
from studio.sandbox.dialects.tokenlab.problems import error_reply, refusal, unauthorized
from studio.sandbox.faults import EVERY_REQUEST
from studio.sandbox.gateway import Gateway
from studio.sandbox.jobs import Job
from studio.sandbox.keys import Caller
from studio.sandbox.messages import Refusal, Reply, json_reply
from studio.sandbox.tasks import Task

RETRY_AFTER = 1
PER_MINUTE = 1000
REFUSED_TRIES = 2


def before_create(gateway: Gateway, fault: str, caller: Caller, body: dict[str, Any]) -> None:
    """Faults that come before anybody looks at the request."""
    if fault == "unauthorized":
        raise unauthorized()
    if fault == "server-error-before":
        raise refusal(500, "server_error", "The server had an error before the task was registered")
    if fault in ("rate-limit", "rate-limit-bare"):
        tries = gateway.tries(caller.owner, json.dumps(body, sort_keys=True))
        if fault == gateway.default_fault or tries <= REFUSED_TRIES:
            raise rate_limited(with_wait=fault == "rate-limit")


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


def rate_limited(*, with_wait: bool) -> Refusal:
    headers = {"X-RateLimit-Limit": str(PER_MINUTE), "X-RateLimit-Remaining": "0"}
    headers["X-RateLimit-Reset"] = str(int(time.time()) + RETRY_AFTER)
    members: dict[str, Any] = {"code": "rate_limit_exceeded", "retryable": True}
    if not with_wait:
        return refusal(429, "rate_limit_exceeded", "Too many requests", **members)
    headers["Retry-After"] = str(RETRY_AFTER)
    members["retry_after"] = RETRY_AFTER
    return refusal(429, "rate_limit_exceeded", "Too many requests", headers=headers, **members)


def instead_of_answer(fault: str, reply: Reply) -> Reply:
    """What becomes of the answer to a create although the task was made."""
    match fault:
        case "server-error-after":
            return error_reply(500, "server_error", "The server had an error")
        case "lost-answer":
            return replace(reply, cut="silent")
        case "cut-body":
            return replace(reply, cut="middle")
        case "bad-json":
            return _not_json(reply)
    return reply


def before_read(gateway: Gateway) -> None:
    """A fault set for every request befalls reads and cancels too."""
    match gateway.default_fault:
        case "unauthorized":
            raise unauthorized()
        case "rate-limit" | "rate-limit-bare":
            raise rate_limited(with_wait=gateway.default_fault == "rate-limit")
        case "server-error-before":
            raise refusal(500, "server_error", "The server had an error")


def after_read(gateway: Gateway, reply: Reply) -> Reply:
    fault = gateway.default_fault
    return instead_of_answer(fault, reply) if fault in EVERY_REQUEST else reply


def on_poll(gateway: Gateway, task: Task) -> None:
    """Faults of the first few status reads of one task."""
    times = {"poll-500": 3, "poll-404-lag": 2, "poll-rate-limit": 2, "poll-bad-json": 2}
    fault = gateway.fault_for_read(task)
    if fault not in times or gateway.store.count(task.id, "poll") > times[fault]:
        return
    match fault:
        case "poll-500":
            raise refusal(500, "server_error", "The server had an error", retryable=True)
        case "poll-404-lag":
            raise not_found(task.id)
        case "poll-rate-limit":
            raise rate_limited(with_wait=True)
    raise Refusal(_not_json(json_reply({})))


def _not_json(reply: Reply) -> Reply:
    return replace(reply, body=b'{"id": "ldtask_', cut="")


def not_found(task_id: str) -> Refusal:
    message = f"The task {task_id[:80]} does not exist or has expired"
    return refusal(404, "not_found_error", message, code="async_task_not_found")
