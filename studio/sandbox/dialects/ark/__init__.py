"""Ark as BytePlus ModelArk and Volcengine document it; both regions answer under the same address here."""

from __future__ import annotations

from studio.sandbox.dialects.ark.routes import answer, speaks
from studio.sandbox.dialects.ark.status import bill

__all__ = ["answer", "bill", "speaks"]
