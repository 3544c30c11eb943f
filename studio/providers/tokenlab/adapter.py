"""TokenLab's calls: each goes the way that the key is bound to, `/v1` or `/api/v3`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import httpx

from studio.providers.answers import CancelAnswer, Created, KeyReport, Proof, ProofKind, RemoteStatus
from studio.providers.http import Connection
from studio.providers.provider import Lost
from studio.providers.requests import Dispatch, RenderRequest
from studio.providers.tokenlab import check
from studio.providers.tokenlab.ark_shaped import ArkShaped
from studio.providers.tokenlab.routes import is_v3
from studio.providers.tokenlab.unified import Unified


class TokenLabAdapter:
    """Holds nothing of a key, so one instance serves every key and thread."""

    def __init__(self) -> None:
        self._unified = Unified()
        self._ark_shaped = ArkShaped()

    def create(
        self,
        client: httpx.Client,
        connection: Connection,
        request: RenderRequest,
        urls: Mapping[int, str],
        dispatch: Dispatch = Dispatch(),  # noqa: B008  (frozen)
    ) -> Created:
        way = self._ark_shaped if _is_v3(connection) else self._unified
        return way.create(client, connection, request, urls, replace(dispatch, route=connection.route))

    def status(self, client: httpx.Client, connection: Connection, remote_id: str, poll_url: str = "") -> RemoteStatus:
        if _is_v3(connection):
            return self._ark_shaped.tasks.status(client, connection, remote_id)
        return self._unified.status(client, connection, remote_id, poll_url)

    async def status_async(
        self, client: httpx.AsyncClient, connection: Connection, remote_id: str, poll_url: str = ""
    ) -> RemoteStatus:
        if _is_v3(connection):
            return await self._ark_shaped.tasks.status_async(client, connection, remote_id)
        return await self._unified.status_async(client, connection, remote_id, poll_url)

    def cancel(self, client: httpx.Client, connection: Connection, remote_id: str) -> CancelAnswer:
        """Whether the Ark-shaped DELETE erases what has ended is not documented, so it is treated as if it did."""
        way = self._ark_shaped.tasks if _is_v3(connection) else self._unified
        return way.cancel(client, connection, remote_id)

    def check(self, client: httpx.Client, connection: Connection, management_secret: str = "") -> KeyReport:
        return check.report(client, connection, management_secret)

    def prove(self, client: httpx.Client, connection: Connection, lost: Lost) -> Proof:
        if not _is_v3(connection):
            return Proof(ProofKind.UNCLEAR)
        return self._ark_shaped.prove(client, connection, lost)


def _is_v3(connection: Connection) -> bool:
    return is_v3(connection.base_url, connection.route)
