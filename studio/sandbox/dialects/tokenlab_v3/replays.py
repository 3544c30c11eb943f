"""`Idempotency-Key`: the same key with the same bytes gets the task that the first try made, over a restart too."""

from __future__ import annotations

import hashlib

from studio.sandbox.dialects.ark.problems import refusal
from studio.sandbox.dialects.ark.troubles import PLAYER
from studio.sandbox.dialects.tokenlab_v3.catalog import TOKENLAB_V3
from studio.sandbox.gateway import Gateway
from studio.sandbox.keys import Caller
from studio.sandbox.messages import Refusal, Reply, Request, json_reply
from studio.sandbox.tasks import Task

HEADER = "Idempotency-Key"


def digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def in_progress() -> Refusal:
    message = "The original request with this Idempotency-Key is still being registered"
    return refusal(409, "IdempotencyRequestInProgress", message, HEADER)


def original(gateway: Gateway, caller: Caller, key: str) -> Task | None:
    """What this caller's first try with the key made; a refused try binds nothing."""
    for task in gateway.store.all():
        if (task.dialect, task.owner, task.idempotency_key) == (TOKENLAB_V3.dialect, caller.owner, key):
            return task
    return None


def replay(gateway: Gateway, request: Request, task: Task) -> Reply:
    """What a prompt asked to go wrong befell the first try only; what is set for the server befalls this one too."""
    PLAYER.before_read(gateway)
    if task.body_digest != digest(request.body):
        message = "This Idempotency-Key was used with another request body"
        raise refusal(409, "IdempotencyConflict", message, HEADER)
    if task.fault == "replay-in-progress" and gateway.store.count(task.id, "replay") == 1:
        raise in_progress()
    answer = json_reply({"id": task.id}, headers={"Idempotency-Replayed": "true"})
    return PLAYER.instead_of_answer(gateway.default_fault, answer)
