"""Finds the addresses of a request's files, for gateways that take nothing but public addresses."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from studio.choices import InputRole
from studio.lib.addresses import is_loopback_host
from studio.lib.english import english
from studio.providers.requests import RenderRequest

Urls = Mapping[int, str]


def each(request: RenderRequest, urls: Urls, role: InputRole) -> list[str]:
    """The addresses of one role in tray order; a missing or unusable one is a ValueError."""
    return [_fetchable(urls.get(index, ""), role) for index, _ in request.with_role(role)]


def only(request: RenderRequest, urls: Urls, role: InputRole) -> str:
    found = each(request, urls, role)
    if len(found) != 1:
        raise ValueError(
            english("Exactly one input (%(role)s) is needed, not %(number)s.", role=role.label, number=len(found))
        )
    return found[0]


def _fetchable(url: str, role: InputRole) -> str:
    """https, or plain http within this machine, where a simulated gateway lives."""
    if not url:
        raise ValueError(english("An input (%(role)s) has no address to send.", role=role.label))
    parts = urlsplit(url)
    is_local = parts.scheme == "http" and is_loopback_host(parts.hostname or "")
    if not is_local and (parts.scheme != "https" or not parts.hostname):
        raise ValueError(
            english("The gateway takes this input (%(role)s) by a public https address only.", role=role.label)
        )
    return url
