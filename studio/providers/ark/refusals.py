"""How Ark's error answers are sorted and worded. Its codes are upstream's, which other gateways pass on."""

from __future__ import annotations

from studio.providers.upstream.advice import WORDS

__all__ = ["WORDS"]
