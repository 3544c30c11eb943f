"""The polls of one key at a time: so many at once over connections of its own. What a poll is, is `polls.py`'s."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable

from studio.jobs.gateways import Connections
from studio.providers.http import make_async_client
from studio.services.polling import Due

POLLS_AT_ONCE = 100

Poll = Callable[["Lane", Due], Awaitable[None]]


class Lane:
    """A slow gateway fills its own lane and no other; one that asks to wait closes its lane for so long."""

    def __init__(self, poll: Poll, has_room: Callable[[], None]) -> None:
        self.client = make_async_client(connections=POLLS_AT_ONCE)
        self.connections = Connections()
        self._poll = poll
        self._has_room = has_room
        self._waiting: deque[Due] = deque()
        self._running: dict[asyncio.Task[None], Due] = {}
        self._closed_until = 0.0
        self.room = POLLS_AT_ONCE

    @property
    def takes_more(self) -> bool:
        """Whether more polls may be claimed for it now."""
        return len(self._waiting) < self.room and time.monotonic() >= self._closed_until

    def share_with(self, others: int) -> None:
        """What a gateway is asked at once with one key is the same however many trackers there are."""
        self.room = max(1, POLLS_AT_ONCE // (1 + others))

    def close_for(self, seconds: float) -> None:
        """The gateway asked for a pause, which holds for everything with this key."""
        self._closed_until = max(self._closed_until, time.monotonic() + seconds)

    def add(self, due: Due) -> None:
        self._waiting.append(due)
        self.fill()

    def give_back(self) -> list[int]:
        """The renders that nobody has begun to ask about; they are no longer this lane's."""
        left = [due.render_id for due in self._waiting]
        self._waiting.clear()
        return left

    async def finish(self, seconds: float) -> list[int]:
        """Let what is under way end, for so long; gives the renders that got no answer by then."""
        running = dict(self._running)
        pending: set[asyncio.Task[None]] = set()
        if running:
            _, pending = await asyncio.wait(running, timeout=seconds)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        await self.client.aclose()
        return [running[task].render_id for task in pending]

    def fill(self) -> None:
        """Begin what waits, as far as there is room and the lane is open."""
        while self._waiting and len(self._running) < self.room and time.monotonic() >= self._closed_until:
            due = self._waiting.popleft()
            task = asyncio.get_running_loop().create_task(self._run(due))
            self._running[task] = due
            task.add_done_callback(self._done)

    async def _run(self, due: Due) -> None:
        await self._poll(self, due)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.pop(task, None)
        self.fill()
        if self.takes_more:
            self._has_room()
