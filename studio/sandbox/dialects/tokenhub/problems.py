"""TokenHub's refusals. Its guide shows none, so these have the shape most gateways of its kind use."""

from __future__ import annotations

from studio.sandbox.dialects.playing import Player
from studio.sandbox.jobs import Job
from studio.sandbox.messages import Refusal, json_reply

RETRY_AFTER = 1


def refusal(status: int, kind: str, message: str, code: str, headers: dict[str, str] | None = None) -> Refusal:
    return Refusal(json_reply({"error": {"message": message, "type": kind, "code": code}}, status, headers))


def invalid(message: str) -> Refusal:
    return refusal(400, "invalid_request_error", message, "invalid_parameter")


def wrong_address(status: int, message: str) -> Refusal:
    return refusal(status, "invalid_request_error", message, "not_found" if status == 404 else "method_not_allowed")


def unauthorized() -> Refusal:
    return refusal(401, "authentication_error", "Invalid API key provided", "invalid_api_key")


def rate_limited(with_wait: bool) -> Refusal:
    headers = {"Retry-After": str(RETRY_AFTER)} if with_wait else None
    return refusal(429, "rate_limit_error", "Too many requests, please slow down", "rate_limit_exceeded", headers)


def server_error(message: str) -> Refusal:
    return refusal(500, "server_error", message, "internal_error")


def not_found(task_id: str) -> Refusal:
    return refusal(404, "invalid_request_error", f"Task {task_id[:80]} was not found", "task_not_found")


def refuse_job(fault: str, job: Job) -> None:
    """Faults of a request that is otherwise in order."""
    match fault:
        case "refuse":
            message = "The prompt may contain sensitive information"
            raise refusal(400, "invalid_request_error", message, "sensitive_content_detected")
        case "insufficient-balance":
            raise refusal(402, "insufficient_quota", "Your credits do not cover this request", "insufficient_balance")
        case "cannot-fetch" if job.sources:
            message = f"Failed to download the file given in {job.sources[0].field}"
            raise refusal(400, "invalid_request_error", message, "media_download_failed")


PLAYER = Player(unauthorized, server_error, rate_limited, not_found, gibberish=b'{"id": "')
