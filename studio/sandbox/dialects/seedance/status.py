"""A request in the Open API's words: the answer to a create, a read and a cancel, and what a webhook brings."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any

from studio.sandbox.bills import Bill, as_billed
from studio.sandbox.dialects.seedance.catalog import credits_for
from studio.sandbox.gateway import Gateway
from studio.sandbox.tasks import CANCELLED, COMPLETED, FAILED, PENDING, PROCESSING, Task

WORDS = {
    PENDING: "queued",
    PROCESSING: "processing",
    COMPLETED: "succeeded",
    FAILED: "failed",
    CANCELLED: "cancelled",
}
UNHEARD_OF = "reticulating"


def created(task: Task) -> dict[str, Any]:
    return {"success": True, "requestId": task.id, "status": "queued", "creditsCharged": _charged(task)}


def _charged(task: Task) -> int | float:
    charged = as_billed(task, Decimal(str(credits_for(task.job))))
    return int(charged) if charged == charged.to_integral_value() else float(charged)


def cancelled(task: Task) -> dict[str, Any]:
    return {"success": True, "requestId": task.id, "status": "cancelled"}


def state(gateway: Gateway, task: Task) -> dict[str, Any]:
    """The metadata is stored with the request and, as in the documents, not told back."""
    status, fault = task.status(time.time()), gateway.fault_for_read(task)
    return {
        "success": True,
        "requestId": task.id,
        "status": UNHEARD_OF if status == PROCESSING and fault == "unknown-status" else WORDS[status],
        "model": task.job.model,
        "prompt": task.job.prompt,
        "duration": task.job.seconds,
        "aspectRatio": task.job.ratio,
        "output": _output(gateway, task, fault) if status == COMPLETED else None,
        "error": _error(task, fault) if status == FAILED else None,
    }


def _output(gateway: Gateway, task: Task, fault: str) -> dict[str, str]:
    return {"type": "video"} if fault == "no-url" else {"type": "video", "url": gateway.video_link(task)}


def _error(task: Task, fault: str) -> str | dict[str, str] | None:
    """Only `null` is documented, so a failure may come in any of these shapes."""
    match fault:
        case "error-missing":
            return None
        case "error-string":
            return task.error
    return {"code": task.error_code, "message": task.error}


def bill(task: Task, status: str) -> Bill | None:
    """Taken on accepting; that credits ever come back is said nowhere, so here they do not, however it ended."""
    return Bill("credits", as_billed(task, Decimal(str(credits_for(task.job)))), "credits")
