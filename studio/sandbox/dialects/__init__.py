"""One package per gateway that the sandbox plays; each says which paths it speaks and answers them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from studio.sandbox.dialects import tokenlab
from studio.sandbox.gateway import Gateway
from studio.sandbox.messages import Reply, Request


class Dialect(NamedTuple):
    """What the server needs of a gateway's package."""

    speaks: Callable[[Request], bool]
    answer: Callable[[Gateway, Request], Reply]


DIALECTS = {"tokenlab": Dialect(tokenlab.speaks, tokenlab.answer)}
