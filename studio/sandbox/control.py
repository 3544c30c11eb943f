"""The sandbox's own pages under /_sandbox/: what was created, what goes wrong next. No gateway has these."""

from __future__ import annotations

import json
import time
from collections import Counter
from typing import Any

from studio.sandbox.dialects import DIALECTS
from studio.sandbox.faults import FAULTS
from studio.sandbox.gateway import Gateway
from studio.sandbox.messages import Reply, Request, json_reply
from studio.sandbox.tasks import Task

VERSION = 1
LONGEST_SHOWN = 200


def answer(gateway: Gateway, request: Request) -> Reply:
    match request.method, request.path.rstrip("/"):
        case "GET" | "HEAD", "/_sandbox":
            return json_reply(summary(gateway))
        case "GET" | "HEAD", "/_sandbox/creates":
            return json_reply({"creates": creates(gateway)})
        case "PUT", "/_sandbox/fault":
            return _set_fault(gateway, request)
    return json_reply({"error": {"message": "There is no such control.", "type": "not_found_error"}}, 404)


def summary(gateway: Gateway) -> dict[str, Any]:
    tasks = gateway.store.all()
    now = time.time()
    return {
        "sandbox": "rushes",
        "version": VERSION,
        "dialects": list(DIALECTS),
        "pace": gateway.pace,
        "fault": gateway.default_fault,
        "faults": FAULTS,
        "creates": len(tasks),
        "tasks": dict(Counter(task.status(now) for task in tasks)),
    }


def creates(gateway: Gateway) -> list[dict[str, Any]]:
    """Every task that was made, oldest first, with the gateway's books; one whose answer never arrived is here too."""
    now = time.time()
    return [_create(task, task.status(now)) for task in gateway.store.all()]


def _create(task: Task, status: str) -> dict[str, Any]:
    bill, film = DIALECTS[task.dialect].bill(task, status), task.film
    return {
        "task_id": task.id,
        "dialect": task.dialect,
        "key_suffix": task.key_suffix,
        "body": _shortened(task.body),
        "created": task.created,
        "status": status,
        "erased": task.erased,
        "bill": bill.to_json() if bill else None,
        "film": {"size": film.size, "sha256": film.sha256, "seconds": film.seconds} if film else None,
    }


def _shortened(value: Any) -> Any:
    """Pictures sent inside the request would drown everything else."""
    if isinstance(value, dict):
        return {name: _shortened(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_shortened(part) for part in value]
    if isinstance(value, str) and value.startswith("data:") and len(value) > LONGEST_SHOWN:
        return f"{value[:LONGEST_SHOWN]}… ({len(value)} characters)"
    return value


def _set_fault(gateway: Gateway, request: Request) -> Reply:
    try:
        name = json.loads(request.body or b"{}").get("fault") or ""
        gateway.set_fault(name)
    except (ValueError, AttributeError, TypeError) as problem:
        return json_reply({"error": {"message": str(problem), "type": "invalid_request_error"}}, 400)
    return json_reply({"fault": gateway.default_fault})
