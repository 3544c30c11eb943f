"""The Open API's three calls over the HTTP seam. Sends each once; waits, retries and stores nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx

from studio.providers import exchange, refusals
from studio.providers.answers import (
    CancelAnswer,
    CancelKind,
    Created,
    KeyReport,
    Proof,
    ProofKind,
    RemoteState,
    RemoteStatus,
)
from studio.providers.errors import ProviderError
from studio.providers.http import Answer, Call, Connection, send, send_async
from studio.providers.provider import Lost
from studio.providers.requests import Dispatch, RenderRequest
from studio.providers.seedance import parse, payload, proof
from studio.providers.seedance.refusals import false_success
from studio.providers.undocumented import WORDS

TASKS_PATH = "/api/open/v1/video/generations"
# No real request has this id; the list of models is shown without a key, so it says nothing of one.
NO_TASK = "req_rushes_key_check"
# "Too late" has no documented code; these two are what such answers usually carry.
_TOO_LATE = (400, 409)


class SeedanceAdapter:
    """Holds nothing, so one instance serves every key and thread."""

    def create(
        self,
        client: httpx.Client,
        connection: Connection,
        request: RenderRequest,
        urls: Mapping[int, str],
        dispatch: Dispatch = Dispatch(),  # noqa: B008  (frozen)
    ) -> Created:
        answer = send(client, connection, Call("POST", TASKS_PATH, payload.body(request, urls, dispatch)))
        if refused := false_success(answer, connection.secret):
            raise refused
        return exchange.created(answer, connection, parse.created, WORDS)

    def status(self, client: httpx.Client, connection: Connection, remote_id: str, poll_url: str = "") -> RemoteStatus:
        answer = send(client, connection, Call("GET", _task_path(remote_id)))
        return exchange.status(answer, connection, parse.status, WORDS)

    async def status_async(
        self, client: httpx.AsyncClient, connection: Connection, remote_id: str, poll_url: str = ""
    ) -> RemoteStatus:
        answer = await send_async(client, connection, Call("GET", _task_path(remote_id)))
        return exchange.status(answer, connection, parse.status, WORDS)

    def cancel(self, client: httpx.Client, connection: Connection, remote_id: str) -> CancelAnswer:
        """Asks only, with an empty body; whoever calls reads the status afterwards and believes that."""
        try:
            answer = send(client, connection, Call("POST", f"{_task_path(remote_id)}/cancel"))
        except ProviderError as error:
            return CancelAnswer(CancelKind.UNKNOWN, str(error))
        if answer.status == 401:
            raise refusals.read_error(answer, connection.secret, WORDS)
        said = refusals.read_document(answer, connection.secret).said
        if answer.status in _TOO_LATE:
            return CancelAnswer(CancelKind.TOO_LATE, said)
        return CancelAnswer(CancelKind.CANCELLED if _says_cancelled(answer) else CancelKind.UNKNOWN, said)

    def check(self, client: httpx.Client, connection: Connection, management_secret: str = "") -> KeyReport:
        """Documented is only the 401 of a bad key; a plain “no such request” is a good sign."""
        answer = send(client, connection, Call("GET", _task_path(NO_TASK)))
        return exchange.key_report(answer, connection, refusing=(401,), missing=(400, 404))

    def prove(self, client: httpx.Client, connection: Connection, lost: Lost) -> Proof:
        """There is no list and no idempotency key to look with: all that can be asked about is what a call named."""
        if not lost.claimed_id:
            return Proof(ProofKind.UNCLEAR)
        answer = send(client, connection, Call("GET", _task_path(lost.claimed_id)))
        if not 200 <= answer.status < 300:
            raise refusals.read_error(answer, connection.secret, WORDS)
        return proof.judged(lost, _document(answer))


def _task_path(remote_id: str) -> str:
    return f"{TASKS_PATH}/{quote(remote_id, safe='')}"


def _document(answer: Answer) -> Mapping[str, Any]:
    try:
        return answer.json()
    except ValueError:
        return {}


def _says_cancelled(answer: Answer) -> bool:
    if not 200 <= answer.status < 300:
        return False
    try:
        document = answer.json()
        return document.get("success") is True and parse.status(document).state == RemoteState.CANCELLED
    except ValueError:
        return False
