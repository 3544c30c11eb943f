"""Which gateways there are. One row each; a gateway's code is imported when it is first asked for."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from studio.providers.capabilities import Capability
from studio.providers.provider import Provider

PROVIDERS: dict[str, str] = {
    "tokenlab": "studio.providers.tokenlab.gateway.TOKENLAB",
}


@cache
def get(slug: str) -> Provider:
    """The gateway of a slug; an unknown slug is a LookupError that names the known ones."""
    if slug not in PROVIDERS:
        raise LookupError(f"There is no gateway “{slug}”. Known: {', '.join(PROVIDERS)}.")
    module, _, attribute = PROVIDERS[slug].rpartition(".")
    provider: Provider = getattr(import_module(module), attribute)
    return provider


@cache
def all_capabilities() -> tuple[Capability, ...]:
    return tuple(item for slug in PROVIDERS for item in get(slug).capabilities)


def find_model(provider: str, model_or_name: str) -> Capability | None:
    """By the gateway's id or the studio's name, in any case."""
    wanted = model_or_name.strip().casefold()
    for item in get(provider).capabilities:
        if wanted in (item.model.casefold(), item.name.casefold()):
            return item
    return None


def find_key(key: str) -> Capability | None:
    """By `Capability.key`, as a form field sends it."""
    return next((item for item in all_capabilities() if item.key == key), None)
