"""Clearing deleted takes after a month: files go, row, money and history stay, and what something needs stays too."""

from __future__ import annotations

import os
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django_q.models import OrmQ

from studio.choices import FileState, ReviewState, Standing
from studio.jobs import clear_deleted, schedule
from studio.lib.clock import now
from studio.media import storage
from studio.models import Output, Project, Render, RenderEvent, User
from studio.services import ledger, take_bin
from tests.factories import make_asset, make_output, make_render, store
from tests.team_factories import make_export

LONG_AGO = timedelta(days=31)
GONE = [False, False, False, True]
FILES = ("file", "poster", "filmstrip", "last_frame")


def deleted(project: Project, ago: timedelta = LONG_AGO, **over: Any) -> Render:
    take = make_render(project)
    make_output(take, b"film")
    ledger.settle(render=take, amount=Decimal("0.40"), note="By the price list")
    Render.objects.filter(pk=take.pk).update(**{"deleted_at": now() - ago, **over})
    return Render.objects.get(pk=take.pk)


def age(take: Render) -> None:
    """Its last frame was made long ago."""
    os.utime(storage.absolute(f"renders/{take.pk}/last-frame.png"), (0, 0))


def files(take: Render) -> list[bool]:
    """Which of its files are there, by the names they had."""
    names = [f"renders/{take.pk}/{name}" for name in ("video.mp4", "poster.webp", "filmstrip.webp", "last-frame.png")]
    return [storage.absolute(name).exists() for name in names]


def test_files_go_and_all_else_stays(project: Project) -> None:
    take = deleted(project)
    store(f"renders/{take.pk}/card-480.webp", b"card")
    Output.objects.filter(render=take).update(card_posters={"480": f"renders/{take.pk}/card-480.webp"})

    clear_deleted.clear()

    found = Render.objects.get(pk=take.pk)
    output = found.output
    # Whoever has just taken the last frame up by its content may not have written that down yet.
    assert (files(take), storage.absolute(f"renders/{take.pk}/card-480.webp").exists()) == (GONE, False)
    assert [getattr(output, name) for name in FILES] == ["", "", "", f"renders/{take.pk}/last-frame.png"]
    assert (found.price, found.standing, output.seconds, found.cleared_at is not None) == (
        Decimal("0.400000"),
        Standing.SETTLED,
        Decimal("5.042"),
        True,
    )
    assert RenderEvent.objects.filter(render=take, reason=take_bin.CLEARED).count() == 1


@pytest.mark.parametrize(
    "over",
    [
        {"deleted_at": None},
        {"deleted_at": now() - timedelta(days=29)},
        {"review_state": ReviewState.APPROVED},
        {"standing": Standing.POSSIBLY},
    ],
)
def test_what_is_not_due_approved_or_in_doubt_stays(project: Project, over: dict[str, Any]) -> None:
    take = deleted(project, **over)

    clear_deleted.clear()

    assert (files(take), Render.objects.get(pk=take.pk).cleared_at) == ([True] * 4, None)


def test_what_an_export_still_reads_waits_for_it(project: Project) -> None:
    take = deleted(project)
    export = make_export(project, takes=[take.pk], state=FileState.RUNNING)

    clear_deleted.clear()
    during = files(take)
    export.state = FileState.READY
    export.save()
    clear_deleted.clear()

    assert (during, files(take)) == ([True] * 4, GONE)


def test_a_last_frame_goes_too_once_a_day_has_passed(project: Project) -> None:
    take = deleted(project)
    clear_deleted.clear()
    age(take)

    clear_deleted.clear()

    assert (files(take), Output.objects.get(render=take).last_frame) == ([False] * 4, "")
    assert not storage.absolute(f"renders/{take.pk}").exists()


def test_a_last_frame_that_is_a_reference_stays(project: Project) -> None:
    take = deleted(project)
    age(take)
    make_asset(project, file=f"renders/{take.pk}/last-frame.png")

    clear_deleted.clear()

    assert (files(take), Output.objects.get(render=take).last_frame) == (GONE, "")


def test_a_last_frame_of_two_takes_goes_with_the_second(project: Project) -> None:
    first, second = deleted(project), deleted(project, deleted_at=None)
    age(first)
    Output.objects.filter(render=second).update(last_frame=f"renders/{first.pk}/last-frame.png")

    clear_deleted.clear()
    while_needed = files(first)
    Render.objects.filter(pk=second.pk).update(deleted_at=now() - LONG_AGO)
    clear_deleted.clear()

    assert (while_needed, files(first)) == (GONE, [False] * 4)


