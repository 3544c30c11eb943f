"""Copies for guests go once nobody may see them any more, and are made anew when a link is opened again."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django_q.models import OrmQ

from studio.choices import FileState
from studio.jobs import clear_deleted
from studio.jobs import previews as job
from studio.lib.clock import later, now
from studio.media import storage
from studio.models import GuestLink, GuestTake, Lease, Project, Render, User
from studio.services import guest_links, leases, previews, recovery
from studio.services.audit import Actor
from tests.factories import make_output, make_render, store
from tests.racing import wait_for_a_lock
from tests.team_factories import make_guest_link

DAY = timedelta(days=1)


def shown_take(project: Project, **over: Any) -> GuestTake:
    """A take on a link, with a copy, a poster and a filmstrip of its own."""
    take = make_render(project)
    make_output(take, b"film")
    link = make_guest_link(project, take, **over)
    shown = link.shown.get()
    folder = f"renders/{take.pk}/guest-{shown.pk}"
    shown.preview_state, shown.preview, shown.preview_poster = FileState.READY, f"{folder}.mp4", f"{folder}-poster.webp"
    shown.save()
    for name in previews.files_of(shown):
        store(name, b"copy")
    return shown


def copies(shown: GuestTake) -> list[bool]:
    """Which of the files of its copy are there, by the names they had."""
    return [storage.absolute(name).exists() for name in previews.files_of(shown)]


@pytest.mark.parametrize("over", [{"revoked_at": now()}, {"expires_at": now() - 8 * DAY}])
def test_copies_of_a_link_that_is_over_go_and_the_take_stays(project: Project, over: dict[str, Any]) -> None:
    shown = shown_take(project, **over)

    clear_deleted.clear()

    found = GuestTake.objects.get(pk=shown.pk)
    assert (copies(shown), found.preview, found.preview_poster) == ([False] * 3, "", "")
    assert storage.absolute(shown.render.output.file).exists()
    assert Lease.objects.count() == 0


@pytest.mark.parametrize("over", [{}, {"expires_at": now() - 6 * DAY}])
def test_copies_of_links_that_are_open_or_may_be_prolonged_stay(project: Project, over: dict[str, Any]) -> None:
    shown = shown_take(project, **over)

    clear_deleted.clear()

    found = GuestTake.objects.get(pk=shown.pk)
    assert (copies(shown), found.preview_state, found.preview) == ([True] * 3, FileState.READY, shown.preview)


def test_copies_go_with_the_files_of_their_take_and_are_not_made_again(project: Project) -> None:
    shown = shown_take(project)
    Render.objects.filter(pk=shown.render_id).update(deleted_at=now() - 31 * DAY)

    # The first run clears the take, which ends its copies.
    clear_deleted.clear()
    clear_deleted.clear()

    assert (copies(shown), list(previews.unmade())) == ([False] * 3, [])


def test_a_link_that_is_prolonged_gets_its_copies_anew(project: Project, manager: User) -> None:
    shown = shown_take(project, expires_at=now() - 8 * DAY)
    clear_deleted.clear()
    GuestLink.objects.update(created_at=now() - 30 * DAY)

    guest_links.change(link=shown.link, actor=Actor(manager, ""), expires_at=now() + DAY)
    recovery.sweep()

    asked = [task.task["args"] for task in OrmQ.objects.all() if task.task["func"] == previews.JOB]
    assert (asked, GuestTake.objects.get().preview_state) == ([(shown.pk,)], FileState.WAITING)


def test_a_copy_that_a_worker_is_making_is_left_to_it(project: Project) -> None:
    shown = shown_take(project, revoked_at=now())
    leases.acquire(name=f"preview-{shown.pk}", holder="elsewhere:1", seconds=60)

    clear_deleted.clear()

    assert (copies(shown), Lease.objects.get().expires_at > later(0)) == ([True] * 3, True)


def test_a_copy_whose_file_will_not_go_holds_up_no_other(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previews, "BATCH", 1)
    stuck, other = (shown_take(project, revoked_at=now()) for _ in range(2))
    remove = storage.remove

    def fail(name: str) -> None:
        if f"/{stuck.render_id}/" in name:
            raise PermissionError(name)
        remove(name)

    monkeypatch.setattr(storage, "remove", fail)
    clear_deleted.clear()
    first = copies(stuck), copies(other), Lease.objects.count()
    monkeypatch.setattr(storage, "remove", remove)
    clear_deleted.clear()

    assert (first, copies(stuck)) == (([True] * 3, [False] * 3, 0), [False] * 3)


def test_copies_of_a_take_that_a_link_stops_showing_are_discarded(project: Project, manager: User) -> None:
    shown, kept = shown_take(project), make_render(project)
    GuestTake.objects.create(link=shown.link, render=kept, position=1)

    guest_links.change(link=shown.link, actor=Actor(manager, ""), takes=[kept.pk])
    (task,) = [task.task for task in OrmQ.objects.all() if task.task["func"] == previews.DISCARD_JOB]
    job.discard(*task["args"])

    assert copies(shown) == [False] * 3


def test_a_copy_that_comes_too_late_for_its_link_is_discarded(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = shown_take(project)
    GuestTake.objects.filter(pk=shown.pk).update(preview_state=FileState.WAITING)

    def make(claimed: GuestTake) -> tuple[str, str]:
        GuestTake.objects.all().delete()
        return claimed.preview, claimed.preview_poster

    monkeypatch.setattr(job, "_make", make)
    job.prepare(shown.pk)

    assert (copies(shown), Lease.objects.count()) == ([False] * 3, 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="elsewhere nobody writes meanwhile")
def test_a_copy_that_is_finished_while_its_take_is_taken_out_is_discarded(
    project: Project, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown, kept = shown_take(project), make_render(project)
    GuestTake.objects.create(link=shown.link, render=kept, position=1)
    GuestTake.objects.filter(pk=shown.pk).update(preview_state=FileState.RUNNING, preview="", preview_poster="")
    made, asked = threading.Event(), threading.Event()

    def make(_claimed: GuestTake) -> tuple[str, str]:
        made.set()
        asked.wait(60)
        return shown.preview, shown.preview_poster

    def files_of(_shown: GuestTake) -> list[str]:
        asked.set()
        wait_for_a_lock()
        return []

    monkeypatch.setattr(job, "_make", make)
    worker = threading.Thread(target=finish, args=(shown.pk,))
    worker.start()
    made.wait(60)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(previews, "files_of", files_of)
        guest_links.change(link=shown.link, actor=Actor(manager, ""), takes=[kept.pk])
    worker.join(60)

    assert copies(shown) == [False] * 3


def finish(shown_id: int) -> None:
    """The work of a worker that is at a copy already."""
    job.prepare(shown_id)
    connections.close_all()
