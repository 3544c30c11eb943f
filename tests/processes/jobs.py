"""Jobs that no studio would have, for the tests of the queue."""

from __future__ import annotations


async def coroutine() -> None:
    """The queue cannot run one."""