def test_a_last_frame_that_becomes_a_reference_at_that_moment_stays(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = deleted(project)
    age(take)
    looks: list[bool] = []

    def needs(output: Output) -> bool:
        looks.append(True)
        return len(looks) > 1

    monkeypatch.setattr(take_bin, "needs_frame", needs)

    clear_deleted.clear()

    assert (files(take), len(looks)) == (GONE, 2)


def test_more_files_that_will_not_go_than_are_looked_at_at_once_hold_up_no_other(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(take_bin, "BATCH", 2)
    stuck, others = [deleted(project) for _ in range(5)], [deleted(project) for _ in range(3)]
    remove, tried = storage.remove, []

    def fail(name: str) -> None:
        if int(name.split("/")[1]) in {take.pk for take in stuck}:
            tried.append(name)
            raise PermissionError(name)
        remove(name)

    monkeypatch.setattr(storage, "remove", fail)

    clear_deleted.clear()

    assert [files(take) for take in others] == [GONE] * 3
    assert [files(take) for take in stuck] == [[True] * 4] * 5
    # Each once, and the next day again.
    assert sorted(tried) == [f"renders/{take.pk}/video.mp4" for take in stuck]
    monkeypatch.setattr(storage, "remove", remove)
    clear_deleted.clear()
    assert [files(take) for take in stuck] == [GONE] * 5


def test_takes_without_files_hold_up_no_other(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(take_bin, "BATCH", 2)
    failed = [make_render(project, state="failed", standing="released", deleted_at=now() - LONG_AGO) for _ in range(3)]
    last = deleted(project)

    clear_deleted.clear()

    assert files(last) == GONE
    assert Render.objects.filter(pk__in=[take.pk for take in failed], cleared_at=None).count() == 0


def test_a_run_that_lasts_too_long_goes_on_where_it_was(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(take_bin, "BATCH", 1)
    monkeypatch.setattr(clear_deleted, "RUN_SECONDS", -1)
    takes = [deleted(project) for _ in range(2)]

    clear_deleted.clear()

    assert [files(take) for take in takes] == [GONE, [True] * 4]
    assert [task.task["args"] for task in OrmQ.objects.all()] == [(takes[0].pk,)]
    clear_deleted.clear(takes[0].pk)
    assert files(takes[1]) == GONE


def test_a_run_that_died_is_finished_by_the_next(project: Project) -> None:
    take = deleted(project)
    take_bin.clear_next()
    before = files(take)

    clear_deleted.clear()
    clear_deleted.clear()

    assert (before, files(take)) == ([True] * 4, GONE)
    assert RenderEvent.objects.filter(render=take, reason=take_bin.CLEARED).count() == 1


def test_a_file_that_will_not_go_holds_up_no_other(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    stuck, other = deleted(project), deleted(project)
    remove = storage.remove

    def fail(name: str) -> None:
        if f"/{stuck.pk}/" in name:
            raise PermissionError(name)
        remove(name)

    monkeypatch.setattr(storage, "remove", fail)

    clear_deleted.clear()

    assert (files(stuck), files(other)) == ([True] * 4, GONE)


def test_what_is_cleared_cannot_be_brought_back(project: Project, artist: User) -> None:
    take = deleted(project)
    clear_deleted.clear()

    with pytest.raises(ValidationError) as refused:
        take_bin.bring_back(take=take, actor=artist)

    said = f"The files of take {take.pk} were cleared away 30 days after it was deleted, so it cannot come back."
    assert refused.value.messages == [said]


def test_what_was_brought_back_is_not_cleared(project: Project, artist: User) -> None:
    take = deleted(project)
    take_bin.bring_back(take=take, actor=artist)

    clear_deleted.clear()

    assert files(take) == [True] * 4


def test_it_is_asked_for_once_a_day(db: None) -> None:
    for _ in range(3):
        take_bin.ask_to_clear()

    assert OrmQ.objects.filter(key="media").count() == 1


def test_the_minutes_look_asks_for_it(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(take_bin, "ask_to_clear", lambda: asked.append("asked"))

    schedule.each_minute()

    assert asked == ["asked"]


def test_sessions_that_are_over_go_with_it(db: None) -> None:
    ends = {"over": now() - timedelta(seconds=1), "alive": now() + timedelta(days=1)}
    Session.objects.bulk_create(Session(session_key=key, expire_date=end) for key, end in ends.items())

    clear_deleted.clear()

    assert list(Session.objects.values_list("session_key", flat=True)) == ["alive"]
