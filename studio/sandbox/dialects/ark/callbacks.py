"""Telling a request's `callback_url` of every change, unsigned, with a few more tries once the task has ended."""

from __future__ import annotations

import logging
import threading
import time

from studio.sandbox.dialects.ark import status
from studio.sandbox.dialects.ark.catalog import Rules
from studio.sandbox.dialects.calling import post_json
from studio.sandbox.gateway import Gateway
from studio.sandbox.tasks import Task

log = logging.getLogger(__name__)

WAIT_SECONDS = 5.0
LOOK_AGAIN_SECONDS = 0.02
RETRIES = 3
# A cancelled task is not in the list of changes that are told.
TOLD = (status.QUEUED, status.RUNNING, status.SUCCEEDED, status.BROKEN, status.EXPIRED)


def follow(rules: Rules, gateway: Gateway, task: Task) -> None:
    """In a thread of its own, until the task has ended or the sandbox stops; a restart does not take it up again."""
    if "callback_url" in task.body:
        threading.Thread(target=_follow, args=(rules, gateway, task.id), name="sandbox-callback", daemon=True).start()


def _follow(rules: Rules, gateway: Gateway, task_id: str) -> None:
    told = ""
    while (task := gateway.store.get(task_id)) and not task.erased:
        said = status.word(task, time.time())
        if said != told and said in TOLD:
            told = said
            _tell(rules, gateway, task, said)
        if said not in (status.QUEUED, status.RUNNING) or gateway.closed.wait(LOOK_AGAIN_SECONDS):
            return


def _tell(rules: Rules, gateway: Gateway, task: Task, said: str) -> None:
    retries = RETRIES if said in (status.SUCCEEDED, status.BROKEN) else 0
    for _ in range(1 + retries):
        if gateway.closed.is_set() or _taken(rules, gateway, task):
            return
    log.warning("sandbox: nobody took the callback that %s is %s", task.id, said)


def _taken(rules: Rules, gateway: Gateway, task: Task) -> bool:
    return post_json(task.body["callback_url"], status.state(rules, gateway, task), WAIT_SECONDS)
