"""TokenLab's copy of Ark's paths: the create that can be replayed, and a delete that never erases."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import replace

from studio.sandbox.dialects.ark import status
from studio.sandbox.dialects.ark.content import prompt_of
from studio.sandbox.dialects.ark.problems import no_page, refusal
from studio.sandbox.dialects.ark.routes import (
    ROOT,
    TASK,
    TASKS,
    identify,
    own_task,
    register,
    show_list,
    show_task,
)
from studio.sandbox.dialects.ark.troubles import PLAYER
from studio.sandbox.dialects.ark.validate import read_body
from studio.sandbox.dialects.routing import dispatch, routes
from studio.sandbox.dialects.tokenlab_v3 import replays
from studio.sandbox.dialects.tokenlab_v3.catalog import KEY_PREFIX, TOKENLAB_V3
from studio.sandbox.gateway import Gateway
from studio.sandbox.keys import Caller, bearer_key
from studio.sandbox.messages import Reply, Request, json_reply


def speaks(request: Request) -> bool:
    return request.path.startswith(ROOT) and bearer_key(request.headers).startswith(KEY_PREFIX)


def answer(gateway: Gateway, request: Request) -> Reply:
    reply = dispatch(ROUTES, gateway, request, no_page)
    if reply.status >= 400:
        reply = replace(reply, body=_without_type(reply.body))
    return replace(reply, headers={**reply.headers, "X-Request-ID": f"req_{secrets.token_hex(12)}"})


def _without_type(body: bytes) -> bytes:
    """The errors here have a code, a message and a param, and no type as Ark's own have."""
    error = json.loads(body)["error"]
    del error["type"]
    return json_reply({"error": error}).body


def create(gateway: Gateway, request: Request) -> Reply:
    caller = identify(TOKENLAB_V3, gateway, request)
    key = request.headers.get(replays.HEADER, "").strip()
    if not key:
        return _create(gateway, request, caller, "")
    with gateway.alone(caller.owner, key) as is_alone:
        if not is_alone:
            raise replays.in_progress()
        task = replays.original(gateway, caller, key)
        return replays.replay(gateway, request, task) if task else _create(gateway, request, caller, key)


def _create(gateway: Gateway, request: Request, caller: Caller, key: str) -> Reply:
    body = read_body(request.body)
    fault = gateway.fault_for_create(prompt_of(body))
    bound = {"idempotency_key": key, "body_digest": replays.digest(request.body)}
    task = register(TOKENLAB_V3, gateway, caller, body, fault, **bound)
    return PLAYER.instead_of_answer(fault, json_reply({"id": task.id}))


def read_task(gateway: Gateway, request: Request, task_id: str) -> Reply:
    return show_task(TOKENLAB_V3, gateway, request, task_id)


def list_tasks(gateway: Gateway, request: Request) -> Reply:
    return show_list(TOKENLAB_V3, gateway, request)


def delete_task(gateway: Gateway, request: Request, task_id: str) -> Reply:
    """Only cancels: what becomes of an ended task is not documented, so it is left alone."""
    caller = identify(TOKENLAB_V3, gateway, request)
    PLAYER.before_read(gateway)
    task = own_task(TOKENLAB_V3, gateway, caller, task_id)
    if status.word(task, time.time()) != status.QUEUED or gateway.cancel(task) is None:
        raise refusal(409, "task_not_cancellable", "The task is already running or has ended", "id")
    return PLAYER.after_read(gateway, Reply(200))


ROUTES = routes(
    ("POST", TASKS, create),
    ("GET", TASKS, list_tasks),
    ("GET", TASK, read_task),
    ("DELETE", TASK, delete_task),
)
