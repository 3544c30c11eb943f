"""Ark's two regions: the same API with model ids, prices and accounts of their own, which are never mixed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from studio.lib.english import english
from studio.providers.capabilities import Capability
from studio.providers.provider import Route

BYTEPLUS = "byteplus"
VOLCENGINE = "volcengine"
ROUTES = (
    Route(BYTEPLUS, english("BytePlus ModelArk (outside China)"), "https://ark.ap-southeast.bytepluses.com/api/v3"),
    Route(VOLCENGINE, english("Volcengine Ark (China)"), "https://ark.cn-beijing.volces.com/api/v3"),
)
_DOMAINS = {"bytepluses.com": BYTEPLUS, "volces.com": VOLCENGINE}


def region_of(base_url: str, route: str) -> str:
    """What the host says, as it cannot be mistaken; else what the key's route says, as behind a proxy of one's own."""
    host = urlsplit(base_url).hostname or ""
    return next((region for domain, region in _DOMAINS.items() if f".{host}".endswith(f".{domain}")), route)


def narrow(capability: Capability, base_url: str, route: str, live: Mapping[str, Any]) -> Capability | None:
    """A key can use the models of its own region; Ark publishes nothing else that a check could read."""
    region = region_of(base_url, route)
    return capability if not region or region in capability.routes else None


def currency_of(base_url: str, route: str) -> str:
    return "CNY" if region_of(base_url, route) == VOLCENGINE else "USD"
