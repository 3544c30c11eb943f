"""A request as read from the wire and a reply to be written to it; dialects know nothing lower than this."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Request:
    """What a dialect may look at."""

    method: str
    path: str
    query: dict[str, str]
    headers: Message
    body: bytes
    pairs: tuple[tuple[str, str], ...] = ()

    def all_of(self, name: str) -> list[str]:
        """Every value of a query parameter that was given more than once."""
        return [value for key, value in self.pairs if key == name]


@dataclass(frozen=True)
class FilePart:
    """A stretch of a file to be sent as the body; `cut` breaks the connection halfway through it."""

    path: Path
    start: int
    length: int
    cut: bool = False


@dataclass(frozen=True)
class Reply:
    """What goes back. `cut` is "" or how the connection is lost: "silent" before, "middle" within the answer."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: str = ""
    file: FilePart | None = None


class Refusal(Exception):
    """Raised by whatever refuses a request, holding the answer to give."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(f"refused with {reply.status}")
        self.reply = reply


def json_reply(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
    body = json.dumps(data, ensure_ascii=False).encode("utf-8")
    return Reply(status, body, {"Content-Type": "application/json", **(headers or {})})
