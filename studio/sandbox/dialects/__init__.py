"""One package per gateway that the sandbox plays; each says which paths it speaks and answers them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from studio.sandbox.bills import Bill
from studio.sandbox.dialects import ark, seedance, tokenhub, tokenlab, tokenlab_v3
from studio.sandbox.gateway import Gateway
from studio.sandbox.messages import Reply, Request
from studio.sandbox.tasks import Task


def _tell_nobody(gateway: Gateway, task: Task) -> None:
    """Most gateways are only asked."""


class Dialect(NamedTuple):
    """What the server needs of a gateway's package; `ended` is called once a task's work is over.

    `bill` is told a task and how it stands, and says what the gateway has charged for it, or None for nothing.
    """

    speaks: Callable[[Request], bool]
    answer: Callable[[Gateway, Request], Reply]
    bill: Callable[[Task, str], Bill | None]
    ended: Callable[[Gateway, Task], None] = _tell_nobody


DIALECTS = {
    "tokenlab": Dialect(tokenlab.speaks, tokenlab.answer, tokenlab.bill),
    "tokenlab_v3": Dialect(tokenlab_v3.speaks, tokenlab_v3.answer, tokenlab_v3.bill),
    "ark": Dialect(ark.speaks, ark.answer, ark.bill),
    "tokenhub": Dialect(tokenhub.speaks, tokenhub.answer, tokenhub.bill),
    "seedance": Dialect(seedance.speaks, seedance.answer, seedance.bill, seedance.ended),
}
