"""The processes that are measured, each begun through `launch`, each ended by its time being over.

`furnish` makes the studio; `tracker` is the real one; `httpx` and `aiohttp` are bare loops that ask the same addresses
over the same number of connections, read each answer and parse it, and do nothing else. Each says on a line of its own
when it begins.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from decimal import Decimal
from uuid import uuid4

import aiohttp
from django.core.management import call_command
from django.db.models import Sum

from studio.choices import AttemptOutcome, Operation, RenderState
from studio.jobs import lanes
from studio.jobs.track import track
from studio.lib.clock import now
from studio.models import Attempt, Lease, ProviderKey, Render
from studio.providers.http import make_async_client
from tests.bench.figures import say
from tests.factories import make_key, make_project, make_request

KEYS = 5

Ask = Callable[[str, dict[str, str]], Awaitable[None]]


def furnish(base_url: str, takes: int) -> None:
    """`takes` running renders with keys of their own secrets at `base_url`."""
    call_command("migrate", verbosity=0)
    project = make_project()
    keys = [make_key(base_url=base_url, secret=f"sk-bench-{number:032}") for number in range(KEYS)]
    renders = Render.objects.bulk_create(
        [
            Render(
                project=project,
                key=keys[number % KEYS],
                provider=keys[0].provider,
                model="seedance-2.0-fast",
                operation=Operation.TEXT_TO_VIDEO,
                spec=make_request().to_json(),
                submission=uuid4(),
                state=RenderState.RUNNING,
                estimate=Decimal("0.54"),
                progress=0,
                next_poll_at=now(),
            )
            for number in range(takes)
        ],
        batch_size=1000,
    )
    attempts = [
        Attempt(
            render=render,
            number=1,
            key=render.key,
            base_url=base_url,
            outcome=AttemptOutcome.ACCEPTED,
            remote_id=f"ldtask_{uuid4().hex}",
        )
        for render in renders
    ]
    Attempt.objects.bulk_create(attempts, batch_size=1000)


def run_tracker(seconds: float) -> None:
    """One run of the tracker, with everything due at its beginning."""
    Lease.objects.all().delete()
    # Young, so that they are due again sooner than anybody could ask them.
    Attempt.objects.update(created_at=now())
    Render.objects.update(next_poll_at=now(), claimed_until=None, claimed_by="")
    before, busy = _polls(), time.process_time()
    say("begun")
    track(run_seconds=seconds)
    polls = _polls() - before
    say(json.dumps({"polls": polls, "cpu_ms": (time.process_time() - busy) * 1000 / max(polls, 1)}))


def run_bare(library: str, seconds: float) -> None:
    """A bare loop over the same tasks and connections."""
    addresses = _addresses()
    say("begun")
    busy = time.process_time()
    polls = asyncio.run(_loop(addresses, seconds, {"httpx": _with_httpx, "aiohttp": _with_aiohttp}[library]))
    say(json.dumps({"polls": polls, "cpu_ms": (time.process_time() - busy) * 1000 / max(polls, 1)}))


def _polls() -> int:
    return int(Render.objects.aggregate(all=Sum("polls"))["all"] or 0)


def _addresses() -> dict[int, list[tuple[str, dict[str, str]]]]:
    """What to ask for, by key: the address of each task and the headers that the studio sends."""
    secrets = {key.pk: key.secret for key in ProviderKey.objects.all()}
    found: dict[int, list[tuple[str, dict[str, str]]]] = {key_id: [] for key_id in secrets}
    for key_id, base_url, remote_id in Attempt.objects.values_list("key_id", "base_url", "remote_id"):
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": "rushes",
            "Authorization": f"Bearer {secrets[key_id]}",
        }
        found[key_id].append((f"{base_url}/v1/tasks/{remote_id}", headers))
    return found


async def _loop(
    addresses: dict[int, list[tuple[str, dict[str, str]]]],
    seconds: float,
    with_library: Callable[[list[tuple[str, dict[str, str]]], float], Awaitable[int]],
) -> int:
    end = time.monotonic() + seconds
    return sum(await asyncio.gather(*(with_library(each, end) for each in addresses.values())))


async def _with_httpx(tasks: list[tuple[str, dict[str, str]]], end: float) -> int:
    async with make_async_client(connections=lanes.POLLS_AT_ONCE) as client:

        async def ask(url: str, headers: dict[str, str]) -> None:
            response = await client.get(url, headers=headers)
            assert response.json()["status"] == "processing"

        return await _ask_all(tasks, end, ask)


async def _with_aiohttp(tasks: list[tuple[str, dict[str, str]]], end: float) -> int:
    connector = aiohttp.TCPConnector(limit=lanes.POLLS_AT_ONCE)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def ask(url: str, headers: dict[str, str]) -> None:
            async with session.get(url, headers=headers) as response:
                assert (await response.json())["status"] == "processing"

        return await _ask_all(tasks, end, ask)


async def _ask_all(tasks: list[tuple[str, dict[str, str]]], end: float, ask: Ask) -> int:
    endless, done = itertools.cycle(tasks), itertools.count()

    async def worker(mine: Iterator[tuple[str, dict[str, str]]]) -> None:
        while time.monotonic() < end:
            await ask(*next(mine))
            next(done)

    await asyncio.gather(*(worker(endless) for _ in range(lanes.POLLS_AT_ONCE)))
    return next(done)


def main(name: str, *values: str) -> None:
    """`furnish BASE_URL TAKES`, `tracker SECONDS`, `httpx SECONDS` or `aiohttp SECONDS`."""
    if name == "furnish":
        furnish(values[0], int(values[1]))
    elif name == "tracker":
        run_tracker(float(values[0]))
    else:
        run_bare(name, float(values[0]))


if __name__ == "__main__":
    main(*sys.argv[1:])
