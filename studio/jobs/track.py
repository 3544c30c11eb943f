"""The tracker: one long run that polls everything at the gateways, pipelined, and starts itself again.

A producer claims due renders, many workers poll them at once over one client, and one thread does all database work.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import httpx
from django.db import close_old_connections, connections

from studio.choices import RenderState
from studio.jobs.gateways import connection, poll_seconds
from studio.jobs.statuses import apply_status, brings_news
from studio.lib.clock import later
from studio.providers import registry
from studio.providers.errors import BadKey, NotFound, ProviderError, Retryable
from studio.providers.http import make_async_client
from studio.services import leases, polling, recovery
from studio.services.polling import Due, Postponed
from studio.services.queue import TRACK, enqueue

log = logging.getLogger(__name__)
T = TypeVar("T")

RUN_SECONDS = 55.0
LEASE_SECONDS = 20.0
SWEEP_SECONDS = 5.0
WORKERS = 100
CLAIM = 200
FLUSH = 500
FLUSH_SECONDS = 0.25
IDLE_SECONDS = 0.3
# A task that the gateway does not know at first may be lag; one that stays unknown is lost there.
NOT_FOUND_LIMIT = 12


def track(run_seconds: float = RUN_SECONDS) -> None:
    """Poll for just under a minute, then ask to be run again; leaves at once when another tracker is at work."""
    holder = f"{socket.gethostname()}:{os.getpid()}"
    if not leases.acquire(name=TRACK, holder=holder, seconds=LEASE_SECONDS):
        return
    try:
        asyncio.run(Tracker(holder).run(run_seconds))
    finally:
        leases.release(name=TRACK, holder=holder)
        enqueue("studio.jobs.track.track", cluster=TRACK)


class Tracker:
    """One run. All database calls go through one thread, so there is one connection and no blocking of polls."""

    def __init__(self, holder: str) -> None:
        self.holder = holder
        self.queue: asyncio.Queue[Due] = asyncio.Queue(maxsize=CLAIM)
        self.postponed: list[Postponed] = []
        self.database = ThreadPoolExecutor(1, thread_name_prefix="tracker-database")

    async def run(self, seconds: float) -> None:
        """Claim, poll and write back until the time is over; what was claimed is finished first."""
        async with make_async_client() as client:
            workers = [asyncio.create_task(self._work(client)) for _ in range(WORKERS)]
            flusher = asyncio.create_task(self._flush_regularly())
            try:
                await self._produce(time.monotonic() + seconds)
                await self.queue.join()
            finally:
                for task in (*workers, flusher):
                    task.cancel()
                await asyncio.gather(*workers, flusher, return_exceptions=True)
                await self._flush()
                await self._in_database(connections.close_all)
                self.database.shutdown()

    async def _produce(self, end: float) -> None:
        next_sweep = 0.0
        while time.monotonic() < end:
            if time.monotonic() >= next_sweep:
                next_sweep = time.monotonic() + SWEEP_SECONDS
                await self._in_database(self._housekeeping)
            due = await self._claim(CLAIM - self.queue.qsize())
            for item in due:
                await self.queue.put(item)
            if not due:
                await asyncio.sleep(IDLE_SECONDS)

    async def _claim(self, room: int) -> list[Due]:
        return await self._in_database(lambda: polling.claim_due(limit=room)) if room > 0 else []

    def _housekeeping(self) -> None:
        close_old_connections()
        leases.acquire(name=TRACK, holder=self.holder, seconds=LEASE_SECONDS)
        found = {name: count for name, count in recovery.sweep().items() if count}
        if found:
            log.info("swept: %s", found)

    async def _work(self, client: httpx.AsyncClient) -> None:
        while True:
            due = await self.queue.get()
            try:
                await self._poll(client, due)
            except Exception:
                # The claim runs out by itself, and the render is due again then.
                log.exception("take %s: poll broke off", due.render_id)
            finally:
                self.queue.task_done()

    async def _poll(self, client: httpx.AsyncClient, due: Due) -> None:
        adapter = registry.get(due.provider).adapter
        gateway = connection(provider=due.provider, base_url=due.base_url, secret=due.secret)
        base = poll_seconds(due.provider, due.base_url)
        again = polling.next_poll(age_seconds=due.age_seconds, base_seconds=base)
        try:
            status = await adapter.status_async(client, gateway, due.remote_id, due.poll_url)
        except ProviderError as error:
            await self._poll_failed(due, error)
            return
        if not brings_news(state=due.state, status=status):
            await self._nothing_new(due, Postponed(due.render_id, again))
            return
        await self._in_database(
            lambda: apply_status(
                provider=due.provider,
                render_id=due.render_id,
                state=due.state,
                status=status,
                next_poll_at=again,
            )
        )

    async def _poll_failed(self, due: Due, error: ProviderError) -> None:
        failures = due.failures + 1
        again = polling.next_poll(
            age_seconds=due.age_seconds, base_seconds=poll_seconds(due.provider, due.base_url), failures=failures
        )
        if isinstance(error, BadKey):
            await self._in_database(
                lambda: polling.record_key_refused(
                    render_id=due.render_id, said=error.said, advice=error.advice, next_poll_at=later(60)
                )
            )
        elif isinstance(error, NotFound) and failures >= NOT_FOUND_LIMIT:
            await self._give_up(due, error.said, "The gateway no longer knows this task.")
        else:
            if isinstance(error, Retryable) and error.retry_after:
                again = max(again, later(error.retry_after))
            await self._nothing_new(due, Postponed(due.render_id, again, failures))

    async def _nothing_new(self, due: Due, poll: Postponed) -> None:
        if due.age_seconds > polling.TRACKING_CAP_SECONDS:
            await self._give_up(due, "", "The gateway has said nothing final for three days.")
            return
        self.postponed.append(poll)
        if len(self.postponed) >= FLUSH:
            await self._flush()

    async def _give_up(self, due: Due, said: str, meaning: str) -> None:
        await self._in_database(
            lambda: polling.record_ended(
                render_id=due.render_id,
                to=RenderState.EXPIRED,
                reason="Given up on",
                said=said,
                meaning=meaning,
                advice="It may still be charged: look at the gateway's own list before asking again.",
                free=False,
            )
        )

    async def _flush_regularly(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            try:
                await self._flush()
            except Exception:
                log.exception("polls could not be written back; they are due again when their claims end")

    async def _flush(self) -> None:
        batch, self.postponed = self.postponed, []
        if batch:
            await self._in_database(lambda: polling.postpone(polls=batch))

    async def _in_database(self, call: Callable[[], T], *_: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.database, call)
