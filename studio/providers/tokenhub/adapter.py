"""TokenHub's two calls over the HTTP seam. Sends each once; waits, retries and stores nothing."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

import httpx

from studio.providers import exchange
from studio.providers.answers import CancelAnswer, CancelKind, Created, KeyReport, Proof, ProofKind, RemoteStatus
from studio.providers.http import Call, Connection, send, send_async
from studio.providers.provider import Lost
from studio.providers.requests import Dispatch, RenderRequest
from studio.providers.tokenhub import parse, payload
from studio.providers.undocumented import WORDS

TASKS_PATH = "/videos/generations"
# No real task has this id; the gateway has no other reading that would show whether a key works.
NO_TASK = "rushes-key-check"


class TokenHubAdapter:
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
        return exchange.created(answer, connection, parse.created, WORDS)

    def status(self, client: httpx.Client, connection: Connection, remote_id: str, poll_url: str = "") -> RemoteStatus:
        answer = send(client, connection, _task_call(remote_id))
        return exchange.status(answer, connection, parse.status, WORDS)

    async def status_async(
        self, client: httpx.AsyncClient, connection: Connection, remote_id: str, poll_url: str = ""
    ) -> RemoteStatus:
        answer = await send_async(client, connection, _task_call(remote_id))
        return exchange.status(answer, connection, parse.status, WORDS)

    def cancel(self, client: httpx.Client, connection: Connection, remote_id: str) -> CancelAnswer:
        """No call is documented, so none is made."""
        return CancelAnswer(CancelKind.UNSUPPORTED)

    def check(self, client: httpx.Client, connection: Connection, management_secret: str = "") -> KeyReport:
        """No HTTP code is documented: a refusal is believed, a plain “no such task” is a good sign."""
        answer = send(client, connection, _task_call(NO_TASK))
        return exchange.key_report(answer, connection, refusing=(401, 403), missing=(404,))

    def prove(self, client: httpx.Client, connection: Connection, lost: Lost) -> Proof:
        """There is no list and no idempotency key to look with."""
        return Proof(ProofKind.UNCLEAR)


def _task_call(remote_id: str) -> Call:
    return Call("GET", f"{TASKS_PATH}/{quote(remote_id, safe='')}")
