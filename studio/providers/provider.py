"""What the registry hands out: one gateway with its models, its prices and its adapter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

import httpx

from studio.providers.answers import NO_USAGE, CancelAnswer, Claim, Created, KeyReport, Proof, RemoteStatus, Usage
from studio.providers.calls import Connection
from studio.providers.capabilities import Capability
from studio.providers.estimates import Estimate, PriceFacts
from studio.providers.requests import Dispatch, RenderRequest

Urls = Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Lost:
    """A create that was sent and never answered: all there is for finding its task.

    `body` are the exact bytes sent, where they were kept; `known_ids` belong to other takes; `rivals` are the seeds of
    other creates of that time that were not answered either."""

    request: RenderRequest
    dispatch: Dispatch
    sent_at: datetime
    body: bytes = field(default=b"", repr=False)
    known_ids: frozenset[str] = frozenset()
    # The task that a call to the attempt's own address named, where one came.
    claimed_id: str = ""
    rivals: tuple[int | None, ...] = ()


class Adapter(Protocol):
    """Each call sends what it must and no more, and raises one of the four errors. None repeats a create."""

    def create(
        self,
        client: httpx.Client,
        connection: Connection,
        request: RenderRequest,
        urls: Urls,
        dispatch: Dispatch = Dispatch(),  # noqa: B008  (frozen)
    ) -> Created: ...

    def status(
        self, client: httpx.Client, connection: Connection, remote_id: str, poll_url: str = ""
    ) -> RemoteStatus: ...

    async def status_async(
        self, client: httpx.AsyncClient, connection: Connection, remote_id: str, poll_url: str = ""
    ) -> RemoteStatus: ...

    def cancel(self, client: httpx.Client, connection: Connection, remote_id: str) -> CancelAnswer: ...

    def check(self, client: httpx.Client, connection: Connection, management_secret: str = "") -> KeyReport:
        """A harmless reading with the key; a refused key is a report too, an unreachable gateway an error."""
        ...

    def prove(self, client: httpx.Client, connection: Connection, lost: Lost) -> Proof:
        """Look for the task of an unanswered create; only asked for where `Provider.proves` says so."""
        ...


class Settle(Protocol):
    """Prices a finished file: request, its seconds, width and height, the gateway's own account, and the row that the
    take was quoted from."""

    def __call__(
        self,
        request: RenderRequest,
        seconds: Decimal,
        width: int,
        height: int,
        usage: Usage = NO_USAGE,
        quoted: PriceFacts | None = None,
    ) -> Estimate: ...


@dataclass(frozen=True, slots=True)
class Route:
    """One of several ways to the same gateway; a key is bound to one."""

    value: str
    label: str
    base_url: str = ""


def _as_recorded(capability: Capability, base_url: str, route: str, live: Mapping[str, Any]) -> Capability | None:
    return capability


def _dollars(base_url: str, route: str) -> str:
    return "USD"


def _never(base_url: str, route: str) -> bool:
    return False


def _no_claim(document: Mapping[str, Any]) -> Claim | None:
    return None


@dataclass(frozen=True, slots=True)
class Provider:
    """One gateway as everybody else knows it.

    `failed_is_free` is true only where the gateway documents that a failed or cancelled task costs nothing;
    `poll_seconds` is its own advice for the pause between two looks. `narrow` gives what a key can do with a model, by
    its base URL, its route and what the gateway said at the last check: never more than the record, None for nothing.
    `proves(base_url, route)` says whether a documented proof can settle an unanswered create; `draws_seed` whether the
    studio draws a seed for every sending, as the list's proof needs one. `read_claim` reads the task's id out of a call
    to an attempt's own address; with `proves_claims_only` nothing can be looked for until such a call has come.
    `key_hint` and `task_hint` show what a key and the id of a task look like."""

    slug: str
    name: str
    base_url: str
    capabilities: tuple[Capability, ...]
    estimate: Callable[[RenderRequest], Estimate]
    settle: Settle
    body: Callable[[RenderRequest, Urls, Dispatch], dict[str, object]]
    adapter: Adapter
    failed_is_free: bool = False
    poll_seconds: float = 5.0
    key_hint: str = ""
    task_hint: str = ""
    routes: tuple[Route, ...] = ()
    narrow: Callable[[Capability, str, str, Mapping[str, Any]], Capability | None] = _as_recorded
    currency_of: Callable[[str, str], str] = _dollars
    proves: Callable[[str, str], bool] = _never
    keeps_body: Callable[[str, str], bool] = _never
    draws_seed: bool = False
    takes_webhook: bool = False
    read_claim: Callable[[Mapping[str, Any]], Claim | None] = _no_claim
    proves_claims_only: bool = False
    has_balance_token: bool = False
