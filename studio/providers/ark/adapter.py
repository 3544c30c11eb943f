"""Ark's calls over the HTTP seam. Sends each once; waits, retries and stores nothing."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

import httpx

from studio.lib.english import english
from studio.providers import exchange, refusals
from studio.providers.answers import CancelAnswer, Created, KeyReport, KeyVerdict, Proof, RemoteStatus
from studio.providers.ark import parse, payload, proof
from studio.providers.ark.parse import ListedTask
from studio.providers.ark.refusals import WORDS
from studio.providers.http import Answer, Call, Connection, send
from studio.providers.provider import Lost
from studio.providers.requests import Dispatch, RenderRequest
from studio.providers.upstream.parse import created
from studio.providers.upstream.tasks import Tasks

TASKS_PATH = "/contents/generations/tasks"
PAGE_SIZE = 100
MOST_PAGES = 20


class ArkAdapter:
    """Holds nothing of a key, so one instance serves every key and thread."""

    def __init__(self) -> None:
        self._tasks = Tasks(TASKS_PATH, WORDS)

    def create(
        self,
        client: httpx.Client,
        connection: Connection,
        request: RenderRequest,
        urls: Mapping[int, str],
        dispatch: Dispatch = Dispatch(),  # noqa: B008  (frozen)
    ) -> Created:
        answer = send(client, connection, Call("POST", TASKS_PATH, payload.body(request, urls, dispatch)))
        return exchange.created(answer, connection, created, WORDS)

    def status(self, client: httpx.Client, connection: Connection, remote_id: str, poll_url: str = "") -> RemoteStatus:
        return self._tasks.status(client, connection, remote_id)

    async def status_async(
        self, client: httpx.AsyncClient, connection: Connection, remote_id: str, poll_url: str = ""
    ) -> RemoteStatus:
        return await self._tasks.status_async(client, connection, remote_id)

    def cancel(self, client: httpx.Client, connection: Connection, remote_id: str) -> CancelAnswer:
        return self._tasks.cancel(client, connection, remote_id)

    def check(self, client: httpx.Client, connection: Connection, management_secret: str = "") -> KeyReport:
        """Reading one row of the key's own list costs and changes nothing."""
        answer = send(client, connection, _list_call(page_num=1, page_size=1))
        found = refusals.read_document(answer, connection.secret)
        if _page(answer) is not None:
            return KeyReport(KeyVerdict.ACCEPTED, english("The gateway accepts the key and lists its tasks."))
        if answer.status == 401 or WORDS.is_about_the_key(found):
            return KeyReport(KeyVerdict.REFUSED, WORDS.meaning(found.code, found.status), found.said)
        if found.code.startswith("AccountOverdueError"):
            meaning = english(
                "The gateway knows the key, but its account has a bill to pay before anything can be rendered."
            )
            return KeyReport(KeyVerdict.UNCLEAR, meaning, found.said)
        meaning = english(
            "The gateway's answer (HTTP %(status)s) does not tell whether it accepts the key.", status=answer.status
        )
        return KeyReport(KeyVerdict.UNCLEAR, english("%(meaning)s Look at the base URL.", meaning=meaning), found.said)

    def prove(self, client: httpx.Client, connection: Connection, lost: Lost) -> Proof:
        """Reads the list until the time of the sending has been left behind."""
        tasks: list[ListedTask] = []
        for number in range(1, MOST_PAGES + 1):
            filters = {"filter.model": lost.request.model}
            answer = send(client, connection, _list_call(page_num=number, page_size=PAGE_SIZE, **filters))
            if not 200 <= answer.status < 300:
                raise refusals.read_error(answer, connection.secret, WORDS)
            found = _page(answer)
            if found is None:
                raise refusals.unreadable_read(answer)
            tasks += found
            if len(found) < PAGE_SIZE or proof.is_past(lost, found):
                return proof.judged(lost, tasks, is_whole=True)
        return proof.judged(lost, tasks, is_whole=False)


def _list_call(**query: str | int) -> Call:
    return Call("GET", f"{TASKS_PATH}?{urlencode(query)}")


def _page(answer: Answer) -> list[ListedTask] | None:
    """None for what is no list; raised from here, an error would lead into frames that hold the answer."""
    if not 200 <= answer.status < 300:
        return None
    try:
        return parse.page(answer.json())
    except ValueError:
        return None
