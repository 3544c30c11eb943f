"""Ark's row in the registry: its parts put together."""

from __future__ import annotations

from studio.providers.ark import regions
from studio.providers.ark.adapter import ArkAdapter
from studio.providers.ark.catalog import CAPABILITIES, SLUG
from studio.providers.ark.payload import body
from studio.providers.ark.prices import estimate, settle
from studio.providers.provider import Provider


def _always(base_url: str, route: str) -> bool:
    return True


ARK = Provider(
    slug=SLUG,
    name="Ark",
    base_url=regions.ROUTES[0].base_url,
    capabilities=CAPABILITIES,
    estimate=estimate,
    settle=settle,
    body=body,
    adapter=ArkAdapter(),
    # "Only successful videos are billed": Ark's billing page. How often to poll is not said.
    failed_is_free=True,
    poll_seconds=5.0,
    task_hint="cgt-…",
    routes=regions.ROUTES,
    narrow=regions.narrow,
    currency_of=regions.currency_of,
    # The list of tasks can show what became of an unanswered create; a seed of our own tells it from others.
    proves=_always,
    draws_seed=True,
)
