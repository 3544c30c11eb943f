"""A disk that takes no more bytes while a paid take is brought home. The kernel itself refuses the writes here.

The limit is only there for what writes the take's files, as the database of the tests lies on the same disk."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError

from studio.choices import RenderState, Standing
from studio.jobs.ingest import TRIES_AT_LEAST, ingest
from studio.jobs.posters import make_pictures, picture_take
from studio.lib.clock import now
from studio.media import storage
from studio.media.partfiles import PartFile
from studio.models import Output, Render
from studio.sandbox.server import Sandbox
from tests.faults.working import reasons, work_to
from tests.jobs.conftest import Ask

pytestmark = pytest.mark.django_db(transaction=True)

FULL = "The file is not here yet and is fetched again shortly (File too large)"


@contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    """What this process or a child of it writes past `size` bytes of a file is refused, as by a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Downloads find so much room, and pictures none."""

    def within(call: Callable[..., Any], limit: int) -> Callable[..., Any]:
        def limited(*args: Any, **kwargs: Any) -> Any:
            with no_file_beyond(limit):
                return call(*args, **kwargs)

        return limited

    with pytest.MonkeyPatch.context() as patch:
        for name in ("append", "finish", "__exit__"):
            patch.setattr(PartFile, name, within(getattr(PartFile, name), size))
        patch.setattr("studio.jobs.ingest.make_pictures", within(make_pictures, 16))
        yield


@pytest.fixture
def take(transactional_db: None, ask: Ask) -> Render:
    """Rendered and paid for; its file is to be fetched."""
    take = ask()
    work_to(RenderState.FETCHING, take)
    return take


@pytest.fixture
def film(take: Render, tmp_path: Path) -> bytes:
    """The file as the gateway has it."""
    [path] = (tmp_path / "sandbox" / "films").glob("*.mp4")
    return path.read_bytes()


def ingest_now(take: Render) -> None:
    Render.objects.filter(pk=take.pk).update(not_before=None)
    ingest(take.pk)
    take.refresh_from_db()


def lying_about(take: Render) -> dict[str, int]:
    """The files in the take's folder and how large they are, without the part of the names that is its own."""
    folder = storage.absolute(storage.render_name(take.pk, "x")).parent
    own = f"-{take.submission.hex}-{take.take_number}"
    return {path.name.replace(own, ""): path.stat().st_size for path in folder.iterdir()}


def test_download_goes_on_where_the_disk_was_full(take: Render, film: bytes, sandbox: Sandbox) -> None:
    half = len(film) // 2

    with room_for(half):
        ingest_now(take)
    full = (take.state, take.standing, reasons(take)[-1], lying_about(take)["incoming.mp4.part"])
    ingest_now(take)

    assert full == (RenderState.FETCHING, Standing.RESERVED, FULL, half)
    assert (take.state, take.standing) == (RenderState.READY, Standing.SETTLED)
    assert storage.absolute(take.output.file).read_bytes() == film
    assert (len(sandbox.creates), take.attempts.count()) == (1, 1)


def test_take_says_that_it_waits_for_room_and_is_asked_for_again_later(take: Render, film: bytes) -> None:
    with room_for(len(film) // 2):
        ingest_now(take)
        first = take.not_before
        ingest_now(take)

    assert (take.has_ended, take.error_meaning, reasons(take)[-2:]) == (False, "", [FULL, FULL])
    assert first is not None and take.not_before is not None
    assert now() < first < take.not_before < now() + timedelta(minutes=11)


def test_take_is_ready_where_only_its_pictures_find_no_room(take: Render, film: bytes, sandbox: Sandbox) -> None:
    with room_for(len(film)):
        ingest_now(take)
    full = (take.state, take.standing, take.output.poster, lying_about(take))

    picture_take(take.pk)

    assert full == (RenderState.READY, Standing.SETTLED, "", {"take.mp4": len(film)})
    assert storage.absolute(Output.objects.get().poster).is_file()
    assert len(sandbox.creates) == 1


def test_disk_that_the_database_shares_loses_nothing(take: Render, film: bytes, sandbox: Sandbox) -> None:
    with no_file_beyond(len(film) // 2), suppress(DatabaseError):
        ingest_now(take)
    take.refresh_from_db()
    full = (take.state, take.standing)

    # Whoever could write nothing down held the take until its claim ran out.
    Render.objects.filter(pk=take.pk).update(claimed_until=None)
    ingest_now(take)

    assert full == (RenderState.FETCHING, Standing.RESERVED)
    assert storage.absolute(take.output.file).read_bytes() == film
    assert (take.state, take.standing, len(sandbox.creates)) == (RenderState.READY, Standing.SETTLED, 1)


def test_disk_that_is_full_for_more_than_a_day_ends_the_take_truthfully(
    take: Render, film: bytes, sandbox: Sandbox
) -> None:
    with time_machine.travel(now(), tick=True) as clock, room_for(len(film) // 2):
        while take.state == RenderState.FETCHING:
            ingest(take.pk)
            take.refresh_from_db()
            clock.shift(timedelta(hours=1))
            assert now() - take.state_at < timedelta(hours=26)

    # By then the link has died of age; the history says what stood in the way before.
    assert (take.state, take.standing, take.price) == (RenderState.EXPIRED, Standing.POSSIBLY, None)
    assert reasons(take).count(FULL) >= TRIES_AT_LEAST
    assert take.error_meaning == (
        "The link no longer works (the server answered 403). The file could not be fetched for a whole day. "
        "The gateway has rendered it, so it is probably charged."
    )
    assert take.error_advice == "Look for the file in the gateway's own console before asking for the take again."
    assert (len(sandbox.creates), take.attempts.count()) == (1, 1)
