"""TokenHub's row in the registry: its parts put together."""

from __future__ import annotations

from studio.providers.provider import Provider
from studio.providers.tokenhub.adapter import TokenHubAdapter
from studio.providers.tokenhub.catalog import CAPABILITIES, SLUG
from studio.providers.tokenhub.payload import body
from studio.providers.tokenhub.prices import estimate, settle

TOKENHUB = Provider(
    slug=SLUG,
    name="TokenHub",
    base_url="https://tokenhub.store/api/v1",
    capabilities=CAPABILITIES,
    estimate=estimate,
    settle=settle,
    body=body,
    adapter=TokenHubAdapter(),
    # Nothing is said of refunds; polling every 5 s is what the guide's samples do.
    failed_is_free=False,
    poll_seconds=5.0,
    key_hint="th-…",
)
