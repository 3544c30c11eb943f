"""A task in TokenHub's words: the same envelope for the create and every read."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any

from studio.sandbox.bills import Bill, as_billed
from studio.sandbox.gateway import Gateway
from studio.sandbox.tasks import COMPLETED, FAILED, PENDING, PROCESSING, UNFINISHED, Task

WORDS = {PENDING: "queued", PROCESSING: "running", COMPLETED: "succeeded", FAILED: "failed"}
UNHEARD_OF = "reticulating"


def created(task: Task) -> dict[str, Any]:
    return _envelope(task, PENDING)


def state(gateway: Gateway, task: Task) -> dict[str, Any]:
    status, fault = task.status(time.time()), gateway.fault_for_read(task)
    answer = _envelope(task, status)
    if status == PROCESSING and fault == "unknown-status":
        return {**answer, "status": UNHEARD_OF}
    if status == FAILED:
        return answer if fault == "error-missing" else {**answer, "error": _error(task, fault)}
    return {**answer, **_done(gateway, task, fault)} if status == COMPLETED else answer


def _envelope(task: Task, status: str) -> dict[str, Any]:
    return {
        "id": task.id,
        "object": "video.generation.task",
        "model": task.job.model,
        "status": WORDS[status],
        "created": int(task.created),
    }


def _error(task: Task, fault: str) -> str | dict[str, str]:
    """The guide's samples read `error.message`; what else there is, it does not say."""
    return task.error if fault == "error-string" else {"code": task.error_code, "message": task.error}


def _done(gateway: Gateway, task: Task, fault: str) -> dict[str, Any]:
    assert task.film is not None
    links = {"video_url": gateway.video_link(task), "cover_image_url": gateway.last_frame_link(task)}
    seconds = int(as_billed(task, task.film.seconds))
    told = seconds + 1 if fault == "wrong-duration" else seconds
    return {"data": [] if fault == "no-url" else [links], "usage": {"video_duration": told}}


def bill(task: Task, status: str) -> Bill | None:
    """Seconds out and in, in dollars. That a failure is given back is said nowhere, so here it is not."""
    if status in UNFINISHED:
        return None
    film = task.film
    seconds = Decimal(str(film.seconds + film.input_seconds)) if film else Decimal(task.job.seconds)
    return Bill("seconds", as_billed(task, seconds), "USD")
