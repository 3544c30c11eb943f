"""A task in TokenLab's words: the answer to a create, a status read and a cancel."""

from __future__ import annotations

import time
from typing import Any

from studio.sandbox.gateway import Gateway
from studio.sandbox.tasks import CANCELLED, COMPLETED, FAILED, PROCESSING, Task

UNHEARD_OF = "reticulating"


def poll_path(task: Task) -> str:
    return f"/v1/tasks/{task.id}"


def created(task: Task) -> dict[str, Any]:
    return {
        "id": task.id,
        "task_id": task.id,
        "poll_url": poll_path(task),
        "status": "pending",
        "model": task.job.model,
        "created": int(task.created),
    }


def cancelled(task: Task) -> dict[str, Any]:
    return {
        "id": task.id,
        "task_id": task.id,
        "poll_url": poll_path(task),
        "status": "failed",
        "cancelled": True,
        "cancellation_status": "cancelled",
        "error": task.error,
    }


def state(gateway: Gateway, task: Task) -> dict[str, Any]:
    """The status envelope: what is common, then what only this status has."""
    now = time.time()
    status, fault = task.status(now), gateway.fault_for_read(task)
    envelope = {
        "id": task.id,
        "status": status,
        "model": task.job.model,
        "created": int(task.created),
        "updated": int(task.updated(now)),
    }
    if status == CANCELLED:
        return {**envelope, **cancelled(task)}
    if status == PROCESSING:
        return {**envelope, **_running(task, fault, now)}
    if status == FAILED:
        return envelope if fault == "error-missing" else {**envelope, "error": _error(task, fault)}
    if status == COMPLETED:
        return {**envelope, **_done(gateway, task, fault)}
    return envelope


def _running(task: Task, fault: str, now: float) -> dict[str, Any]:
    if fault == "unknown-status":
        return {"status": UNHEARD_OF}
    # Some models report progress and some do not, so only every other task does here.
    return {"progress": task.progress(now)} if int(task.id[-1], 16) % 2 == 0 else {}


def _error(task: Task, fault: str) -> str | dict[str, str]:
    if fault == "error-object":
        return {"code": task.error_code, "message": task.error}
    return task.error


def _done(gateway: Gateway, task: Task, fault: str) -> dict[str, Any]:
    answer: dict[str, Any] = {"billing_transaction_id": task.billing_id, "progress": 100}
    if fault != "no-url":
        answer |= _links(gateway, task, fault)
    return answer


def _links(gateway: Gateway, task: Task, fault: str) -> dict[str, Any]:
    """Where the video stands in the answer; the documents allow all of these places."""
    assert task.film is not None
    url = gateway.video_link(task)
    last = {"last_frame_url": gateway.last_frame_link(task)} if task.film.last_frame else {}
    size = {"duration": task.film.seconds, "width": task.film.width, "height": task.film.height}
    match fault:
        case "url-nested":
            return {"video": {"url": url, **size}, **last}
        case "url-list":
            return {"videos": [{"url": url}], **last}
        case "url-data":
            return {"data": [{"url": url}], **last}
        case "url-content":
            return {"content": {"video_url": url, **last}}
    return {"video_url": url, **last}
