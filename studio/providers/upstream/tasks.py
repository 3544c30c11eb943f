"""The calls that every gateway with Ark's paths shares: read a task, and cancel it without losing what it made.

The same DELETE cancels a waiting task and erases a finished one, so it is sent to a waiting one only."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

import httpx

from studio.lib.english import english
from studio.providers import exchange, refusals
from studio.providers.answers import CancelAnswer, CancelKind, RemoteState, RemoteStatus
from studio.providers.errors import BadKey, NotFound, ProviderError
from studio.providers.http import Call, Connection, send, send_async
from studio.providers.refusals import Words
from studio.providers.upstream import parse

_ENDED = english("It had ended already, so the gateway was not asked: the same call would erase its record.")
_RUNNING = english("It is being rendered, and what runs cannot be called back here.")
_UNCLEAR_WORD = english("The gateway says “%(word)s” of it, so it was not asked: the call could erase finished work.")
_VANISHED = english(
    "It waited when the cancel was sent and is unknown to the gateway now. It may have been "
    "cancelled, or finished and erased; look at the gateway's own console."
)


@dataclass(frozen=True, slots=True)
class Tasks:
    """`root` is the path of the tasks below the base URL."""

    root: str
    words: Words

    def path(self, remote_id: str) -> str:
        return f"{self.root}/{quote(remote_id, safe='')}"

    def status(self, client: httpx.Client, connection: Connection, remote_id: str) -> RemoteStatus:
        answer = send(client, connection, Call("GET", self.path(remote_id)))
        return exchange.status(answer, connection, parse.status, self.words)

    async def status_async(self, client: httpx.AsyncClient, connection: Connection, remote_id: str) -> RemoteStatus:
        answer = await send_async(client, connection, Call("GET", self.path(remote_id)))
        return exchange.status(answer, connection, parse.status, self.words)

    def cancel(self, client: httpx.Client, connection: Connection, remote_id: str) -> CancelAnswer:
        """Look, ask only where nothing can be lost, and look again: the second look has the last word."""
        try:
            before = self.status(client, connection, remote_id)
        except BadKey:
            raise
        except ProviderError as error:
            return CancelAnswer(CancelKind.UNKNOWN, str(error))
        settled = _without_asking(before)
        if settled is not None:
            return settled
        said = self._delete(client, connection, remote_id)
        try:
            return _afterwards(self.status(client, connection, remote_id), said)
        except NotFound:
            return CancelAnswer(CancelKind.UNKNOWN, _VANISHED)
        except ProviderError as error:
            return CancelAnswer(CancelKind.UNKNOWN, said or str(error))

    def _delete(self, client: httpx.Client, connection: Connection, remote_id: str) -> str:
        """What the gateway said against it; nothing where it took the call."""
        try:
            answer = send(client, connection, Call("DELETE", self.path(remote_id)))
        except ProviderError as error:
            return str(error)
        if answer.status == 401:
            raise refusals.read_error(answer, connection.secret, self.words)
        if 200 <= answer.status < 300:
            return ""
        return refusals.read_document(answer, connection.secret).said or f"HTTP {answer.status}"


def _without_asking(before: RemoteStatus) -> CancelAnswer | None:
    if before.state == RemoteState.WAITING:
        return None
    if before.state == RemoteState.CANCELLED:
        return CancelAnswer(CancelKind.CANCELLED)
    if before.has_ended:
        return CancelAnswer(CancelKind.TOO_LATE, _ENDED)
    if before.state == RemoteState.RUNNING:
        return CancelAnswer(CancelKind.TOO_LATE, _RUNNING)
    return CancelAnswer(CancelKind.UNKNOWN, _UNCLEAR_WORD % {"word": before.word})


def _afterwards(after: RemoteStatus, said: str) -> CancelAnswer:
    if after.state == RemoteState.CANCELLED:
        return CancelAnswer(CancelKind.CANCELLED)
    if after.has_ended or after.state == RemoteState.RUNNING:
        return CancelAnswer(CancelKind.TOO_LATE, said)
    return CancelAnswer(CancelKind.UNKNOWN, said)
