"""The Open API's refusals: the shape is documented for a bad key, the other codes are assumed."""

from __future__ import annotations

from studio.sandbox.dialects.playing import Player
from studio.sandbox.jobs import Job
from studio.sandbox.messages import Refusal, json_reply

RETRY_AFTER = 1


def refusal(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Refusal:
    return Refusal(json_reply({"success": False, "error": {"code": code, "message": message}}, status, headers))


def invalid(message: str) -> Refusal:
    return refusal(400, "invalid_request", message)


def wrong_address(status: int, message: str) -> Refusal:
    return refusal(status, "not_found" if status == 404 else "method_not_allowed", message)


def unauthorized() -> Refusal:
    return refusal(401, "unauthorized", "Invalid API key")


def rate_limited(with_wait: bool) -> Refusal:
    headers = {"Retry-After": str(RETRY_AFTER)} if with_wait else None
    return refusal(429, "rate_limited", "Too many requests", headers)


def server_error(message: str) -> Refusal:
    return refusal(500, "internal_error", message)


def not_found(request_id: str) -> Refusal:
    return refusal(404, "not_found", f"Request {request_id[:80]} was not found")


def too_late() -> Refusal:
    return refusal(409, "not_cancellable", "The request has already ended")


def refuse_job(fault: str, job: Job) -> None:
    """Faults of a request that is otherwise in order."""
    match fault:
        case "refuse":
            raise refusal(400, "content_policy", "The prompt was refused by content moderation")
        case "insufficient-balance":
            raise refusal(402, "insufficient_credits", "There are not enough credits for this request")
        case "cannot-fetch" if job.sources:
            raise refusal(400, "media_unreachable", f"{job.sources[0].field} could not be downloaded")


PLAYER = Player(unauthorized, server_error, rate_limited, not_found, gibberish=b'{"success": true, "requ')
