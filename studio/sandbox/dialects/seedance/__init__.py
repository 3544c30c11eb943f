"""The Seedance 2.0 Open API of seedance2.ink as its documents describe it."""

from __future__ import annotations

from studio.sandbox.dialects.seedance.routes import answer, speaks
from studio.sandbox.dialects.seedance.status import bill
from studio.sandbox.dialects.seedance.webhooks import ended

__all__ = ["answer", "bill", "ended", "speaks"]
