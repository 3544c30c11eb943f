"""The tracker: one long run that polls everything at the gateways, pipelined, and starts itself again.

A producer claims due renders into a lane for each key, each lane polls many at once, and one thread does all
database work. Where several worker machines are alive, each runs one, in a slot of its own; they share what is due.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from django.db import close_old_connections, connections

from studio.jobs.lanes import Lane
from studio.jobs.polls import poll
from studio.lib.holders import this_process
from studio.services import leases, polling, queue, recovery
from studio.services.broker import private_key
from studio.services.polling import Due, Postponed

log = logging.getLogger(__name__)
T = TypeVar("T")

RUN_SECONDS = 55.0
LEASE_SECONDS = 20.0
SWEEP_SECONDS = 5.0
CLAIM = 400
FLUSH = 500
FLUSH_SECONDS = 0.25
IDLE_SECONDS = 0.3
TROUBLE_SECONDS = 1.0
# What is under way when the run ends has so long to come to its end; the queue's time-out is far beyond both.
FINISH_SECONDS = 10.0


def track(token: str = "", run_seconds: float = RUN_SECONDS) -> None:
    """Poll for just under a minute, then ask to be run again; leaves at once when its slot's tracker is at work."""
    holder, slot = this_process(), queue.slot_of(token)
    if slot is None or not leases.acquire(name=slot, holder=holder, seconds=LEASE_SECONDS):
        return
    tracker = Tracker(slot, holder)
    try:
        # What an earlier run of this process left behind is nobody's work any more.
        polling.take_over(living=[name for name in queue.trackers() if name != holder])
        asyncio.run(tracker.run(run_seconds))
    finally:
        if not tracker.replaced:
            leases.release(name=slot, holder=holder)
            _start_again(slot)


def _start_again(slot: str) -> None:
    """By the very cluster that it ran in: another one might take the start and be busy with a tracker of its own."""
    if slot in queue.tracker_slots():
        queue.start_tracker(slot=slot, cluster=private_key(queue.TRACK, os.getpgrp()))


class Tracker:
    """One run. All database calls go through one thread, so there is one connection and no blocking of polls."""

    def __init__(self, slot: str, holder: str) -> None:
        self.slot = slot
        self.holder = holder
        self.others = 0
        self.replaced = False
        self.ended = False
        self.lanes: dict[int, Lane] = {}
        self.postponed: list[Postponed] = []
        self.database = ThreadPoolExecutor(1, thread_name_prefix="tracker-database")

    async def run(self, seconds: float) -> None:
        """Claim, poll and write back until the time is over; what could not be asked in time is given back."""
        self.room = asyncio.Event()
        flusher = asyncio.create_task(self._flush_regularly())
        try:
            await self._produce(time.monotonic() + seconds)
        finally:
            try:
                await self._finish()
            finally:
                # Not cancelled: what it has in hand would be lost with it.
                self.ended = True
                await flusher
                await self._flush()
                await self._in_database(connections.close_all)
                self.database.shutdown()

    async def _produce(self, end: float) -> None:
        next_sweep = 0.0
        while time.monotonic() < end and not self.replaced:
            try:
                if time.monotonic() >= next_sweep:
                    next_sweep = time.monotonic() + SWEEP_SECONDS
                    await self._in_database(self._keep_house)
                claimed = await self._claim()
            except Exception:
                # A database that is away for a moment; the polls under way do not need it.
                log.exception("tracker: the database could not be asked")
                await asyncio.sleep(TROUBLE_SECONDS)
                continue
            if not claimed:
                await self._wait_for_room()

    async def _claim(self) -> int:
        self.room.clear()
        busy = [key_id for key_id, lane in self.lanes.items() if not lane.takes_more]
        share = CLAIM // (1 + self.others)
        claimed = await self._in_database(lambda: polling.claim_due(limit=share, without_keys=busy))
        for due in claimed:
            if due.key_id not in self.lanes:
                self.lanes[due.key_id] = Lane(self._poll, self.room.set)
            self.lanes[due.key_id].add(due)
        for lane in self.lanes.values():
            lane.share_with(self.others)
            lane.fill()
        return len(claimed)

    async def _wait_for_room(self) -> None:
        if all(lane.takes_more for lane in self.lanes.values()):
            await asyncio.sleep(IDLE_SECONDS)
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self.room.wait(), IDLE_SECONDS)

    def _keep_house(self) -> None:
        close_old_connections()
        self.replaced = not leases.acquire(name=self.slot, holder=self.holder, seconds=LEASE_SECONDS)
        if self.replaced:
            return
        living = queue.trackers()
        self.others = sum(name != self.holder for name in living)
        polling.take_over(living=[*living, self.holder])
        queue.ensure_tracker()
        if leases.acquire(name="sweep", holder=self.holder, seconds=SWEEP_SECONDS):
            self._sweep()

    def _sweep(self) -> None:
        found = {name: count for name, count in recovery.sweep().items() if count}
        if found:
            log.info("swept: %s", found)

    async def _poll(self, lane: Lane, due: Due) -> None:
        try:
            outcome, pause = await poll(lane.client, due, lane.connections)
            if pause:
                lane.close_for(pause)
                await self._give_back(lane.give_back(), pause)
                await self._in_database(lambda: polling.hold_back(key_id=due.key_id, seconds=pause))
            if isinstance(outcome, Postponed):
                await self._postpone(outcome)
            else:
                await self._in_database(outcome)
        except Exception:
            # The claim runs out by itself, and the render is due again then.
            log.exception("take %s: poll broke off", due.render_id)

    async def _postpone(self, again: Postponed) -> None:
        self.postponed.append(again)
        if len(self.postponed) >= FLUSH:
            await self._flush()

    async def _give_back(self, render_ids: list[int], seconds: float = 0) -> None:
        if render_ids:
            await self._in_database(lambda: polling.give_back(render_ids=render_ids, seconds=seconds))

    async def _finish(self) -> None:
        lanes = self.lanes.values()
        unasked = [render_id for lane in lanes for render_id in lane.give_back()]
        cut_off = await asyncio.gather(*(lane.finish(FINISH_SECONDS) for lane in lanes))
        await self._give_back(unasked + [render_id for some in cut_off for render_id in some])

    async def _flush_regularly(self) -> None:
        while not self.ended:
            await asyncio.sleep(FLUSH_SECONDS)
            with suppress(Exception):
                await self._flush()

    async def _flush(self) -> None:
        batch, self.postponed = self.postponed, []
        try:
            if batch:
                await self._in_database(lambda: polling.postpone(polls=batch))
        except Exception:
            log.exception("polls could not be written back; they are due again when their claims end")
            raise

    async def _in_database(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.database, call)
