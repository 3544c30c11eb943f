"""Ark's error envelope and the refusals made of it."""

from __future__ import annotations

from studio.sandbox.messages import Refusal, json_reply

# The documents show that there is a type, not its words; these are assumed.
TYPES = {
    400: "BadRequest",
    401: "Unauthorized",
    402: "PaymentRequired",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    409: "Conflict",
    429: "TooManyRequests",
    500: "InternalServerError",
}


def refusal(status: int, code: str, message: str, param: str = "", *, headers: dict[str, str] | None = None) -> Refusal:
    error = {"code": code, "message": message, "param": param, "type": TYPES[status]}
    return Refusal(json_reply({"error": error}, status, headers))


def invalid(param: str, message: str) -> Refusal:
    return refusal(400, "InvalidParameter", f"The parameter `{param}` is not valid: {message}", param)


def missing(param: str) -> Refusal:
    return refusal(400, "MissingParameter", f"The request needs the parameter `{param}`", param)


def unauthorized() -> Refusal:
    return refusal(401, "AuthenticationError", "The API key is missing, wrong or revoked")


def not_found(task_id: str) -> Refusal:
    return refusal(404, "NotFound", f"The task {task_id[:80]} does not exist", "id")


def no_page(status: int, message: str) -> Refusal:
    return refusal(status, "NotFound" if status == 404 else "InvalidParameter", message)
