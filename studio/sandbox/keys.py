"""Which keys the sandbox takes, and how it remembers whose a task is without remembering the key."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message


@dataclass(frozen=True)
class Caller:
    """Who asked: a digest to compare by and the last characters to show."""

    owner: str
    suffix: str


def bearer_key(headers: Message) -> str:
    """The key as sent, good or not; empty when there is none."""
    scheme, _, key = headers.get("Authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


class KeyRing:
    """Takes the keys it was given, or, given none, any with the right prefix that does not say it was revoked."""

    def __init__(self, keys: Sequence[str] | None) -> None:
        self._keys = [key for key in keys or () if key]

    def caller(self, headers: Message, prefix: str) -> Caller | None:
        key = bearer_key(headers)
        if not key or not key.startswith(prefix) or not self._takes(key, prefix):
            return None
        return Caller(hashlib.sha256(key.encode()).hexdigest(), key[-4:])

    def _takes(self, key: str, prefix: str) -> bool:
        if self._keys:
            return any(hmac.compare_digest(key.encode(), known.encode()) for known in self._keys)
        return len(key) > len(prefix) + 4 and "revoked" not in key
