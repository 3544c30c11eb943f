"""TokenLab's paths and what each answers."""

from __future__ import annotations

import secrets
import time
from dataclasses import replace

from studio.sandbox.dialects.routing import dispatch, routes
from studio.sandbox.dialects.tokenlab import listings, status, troubles
from studio.sandbox.dialects.tokenlab.catalog import MODELS, Model
from studio.sandbox.dialects.tokenlab.problems import Problem, invalid, refusal, unauthorized, wrong_address
from studio.sandbox.dialects.tokenlab.validate import read_body, to_job
from studio.sandbox.gateway import Gateway
from studio.sandbox.jobs import Job
from studio.sandbox.keys import Caller
from studio.sandbox.messages import Reply, Request, json_reply
from studio.sandbox.tasks import COMPLETED, Task

DIALECT = "tokenlab"
POLICIES = ("auto", "verified", "official")


def speaks(request: Request) -> bool:
    return request.path.startswith("/v1/")


def answer(gateway: Gateway, request: Request) -> Reply:
    reply = dispatch(ROUTES, gateway, request, wrong_address)
    return replace(reply, headers={**reply.headers, "X-Request-ID": f"req_{secrets.token_hex(12)}"})


def create(gateway: Gateway, request: Request) -> Reply:
    caller = _caller(gateway, request)
    _check_policy(request)
    body = read_body(request.body)
    fault = gateway.fault_for_create(body.get("prompt"))
    troubles.before_create(gateway, fault, caller, body)
    job = to_job(body)
    if job.parent_id:
        _check_parent(gateway, caller, job)
    troubles.refuse_job(fault, job)
    task = gateway.accept(DIALECT, f"ldtask_{secrets.token_hex(16)}", caller, body, job, fault)
    reply = json_reply(status.created(task), headers={"X-Task-ID": task.id})
    return troubles.instead_of_answer(fault, reply)


def read_task(gateway: Gateway, request: Request, task_id: str) -> Reply:
    caller = _caller(gateway, request)
    troubles.before_read(gateway)
    task = _own_task(gateway, caller, task_id)
    troubles.on_poll(gateway, task)
    answer = status.state(gateway, gateway.store.get(task_id) or task)
    headers = {"X-Task-ID": task.id}
    if billing := answer.get("billing_transaction_id"):
        headers["X-Billing-Transaction-ID"] = billing
    return troubles.after_read(gateway, json_reply(answer, headers=headers))


def cancel_task(gateway: Gateway, request: Request, task_id: str) -> Reply:
    caller = _caller(gateway, request)
    troubles.before_read(gateway)
    task = _own_task(gateway, caller, task_id)
    if not MODELS[task.job.model].can_cancel:
        message = f"Tasks of {task.job.model} cannot be cancelled"
        raise refusal(400, "invalid_request_error", message, code="unsupported_task_cancel")
    cancelled = gateway.cancel(task)
    if cancelled is None:
        message = "The task is already processing or has ended"
        raise refusal(409, "invalid_request_error", message, code="task_not_cancellable")
    return troubles.after_read(gateway, json_reply(status.cancelled(cancelled), headers={"X-Task-ID": task.id}))


def models(gateway: Gateway, request: Request) -> Reply:
    _check_key_if_sent(gateway, request)
    return troubles.after_read(gateway, json_reply(listings.model_list(request.query)))


def model(gateway: Gateway, request: Request, name: str) -> Reply:
    _check_key_if_sent(gateway, request)
    return troubles.after_read(gateway, json_reply(listings.model_detail(_model(name))))


def model_prices(gateway: Gateway, request: Request, name: str) -> Reply:
    _caller(gateway, request)
    troubles.before_read(gateway)
    return troubles.after_read(gateway, json_reply(listings.price_detail(_model(name))))


def prices(gateway: Gateway, request: Request) -> Reply:
    _check_key_if_sent(gateway, request)
    return troubles.after_read(gateway, json_reply(listings.price_list(request.query)))


def balance(gateway: Gateway, request: Request) -> Reply:
    _caller(gateway, request, prefix="mt-")
    troubles.before_read(gateway)
    return troubles.after_read(gateway, json_reply(listings.balance(gateway)))


def _caller(gateway: Gateway, request: Request, prefix: str = "sk-") -> Caller:
    caller = gateway.keys.caller(request.headers, prefix)
    if caller is None:
        raise unauthorized()
    return caller


def _check_key_if_sent(gateway: Gateway, request: Request) -> None:
    """These pages are public, yet a key that is sent must be a good one."""
    if "Authorization" in request.headers:
        _caller(gateway, request)
    troubles.before_read(gateway)


def _check_policy(request: Request) -> None:
    if request.headers.get("X-TokenLab-Delivery-Policy", "auto") not in POLICIES:
        raise invalid([Problem("X-TokenLab-Delivery-Policy", f"Must be one of {', '.join(POLICIES)}")])


def _own_task(gateway: Gateway, caller: Caller, task_id: str) -> Task:
    task = gateway.store.get(task_id)
    if task is None or task.dialect != DIALECT:
        raise troubles.not_found(task_id)
    if task.owner != caller.owner:
        message = "The task belongs to another key"
        raise refusal(403, "permission_error", message, code="task_not_owned")
    return task


def _check_parent(gateway: Gateway, caller: Caller, job: Job) -> None:
    parent = _own_task(gateway, caller, job.parent_id)
    if parent.status(time.time()) != COMPLETED:
        raise invalid([Problem("task_id", "The task to extend has not completed")])


def _model(name: str) -> Model:
    if name not in MODELS:
        raise refusal(404, "not_found_error", f"The model {name[:80]!r} does not exist", code="model_not_found")
    return MODELS[name]


ROUTES = routes(
    ("POST", r"/v1/videos/generations", create),
    ("GET", r"/v1/videos/generations/([^/]+)", read_task),
    ("GET", r"/v1/tasks/([^/]+)", read_task),
    ("DELETE", r"/v1/tasks/([^/]+)", cancel_task),
    ("GET", r"/v1/models", models),
    ("GET", r"/v1/models/([^/]+)", model),
    ("GET", r"/v1/models/([^/]+)/pricing", model_prices),
    ("GET", r"/v1/pricing", prices),
    ("GET", r"/v1/management/balance", balance),
)
