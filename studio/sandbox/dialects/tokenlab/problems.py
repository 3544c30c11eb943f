"""TokenLab's error envelope and the refusals made of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from studio.sandbox.messages import Refusal, Reply, json_reply


@dataclass(frozen=True)
class Problem:
    """One thing wrong with one field; `hints` are extra members of the error (allowed_resolutions …)."""

    field: str
    message: str
    hints: Mapping[str, Any] = dataclasses.field(default_factory=dict)


def error_reply(
    status: int, kind: str, message: str, *, headers: dict[str, str] | None = None, **members: Any
) -> Reply:
    error = {"message": message, "type": kind, **members}
    return json_reply({"error": error}, status, headers)


def refusal(status: int, kind: str, message: str, **more: Any) -> Refusal:
    return Refusal(error_reply(status, kind, message, **more))


def invalid(problems: list[Problem]) -> Refusal:
    """The first problem heads the envelope, all of them are listed."""
    first = problems[0]
    error: dict[str, Any] = {
        "message": f"{first.field}: {first.message}",
        "type": "invalid_request_error",
        "param": first.field,
    }
    for problem in reversed(problems):
        error.update(problem.hints)
    listed = [{"field": problem.field, "message": problem.message} for problem in problems]
    return Refusal(json_reply({"error": error, "validation_errors": listed}, 400))


def unauthorized() -> Refusal:
    return refusal(401, "invalid_api_key", "The API key is missing, wrong or revoked", code="invalid_api_key")


def wrong_address(status: int, message: str) -> Refusal:
    return refusal(status, "not_found_error" if status == 404 else "invalid_request_error", message)
