"""TokenHub's two paths and what they answer; it has no cancel and no list."""

from __future__ import annotations

import uuid
from dataclasses import replace

from studio.sandbox.dialects.routing import dispatch, routes
from studio.sandbox.dialects.tokenhub import status
from studio.sandbox.dialects.tokenhub.problems import PLAYER, not_found, refuse_job, unauthorized, wrong_address
from studio.sandbox.dialects.tokenhub.validate import read_body, to_job
from studio.sandbox.gateway import Gateway
from studio.sandbox.keys import Caller
from studio.sandbox.messages import Reply, Request, json_reply

DIALECT = "tokenhub"
KEY_PREFIX = "th-"
BASE = "/api/v1/"


def speaks(request: Request) -> bool:
    return request.path.startswith(BASE)


def answer(gateway: Gateway, request: Request) -> Reply:
    return dispatch(ROUTES, gateway, request, wrong_address)


def create(gateway: Gateway, request: Request) -> Reply:
    caller = _caller(gateway, request)
    body = read_body(request.body)
    fault = gateway.fault_for_create(body.get("prompt"))
    PLAYER.before_create(gateway, fault, caller, body)
    job = to_job(body)
    refuse_job(fault, job)
    if fault == "declared-unchecked":
        job = replace(job, declared_seconds=())
    task = gateway.accept(DIALECT, str(uuid.uuid4()), caller, body, job, fault)
    return PLAYER.instead_of_answer(fault, json_reply(status.created(task)))


def read_task(gateway: Gateway, request: Request, task_id: str) -> Reply:
    caller = _caller(gateway, request)
    PLAYER.before_read(gateway)
    task = gateway.store.get(task_id)
    if task is None or task.dialect != DIALECT or task.owner != caller.owner:
        raise not_found(task_id)
    PLAYER.on_poll(gateway, task)
    return PLAYER.after_read(gateway, json_reply(status.state(gateway, gateway.store.get(task_id) or task)))


def _caller(gateway: Gateway, request: Request) -> Caller:
    caller = gateway.keys.caller(request.headers, KEY_PREFIX)
    if caller is None:
        raise unauthorized()
    return caller


ROUTES = routes(
    ("POST", r"/api/v1/videos/generations", create),
    ("GET", r"/api/v1/videos/generations/([^/]+)", read_task),
)
