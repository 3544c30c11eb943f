"""TokenLab's own paths (`/v1`): create, status and cancel. Sends each once; waits, retries and stores nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote

import httpx

from studio.lib.masking import holds, mask
from studio.providers import addresses, refusals
from studio.providers.answers import (
    CancelAnswer,
    CancelKind,
    Created,
    RemoteState,
    RemoteStatus,
)
from studio.providers.errors import ProviderError
from studio.providers.http import Answer, Call, Connection, send, send_async
from studio.providers.requests import Dispatch, RenderRequest
from studio.providers.tokenlab import parse, payload
from studio.providers.tokenlab.refusals import WORDS

CREATE_PATH = "/v1/videos/generations"
_CANCEL_REFUSALS = {
    "unsupported_task_cancel": CancelKind.UNSUPPORTED,
    "task_not_cancellable": CancelKind.TOO_LATE,
}


class Unified:
    """The documented standard way; it has no idempotency key and no list, so nothing can be proved here."""

    def create(
        self,
        client: httpx.Client,
        connection: Connection,
        request: RenderRequest,
        urls: Mapping[int, str],
        dispatch: Dispatch = Dispatch(),  # noqa: B008  (frozen)
    ) -> Created:
        answer = send(client, connection, Call("POST", CREATE_PATH, payload.body(request, urls, dispatch)))
        if not 200 <= answer.status < 300:
            raise refusals.create_error(answer, connection.secret, WORDS)
        created = _created(answer)
        if created is None:
            raise refusals.unreadable_create(answer, connection.secret)
        return replace(
            created,
            poll_url="" if holds(created.poll_url, connection.secret) else created.poll_url,
            status=_completed(created.status, answer, connection),
            request_id=mask(answer.headers.get("x-request-id", ""), connection.secret)[: refusals.LONGEST_WORD],
        )

    def status(self, client: httpx.Client, connection: Connection, remote_id: str, poll_url: str = "") -> RemoteStatus:
        answer = send(client, connection, _status_call(connection, remote_id, poll_url))
        return _status(answer, connection)

    async def status_async(
        self, client: httpx.AsyncClient, connection: Connection, remote_id: str, poll_url: str = ""
    ) -> RemoteStatus:
        answer = await send_async(client, connection, _status_call(connection, remote_id, poll_url))
        return _status(answer, connection)

    def cancel(self, client: httpx.Client, connection: Connection, remote_id: str) -> CancelAnswer:
        """Asks only; whoever calls reads the status afterwards and believes that."""
        try:
            answer = send(client, connection, Call("DELETE", task_path(remote_id)))
        except ProviderError as error:
            return CancelAnswer(CancelKind.UNKNOWN, str(error))
        if 200 <= answer.status < 300:
            return _cancel_accepted(answer, connection)
        if answer.status == 401:
            raise refusals.read_error(answer, connection.secret, WORDS)
        found = refusals.read_document(answer, connection.secret)
        return CancelAnswer(_CANCEL_REFUSALS.get(found.code, CancelKind.UNKNOWN), found.said)


def _created(answer: Answer) -> Created | None:
    try:
        return parse.created(answer.json())
    except ValueError:
        return None


def _status_call(connection: Connection, remote_id: str, poll_url: str) -> Call:
    """An address that leads elsewhere is not followed; the fixed path on the own host always works."""
    if poll_url:
        try:
            return Call("GET", address=addresses.followed(connection.base_url, poll_url))
        except addresses.UnsafeAddress:
            pass
    return Call("GET", task_path(remote_id))


def task_path(remote_id: str) -> str:
    return f"/v1/tasks/{quote(remote_id, safe='')}"


def _status(answer: Answer, connection: Connection) -> RemoteStatus:
    if not 200 <= answer.status < 300:
        raise refusals.read_error(answer, connection.secret, WORDS)
    try:
        read = parse.status(answer.json())
    except ValueError:
        read = None
    if read is None:
        raise refusals.unreadable_read(answer)
    return _completed(read, answer, connection)


def _completed(read: RemoteStatus, answer: Answer, connection: Connection) -> RemoteStatus:
    """Adds what only the headers say, and takes the key out should the gateway have repeated it."""
    billing_id = read.billing_id or answer.headers.get("x-billing-transaction-id", "")
    return replace(
        read,
        word=mask(read.word, connection.secret)[: refusals.LONGEST_WORD],
        error_code=mask(read.error_code, connection.secret)[: refusals.LONGEST_WORD],
        error_text=mask(read.error_text, connection.secret)[: refusals.LONGEST_SAID],
        billing_id=mask(billing_id, connection.secret)[: refusals.LONGEST_WORD],
    )


def _cancel_accepted(answer: Answer, connection: Connection) -> CancelAnswer:
    try:
        read = parse.status(answer.json())
    except ValueError:
        return CancelAnswer(CancelKind.UNKNOWN)
    kind = CancelKind.CANCELLED if read.state == RemoteState.CANCELLED else CancelKind.UNKNOWN
    return CancelAnswer(kind, mask(read.error_text, connection.secret))
