"""TokenLab's Ark-shaped paths (`/api/v3`): create with an idempotency key, and its replay as proof of a lost answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import httpx

from studio.lib.english import english
from studio.providers import exchange, refusals, traps
from studio.providers.answers import Created, Proof, ProofKind
from studio.providers.http import Answer, Call, Connection, send
from studio.providers.provider import Lost
from studio.providers.requests import Dispatch, RenderRequest
from studio.providers.tokenlab import payload
from studio.providers.tokenlab.refusals import WORDS
from studio.providers.upstream import parse
from studio.providers.upstream.tasks import Tasks

TASKS_PATH = "/api/v3/contents/generations/tasks"
HEADER = "Idempotency-Key"
# How long the gateway keeps a key is not documented: minutes are safe, days are not.
LONGEST_WAIT = timedelta(minutes=30)

# About the request alone, so the first sending of the same bytes was refused as well. A missing balance or right is
# no such proof: the first sending may have spent it.
_NEVER_TAKEN = (400, 404, 413, 422)
_IN_PROGRESS = "IdempotencyRequestInProgress"
_TOO_LATE = english(
    "The idempotency key is too old, or was not kept, so the request cannot be asked about without risk."
)


class ArkShaped:
    """The one way here on which an unanswered create may be sent again: the same bytes with the same key."""

    def __init__(self) -> None:
        self.tasks = Tasks(TASKS_PATH, WORDS)

    def create(
        self,
        client: httpx.Client,
        connection: Connection,
        request: RenderRequest,
        urls: Mapping[int, str],
        dispatch: Dispatch,
    ) -> Created:
        headers = {HEADER: dispatch.idempotency_key} if dispatch.idempotency_key else {}
        call = Call("POST", TASKS_PATH, payload.body(request, urls, dispatch), headers)
        return exchange.created(send(client, connection, call), connection, parse.created, WORDS)

    def prove(self, client: httpx.Client, connection: Connection, lost: Lost) -> Proof:
        """Whatever task answers to the key is ours, whether it is the first one or was made by this very replay."""
        key = lost.dispatch.idempotency_key
        age = datetime.now(UTC) - lost.sent_at
        if not (lost.body and key and age < LONGEST_WAIT):
            return Proof(ProofKind.UNCLEAR, said=_TOO_LATE)
        call = Call("POST", TASKS_PATH, headers={HEADER: key}, content=lost.body)
        return _read(send(client, connection, call), connection)


def _read(answer: Answer, connection: Connection) -> Proof:
    found = refusals.read_document(answer, connection.secret)
    if 200 <= answer.status < 300:
        remote_id = _task_id(answer)
        return Proof(ProofKind.FOUND, remote_id) if remote_id else Proof(ProofKind.UNCLEAR)
    if answer.status == 409 and found.code == _IN_PROGRESS:
        return Proof(ProofKind.ABSENT, said=english("The gateway is still registering the request."))
    is_refusal = answer.status in _NEVER_TAKEN and bool(found.hints) and not _is_of_the_moment(found)
    return Proof(ProofKind.NOT_CREATED if is_refusal else ProofKind.UNCLEAR, said=found.said)


def _is_of_the_moment(found: refusals.ErrorDocument) -> bool:
    """Whether the first sending may have fared better: a reference that could be fetched then, a key not spent yet."""
    is_about_the_replay = "idempotency" in found.code.lower()
    return is_about_the_replay or traps.trap_of(found.code, found.said) == traps.Trap.CANNOT_FETCH


def _task_id(answer: Answer) -> str:
    try:
        return parse.created(answer.json()).remote_id
    except ValueError:
        return ""
