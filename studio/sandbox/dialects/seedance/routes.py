"""The Open API's four paths and what each answers."""

from __future__ import annotations

import secrets

from studio.sandbox.dialects.routing import dispatch, routes
from studio.sandbox.dialects.seedance import catalog, status, webhooks
from studio.sandbox.dialects.seedance.problems import (
    PLAYER,
    not_found,
    refuse_job,
    too_late,
    unauthorized,
    wrong_address,
)
from studio.sandbox.dialects.seedance.validate import read_body, to_job
from studio.sandbox.gateway import Gateway
from studio.sandbox.keys import Caller
from studio.sandbox.messages import Reply, Request, json_reply
from studio.sandbox.tasks import Task

DIALECT = "seedance"
KEY_PREFIX = "sd2_live_"
BASE = "/api/open/v1/"


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
    task = gateway.accept(DIALECT, f"req_{secrets.token_hex(12)}", caller, body, job, fault)
    webhooks.accepted(gateway, task)
    return PLAYER.instead_of_answer(fault, json_reply(status.created(task)))


def read_task(gateway: Gateway, request: Request, request_id: str) -> Reply:
    task = _own_task(gateway, request, request_id)
    PLAYER.on_poll(gateway, task)
    return PLAYER.after_read(gateway, json_reply(status.state(gateway, gateway.store.get(request_id) or task)))


def cancel_task(gateway: Gateway, request: Request, request_id: str) -> Reply:
    task = _own_task(gateway, request, request_id)
    cancelled = gateway.cancel(task, while_running=True)
    if cancelled is None:
        raise too_late()
    webhooks.ended(gateway, cancelled)
    return PLAYER.after_read(gateway, json_reply(status.cancelled(cancelled)))


def models(gateway: Gateway, request: Request) -> Reply:
    """Public by the documents' example, yet a key that is sent must be a good one."""
    if "Authorization" in request.headers:
        _caller(gateway, request)
    PLAYER.before_read(gateway)
    return PLAYER.after_read(gateway, json_reply({"success": True, "data": catalog.model_list()}))


def _caller(gateway: Gateway, request: Request) -> Caller:
    caller = gateway.keys.caller(request.headers, KEY_PREFIX)
    if caller is None:
        raise unauthorized()
    return caller


def _own_task(gateway: Gateway, request: Request, request_id: str) -> Task:
    caller = _caller(gateway, request)
    PLAYER.before_read(gateway)
    task = gateway.store.get(request_id)
    if task is None or task.dialect != DIALECT or task.owner != caller.owner:
        raise not_found(request_id)
    return task


ROUTES = routes(
    ("POST", r"/api/open/v1/video/generations", create),
    ("GET", r"/api/open/v1/video/generations/([^/]+)", read_task),
    ("POST", r"/api/open/v1/video/generations/([^/]+)/cancel", cancel_task),
    ("GET", r"/api/open/v1/models", models),
)
