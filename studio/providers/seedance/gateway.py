"""Seedance 2.0 Open API's row in the registry: its parts put together."""

from __future__ import annotations

from studio.providers.provider import Provider
from studio.providers.seedance.adapter import SeedanceAdapter
from studio.providers.seedance.catalog import CAPABILITIES, SLUG
from studio.providers.seedance.payload import body
from studio.providers.seedance.prices import currency_of, estimate, settle

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
)
