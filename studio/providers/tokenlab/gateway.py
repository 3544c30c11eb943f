"""TokenLab's row in the registry: its parts put together."""

from __future__ import annotations

from studio.providers.provider import Provider
from studio.providers.tokenlab.adapter import TokenLabAdapter
from studio.providers.tokenlab.catalog import CAPABILITIES, SLUG
from studio.providers.tokenlab.payload import body
from studio.providers.tokenlab.prices import estimate, settle

TOKENLAB = Provider(
    slug=SLUG,
    name="TokenLab",
    base_url="https://api.tokenlab.sh",
    capabilities=CAPABILITIES,
    estimate=estimate,
    settle=settle,
    body=body,
    adapter=TokenLabAdapter(),
    # "failure releases or refunds it" and polls every 5 to 10 s: TokenLab's billing and async guides.
    failed_is_free=True,
    poll_seconds=5.0,
)
