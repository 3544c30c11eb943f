"""What the jobs share for talking to gateways: one client per process, and a connection per key."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

import httpx
from django.conf import settings

from studio.lib.addresses import is_loopback_host
from studio.models import Attempt, ProviderKey
from studio.providers import registry
from studio.providers.http import Connection, make_client
from studio.services.key_secrets import secret_of


@lru_cache
def client() -> httpx.Client:
    """The process's one client: building it costs far more than a request."""
    return make_client()


def connection(*, provider: str, base_url: str, secret: str, route: str = "") -> Connection:
    """Where to send and as whom; loopback only where the settings allow it."""
    return Connection(
        provider=provider,
        base_url=base_url,
        secret=secret,
        route=route,
        allow_loopback=settings.STUDIO_ALLOW_LOOPBACK_PROVIDERS,
    )


class Connections:
    """Connections kept for as long as many polls go over the same ones: checking an address costs as much as a poll.

    Short-lived, as they hold secrets."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, str, str], Connection] = {}

    def get(self, *, provider: str, base_url: str, secret: str, route: str) -> Connection:
        """As `connection`; raises ValueError each time when it cannot be used."""
        name = (provider, base_url, secret, route)
        found = self._kept.get(name)
        if found is None:
            found = connection(provider=provider, base_url=base_url, secret=secret, route=route)
            self._kept[name] = found
        return found


def connection_of_key(key: ProviderKey) -> Connection:
    """The connection for a new attempt; raises ValueError or UnreadableSecret."""
    return connection(provider=key.provider, base_url=key.base_url, secret=key.secret, route=key.route)


def connection_of_attempt(attempt: Attempt) -> Connection:
    """The connection that an attempt was sent over; host, route and secret stay with it, whatever its key has now.

    Raises ValueError or UnreadableSecret.
    """
    return connection(
        provider=attempt.key.provider,
        base_url=attempt.base_url,
        secret=secret_of(attempt=attempt),
        route=attempt.route,
    )


@lru_cache(maxsize=256)
def poll_seconds(provider: str, base_url: str) -> float:
    """The pause between two looks at a young task: the gateway's own advice; on this machine nobody minds more."""
    if is_loopback_host(urlsplit(base_url).hostname or ""):
        return 1.0
    return registry.get(provider).poll_seconds
