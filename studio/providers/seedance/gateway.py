"""Seedance 2.0 Open API's row in the registry: its parts put together."""

from __future__ import annotations

from studio.providers.provider import Provider
from studio.providers.seedance.adapter import SeedanceAdapter
from studio.providers.seedance.catalog import CAPABILITIES, SLUG
from studio.providers.seedance.parse import claim
from studio.providers.seedance.payload import body
from studio.providers.seedance.prices import currency_of, estimate, settle


def _always(base_url: str, route: str) -> bool:
    return True


SEEDANCE = Provider(
    slug=SLUG,
    name="Seedance 2.0 Open API",
    base_url="https://www.seedance2.ink",
    capabilities=CAPABILITIES,
    estimate=estimate,
    settle=settle,
    body=body,
    adapter=SeedanceAdapter(),
    # Credits are taken on accepting, and nothing is said of getting them back.
    failed_is_free=False,
    poll_seconds=5.0,
    key_hint="sd2_live_…",
    task_hint="req_…",
    currency_of=currency_of,
    takes_webhook=True,
    # Nothing is documented to look with, but a call to the attempt's own address says what to ask about.
    proves=_always,
    read_claim=claim,
    proves_claims_only=True,
)
