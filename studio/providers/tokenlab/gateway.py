"""TokenLab's row in the registry: its parts put together."""

from __future__ import annotations

from studio.providers.provider import Provider
from studio.providers.tokenlab import routes
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
    key_hint="sk-…",
    # By the way in: the second is of the Ark-shaped one.
    task_hint="ldtask_… or cgt-…",
    routes=routes.ROUTES,
    narrow=routes.narrow,
    # Only the Ark-shaped way has an idempotency key, and only with the very bytes that were sent.
    proves=routes.is_v3,
    keeps_body=routes.is_v3,
    has_balance_token=True,
)
