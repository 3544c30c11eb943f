"""Playing the faults every gateway can have; the words of each refusal come from the gateway's own package."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from studio.sandbox.faults import EVERY_REQUEST
from studio.sandbox.gateway import Gateway
from studio.sandbox.keys import Caller
from studio.sandbox.messages import Refusal, Reply, json_reply
from studio.sandbox.tasks import Task

REFUSED_TRIES = 2
# In which one caller's tries of the same work may differ: what it tells them apart by, and what it draws anew.
MARKS = ("metadata", "webhookUrl", "callback_url", "seed")
FIRST_POLLS = {"poll-500": 3, "poll-404-lag": 2, "poll-rate-limit": 2, "poll-bad-json": 2}


@dataclass(frozen=True)
class Player:
    """One gateway's words: `rate_limited` is told whether to name the wait, `gibberish` is half an answer."""

    unauthorized: Callable[[], Refusal]
    server_error: Callable[[str], Refusal]
    rate_limited: Callable[[bool], Refusal]
    not_found: Callable[[str], Refusal]
    gibberish: bytes

    def before_create(self, gateway: Gateway, fault: str, caller: Caller, body: dict[str, Any]) -> None:
        """Faults that come before anybody looks at the request."""
        if fault == "unauthorized":
            raise self.unauthorized()
        if fault == "server-error-before":
            raise self.server_error("The server had an error before the task was registered")
        if fault in ("rate-limit", "rate-limit-bare"):
            tries = gateway.tries(caller.owner, _without_marks(body))
            if fault == gateway.default_fault or tries <= REFUSED_TRIES:
                raise self.rate_limited(fault == "rate-limit")

    def instead_of_answer(self, fault: str, reply: Reply) -> Reply:
        """What becomes of the answer to a create although the task was made."""
        match fault:
            case "server-error-after":
                return self.server_error("The server had an error").reply
            case "lost-answer":
                return replace(reply, cut="silent")
            case "cut-body":
                return replace(reply, cut="middle")
            case "bad-json":
                return self._not_json(reply)
        return reply

    def before_read(self, gateway: Gateway) -> None:
        """A fault set for every request befalls reads and cancels too."""
        match gateway.default_fault:
            case "unauthorized":
                raise self.unauthorized()
            case "rate-limit" | "rate-limit-bare":
                raise self.rate_limited(gateway.default_fault == "rate-limit")
            case "server-error-before":
                raise self.server_error("The server had an error")

    def after_read(self, gateway: Gateway, reply: Reply) -> Reply:
        fault = gateway.default_fault
        return self.instead_of_answer(fault, reply) if fault in EVERY_REQUEST else reply

    def on_poll(self, gateway: Gateway, task: Task) -> None:
        """Faults of the first few status reads of one task."""
        fault = gateway.fault_for_read(task)
        if fault not in FIRST_POLLS or gateway.store.count(task.id, "poll") > FIRST_POLLS[fault]:
            return
        match fault:
            case "poll-500":
                raise self.server_error("The server had an error")
            case "poll-404-lag":
                raise self.not_found(task.id)
            case "poll-rate-limit":
                raise self.rate_limited(True)
        raise Refusal(self._not_json(json_reply({})))

    def _not_json(self, reply: Reply) -> Reply:
        return replace(reply, body=self.gibberish, cut="")


def _without_marks(body: dict[str, Any]) -> str:
    return json.dumps({name: value for name, value in body.items() if name not in MARKS}, sort_keys=True)
