"""What the registry hands out: one gateway with its models, its prices and its adapter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

import httpx

from studio.providers.answers import CancelAnswer, Created, RemoteStatus
from studio.providers.calls import Connection
from studio.providers.capabilities import Capability
from studio.providers.estimates import Estimate
from studio.providers.requests import RenderRequest


class Adapter(Protocol):
    """Four calls; each sends one request and raises one of the four errors. None repeats anything."""

    def create(
        self, client: httpx.Client, connection: Connection, request: RenderRequest, urls: Mapping[int, str]
    ) -> Created: ...

    def status(
        self, client: httpx.Client, connection: Connection, remote_id: str, poll_url: str = ""
    ) -> RemoteStatus: ...

    async def status_async(
        self, client: httpx.AsyncClient, connection: Connection, remote_id: str, poll_url: str = ""
    ) -> RemoteStatus: ...

    def cancel(self, client: httpx.Client, connection: Connection, remote_id: str) -> CancelAnswer: ...


@dataclass(frozen=True, slots=True)
class Provider:
    """`settle` prices a finished file: request, its seconds, its width and its height.

    `failed_is_free` is true only where the gateway documents that a failed or cancelled task costs nothing;
    `poll_seconds` is its own advice for the pause between two looks."""

    slug: str
    name: str
    base_url: str
    capabilities: tuple[Capability, ...]
    estimate: Callable[[RenderRequest], Estimate]
    settle: Callable[[RenderRequest, Decimal, int, int], Estimate]
    body: Callable[[RenderRequest, Mapping[int, str]], dict[str, object]]
    adapter: Adapter
    failed_is_free: bool = False
    poll_seconds: float = 5.0
