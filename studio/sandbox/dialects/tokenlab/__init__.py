"""TokenLab's unified video API as its documents describe it."""

from __future__ import annotations

from studio.sandbox.dialects.tokenlab.prices import bill
from studio.sandbox.dialects.tokenlab.routes import answer, speaks

__all__ = ["answer", "bill", "speaks"]
