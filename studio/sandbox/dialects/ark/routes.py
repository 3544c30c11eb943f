"""Ark's paths; the reads and the start of a create are shared with the gateway that copied them."""

from __future__ import annotations

import secrets
import string
import time
from typing import Any

from studio.sandbox.dialects.ark import callbacks, listing, status
from studio.sandbox.dialects.ark.catalog import ARK, Rules
from studio.sandbox.dialects.ark.content import prompt_of
from studio.sandbox.dialects.ark.problems import invalid, no_page, not_found, unauthorized
from studio.sandbox.dialects.ark.troubles import PLAYER, refuse_job
from studio.sandbox.dialects.ark.validate import read_body, to_job
from studio.sandbox.dialects.routing import dispatch, routes
from studio.sandbox.gateway import Gateway
from studio.sandbox.keys import Caller, bearer_key
from studio.sandbox.messages import Reply, Request, json_reply
from studio.sandbox.tasks import Task

ROOT = "/api/v3/"
TASKS = "/api/v3/contents/generations/tasks"
TASK = f"{TASKS}/([^/]+)"
TOKENLAB = "sk-"


def speaks(request: Request) -> bool:
    """TokenLab has the same paths; its keys tell the two apart."""
    return request.path.startswith(ROOT) and not bearer_key(request.headers).startswith(TOKENLAB)


def answer(gateway: Gateway, request: Request) -> Reply:
    return dispatch(ROUTES, gateway, request, no_page)


def create(gateway: Gateway, request: Request) -> Reply:
    caller = identify(ARK, gateway, request)
    body = read_body(request.body)
    fault = gateway.fault_for_create(prompt_of(body))
    task = register(ARK, gateway, caller, body, fault)
    return PLAYER.instead_of_answer(fault, json_reply({"id": task.id}))


def read_task(gateway: Gateway, request: Request, task_id: str) -> Reply:
    return show_task(ARK, gateway, request, task_id)


def list_tasks(gateway: Gateway, request: Request) -> Reply:
    return show_list(ARK, gateway, request)


def delete_task(gateway: Gateway, request: Request, task_id: str) -> Reply:
    """Cancels what waits and erases what has ended: the one verb does both, and a race decides which."""
    caller = identify(ARK, gateway, request)
    PLAYER.before_read(gateway)
    task = own_task(ARK, gateway, caller, task_id)
    said = status.word(task, time.time())
    if task.fault == "cancel-race" and said == status.QUEUED:
        gateway.store.count(task.id, "cancel")
        said = status.SUCCEEDED
    if said in (status.SUCCEEDED, status.BROKEN, status.EXPIRED):
        gateway.store.change(task.id, erased=True)
    elif said != status.QUEUED or gateway.cancel(task) is None:
        # That it is refused is documented, with which code is not.
        raise invalid("id", "Only a queued task can be cancelled and only an ended one deleted")
    return PLAYER.after_read(gateway, Reply(200))


def identify(rules: Rules, gateway: Gateway, request: Request) -> Caller:
    caller = gateway.keys.caller(request.headers, "")
    if caller is None or not rules.takes_key(bearer_key(request.headers)):
        raise unauthorized()
    return caller


def register(rules: Rules, gateway: Gateway, caller: Caller, body: dict[str, Any], fault: str, **more: Any) -> Task:
    PLAYER.before_create(gateway, fault, caller, body)
    job = to_job(rules, body)
    refuse_job(rules, fault, job)
    task = gateway.accept(rules.dialect, _new_id(), caller, body, job, fault, **more)
    callbacks.follow(rules, gateway, task)
    return task


def show_task(rules: Rules, gateway: Gateway, request: Request, task_id: str) -> Reply:
    caller = identify(rules, gateway, request)
    PLAYER.before_read(gateway)
    task = own_task(rules, gateway, caller, task_id)
    PLAYER.on_poll(gateway, task)
    current = gateway.store.get(task_id) or task
    return PLAYER.after_read(gateway, json_reply(status.state(rules, gateway, current)))


def show_list(rules: Rules, gateway: Gateway, request: Request) -> Reply:
    caller = identify(rules, gateway, request)
    PLAYER.before_read(gateway)
    return PLAYER.after_read(gateway, json_reply(listing.page(rules, gateway, request, caller)))


def own_task(rules: Rules, gateway: Gateway, caller: Caller, task_id: str) -> Task:
    """Somebody else's task is not told from one that does not exist."""
    task = gateway.store.get(task_id)
    if task is None or (task.dialect, task.owner) != (rules.dialect, caller.owner):
        raise not_found(task_id)
    if not status.is_remembered(task, time.time()):
        raise not_found(task_id)
    return task


def _new_id() -> str:
    letters = string.ascii_lowercase + string.digits
    ending = "".join(secrets.choice(letters) for _ in range(5))
    return f"cgt-{time.strftime('%Y%m%d%H%M%S')}-{ending}"


ROUTES = routes(
    ("POST", TASKS, create),
    ("GET", TASKS, list_tasks),
    ("GET", TASK, read_task),
    ("DELETE", TASK, delete_task),
)
