"""The list of a caller's own tasks: filters and pages, newest first."""

from __future__ import annotations

import time
from typing import Any

from studio.sandbox.dialects.ark import status
from studio.sandbox.dialects.ark.catalog import Rules
from studio.sandbox.dialects.ark.problems import invalid
from studio.sandbox.gateway import Gateway
from studio.sandbox.keys import Caller
from studio.sandbox.messages import Request
from studio.sandbox.tasks import Task

LARGEST_PAGE = 500
USUAL_PAGE = 20


def page(rules: Rules, gateway: Gateway, request: Request, caller: Caller) -> dict[str, Any]:
    number = _number(request, "page_num", 1, None)
    size = _number(request, "page_size", USUAL_PAGE, LARGEST_PAGE)
    found = _found(rules, gateway, request, caller)
    shown = found[(number - 1) * size : number * size]
    return {"total": len(found), "items": [status.state(rules, gateway, task) for task in shown]}


def _number(request: Request, name: str, usual: int, most: int | None) -> int:
    text = request.query.get(name, str(usual))
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    if number < 1 or (most is not None and number > most):
        raise invalid(name, f"Must be a whole number from 1{f' to {most}' if most else ''}")
    return number


def _found(rules: Rules, gateway: Gateway, request: Request, caller: Caller) -> list[Task]:
    wanted = request.query.get("filter.status")
    if wanted is not None and wanted not in status.STATUSES:
        raise invalid("filter.status", f"Must be one of {', '.join(status.STATUSES)}")
    ids, now = _ids(rules, request), time.time()
    model, tier = request.query.get("filter.model"), request.query.get("filter.service_tier")
    own = (
        task
        for task in reversed(gateway.store.all())
        if task.owner == caller.owner and task.dialect == rules.dialect and status.is_remembered(task, now)
    )
    return [
        task
        for task in own
        if (ids is None or task.id in ids)
        and wanted in (None, status.word(task, now))
        and model in (None, task.body["model"])
        and tier in (None, task.body.get("service_tier", "default"))
    ]


def _ids(rules: Rules, request: Request) -> set[str] | None:
    """Ark wants the parameter once per id, TokenLab all ids in one with commas."""
    given = request.all_of("filter.task_ids")
    if rules.ids_by_comma:
        given = [task_id.strip() for value in given for task_id in value.split(",")]
    return set(given) if given else None
