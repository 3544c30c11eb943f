"""Telling the caller's own address that a request has ended: once, unsigned, and under some faults wrongly."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable
from typing import Any

from studio.sandbox.dialects.calling import post_json
from studio.sandbox.dialects.seedance import status
from studio.sandbox.gateway import Gateway
from studio.sandbox.tasks import UNFINISHED, Task

log = logging.getLogger(__name__)

WAIT_SECONDS = 10.0
LOOK_AGAIN_SECONDS = 0.05


def accepted(gateway: Gateway, task: Task) -> None:
    """What comes before the end, if anything does."""
    if task.fault == "webhook-early":
        _in_background(_tell_once, gateway, task)
    elif task.fault == "webhook-forged":
        _in_background(_forge, gateway, task)


def ended(gateway: Gateway, task: Task) -> None:
    """Called when the work is over, or the request cancelled; the caller may learn of the work only later."""
    _in_background(_tell_when_over, gateway, task)


def _in_background(tell: Callable[[Gateway, Task], None], gateway: Gateway, task: Task) -> None:
    if "webhookUrl" in task.body:
        threading.Thread(target=tell, args=(gateway, task), name="sandbox-webhook", daemon=True).start()


def _tell_when_over(gateway: Gateway, task: Task) -> None:
    while _as_now(gateway, task).status(time.time()) in UNFINISHED:
        if gateway.closed.wait(LOOK_AGAIN_SECONDS):
            return
    _tell_once(gateway, task)


def _tell_once(gateway: Gateway, task: Task) -> None:
    """A request cancelled after its work was done ends twice, and one told of too early ends later as well."""
    if gateway.store.count(task.id, "webhook") > 1:
        return
    body = status.state(gateway, _as_now(gateway, task)) | _metadata(task)
    for _ in range(2 if task.fault == "webhook-twice" else 1):
        _post(task, body)


def _metadata(task: Task) -> dict[str, Any]:
    """Assumed: the documents keep it with the request, and say of the webhook only that it brings the result."""
    return {"metadata": task.body["metadata"]} if "metadata" in task.body else {}


def _forge(gateway: Gateway, task: Task) -> None:
    url = f"{gateway.base_url}/files/{secrets.token_hex(16)}.mp4"
    forged = {"requestId": f"req_{secrets.token_hex(12)}", "status": "succeeded"}
    body = {**status.state(gateway, task), **forged, "output": {"type": "video", "url": url}}
    _post(task, body)


def _as_now(gateway: Gateway, task: Task) -> Task:
    return gateway.store.get(task.id) or task


def _post(task: Task, body: dict[str, Any]) -> None:
    if not post_json(task.body["webhookUrl"], body, WAIT_SECONDS):
        # The documents promise no second try, so there is none.
        log.warning("sandbox: nobody took the webhook of %s", task.id)
