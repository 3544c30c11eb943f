"""Copies in the bucket go with their take: not before it ends, and whatever happened to the worker."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django_q.models import OrmQ
from pytest_django import Settings

from studio.choices import ENDED
from studio.jobs.clear_references import clear_references
from studio.jobs.schedule import each_minute
from studio.lib.clock import now
from studio.models import Project, ReferenceCopy, Render
from studio.services import reference_copies
from studio.services.links import LIFE
from tests.factories import make_render
from tests.providers.loopback import unused_port
from tests.storage_server import Storage

pytestmark = pytest.mark.django_db


def put_out(storage: Storage, render: Render | None, **over: Any) -> ReferenceCopy:
    """A copy that lies in the bucket, as a delivery leaves it."""
    copy = reference_copies.remember(render=render, name=f"references/{ReferenceCopy.objects.count():032}/a.png")
    storage.put(copy.name, b"content")
    ReferenceCopy.objects.filter(pk=copy.pk).update(**{"stored_at": now(), **over})
    return copy


def left(storage: Storage) -> tuple[list[str], list[str]]:
    """What lies there and what is remembered."""
    return storage.names(), list(ReferenceCopy.objects.values_list("name", flat=True))


@pytest.mark.parametrize("state", ENDED)
def test_copy_goes_when_its_take_has_ended(project: Project, storage: Storage, state: str) -> None:
    put_out(storage, make_render(project, state=state))

    clear_references()
    clear_references()

    assert left(storage) == ([], [])


@pytest.mark.parametrize("state", ["queued", "submitting", "waiting", "running", "fetching", "unconfirmed"])
def test_copy_stays_while_its_take_may_need_it(project: Project, storage: Storage, state: str) -> None:
    copy = put_out(storage, make_render(project, state=state))

    clear_references()

    assert left(storage) == ([copy.name], [copy.name])


def test_copy_goes_when_no_link_to_it_works_any_more(project: Project, storage: Storage) -> None:
    put_out(storage, make_render(project, state="unconfirmed"), created_at=now() - LIFE - timedelta(days=1, minutes=1))

    clear_references()

    assert left(storage) == ([], [])


@pytest.mark.parametrize("what", ["being put", "a test picture"])
def test_copy_without_a_take_or_an_end_is_left_alone_for_an_hour(project: Project, storage: Storage, what: str) -> None:
    over: dict[str, Any] = {"stored_at": None} if what == "being put" else {}
    render = make_render(project, state="cancelled") if what == "being put" else None
    young = put_out(storage, render, **over)
    put_out(storage, render, created_at=now() - timedelta(minutes=61), **over)

    clear_references()

    assert left(storage) == ([young.name], [young.name])


def test_copy_is_remembered_when_its_take_is_gone(project: Project, storage: Storage) -> None:
    render = make_render(project, state="ready")
    put_out(storage, render, created_at=now() - timedelta(hours=2))
    render.delete()

    clear_references()

    assert left(storage) == ([], [])


def test_deletion_that_fails_is_tried_again(project: Project, storage: Storage, settings: Settings) -> None:
    copy = put_out(storage, make_render(project, state="ready"))
    settings.STUDIO_S3_ENDPOINT = f"http://127.0.0.1:{unused_port()}"
    clear_references()
    before = left(storage)

    settings.STUDIO_S3_ENDPOINT = storage.url
    clear_references()

    assert before == ([copy.name], [copy.name])
    assert left(storage) == ([], [])


def test_object_that_is_gone_already_is_forgotten(project: Project, storage: Storage) -> None:
    put_out(storage, make_render(project, state="ready"))
    storage.empty()

    clear_references()

    assert left(storage) == ([], [])


def test_copies_of_another_bucket_are_not_touched(project: Project, storage: Storage) -> None:
    copy = put_out(storage, make_render(project, state="ready"), bucket="another-bucket")

    clear_references()

    assert left(storage) == ([copy.name], [copy.name])


def test_each_minute_asks_for_it_only_when_there_is_something(
    project: Project, storage: Storage, settings: Settings
) -> None:
    each_minute()
    before = OrmQ.objects.filter(key="media").count()
    put_out(storage, make_render(project, state="ready"))

    each_minute()
    after = OrmQ.objects.filter(key="media").count()
    settings.STUDIO_S3_BUCKET = ""
    each_minute()

    assert (after - before, OrmQ.objects.filter(key="media").count() - after) == (1, 0)
