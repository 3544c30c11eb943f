"""TokenLab's other door: the paths and shapes of Ark, with an idempotency key on the create."""

from __future__ import annotations

from studio.sandbox.dialects.tokenlab.prices import bill
from studio.sandbox.dialects.tokenlab_v3.routes import answer, speaks

__all__ = ["answer", "bill", "speaks"]
