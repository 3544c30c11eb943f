"""TokenHub's video API as its guide describes it."""

from __future__ import annotations

from studio.sandbox.dialects.tokenhub.routes import answer, speaks
from studio.sandbox.dialects.tokenhub.status import bill

__all__ = ["answer", "bill", "speaks"]
