"""Asking for takes: stored with event, money and hint, once, or not at all."""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections, transaction
from django_q.models import OrmQ

from studio.choices import InputRole, Lineage, Operation
from studio.lib.clock import now
from studio.models import LedgerEntry, Project, Render, RenderEvent, User
from studio.services import ledger
from studio.services.renders import AlreadyRendered, Refused
from studio.services.requests import input_file
from studio.services.storing import Origin
from tests.factories import make_asset, make_key, make_output, make_project, make_render, make_request
from tests.services.rendering import hints, press

pytestmark = pytest.mark.django_db


def stored() -> tuple[int, int, int, int]:
    return Render.objects.count(), RenderEvent.objects.count(), LedgerEntry.objects.count(), OrmQ.objects.count()


def test_create_stores_takes_with_event_money_and_hint(project: Project, artist: User) -> None:
    made = press(project, make_key(), asked_by=artist)

    assert [(render.state, render.take_number, render.asked_by) for render in made] == [
        ("queued", 1, artist),
        ("queued", 2, artist),
    ]
    assert [render.events.get().reason for render in made] == ["Asked for"] * 2
    assert hints() == [("studio.jobs.submit.submit", (render.pk,)) for render in made]
    for render in made:
        entries = list(render.ledger.values_list("kind", "amount", "currency"))
        assert entries == [("estimated", render.estimate, "USD"), ("reserved", render.estimate, "USD")]
        assert render.estimate is not None
        assert render.estimate > Decimal(0)


def test_create_of_something_else_with_the_same_submission_is_refused(project: Project) -> None:
    submission, key = uuid4(), make_key()
    press(project, key, submission=submission)
    before = stored()

    for other in ({"takes": 5}, {"request": make_request(prompt="Another")}):
        with pytest.raises(AlreadyRendered):
            press(project, key, submission=submission, **other)
    with pytest.raises(AlreadyRendered):
        press(project, make_key(), submission=submission)

    assert stored() == before


def test_create_with_the_same_submission_finds_what_is_there(project: Project) -> None:
    submission, key = uuid4(), make_key()
    first = press(project, key, submission=submission)
    before = stored()

    second = press(project, key, submission=submission)

    assert (second, stored()) == (first, before)


def test_create_with_the_same_submission_in_another_project_is_another(project: Project) -> None:
    submission, key = uuid4(), make_key()

    first, second = press(project, key, submission=submission), press(make_project(), key, submission=submission)

    assert {render.pk for render in first}.isdisjoint({render.pk for render in second})


@pytest.mark.django_db(transaction=True)
def test_create_pressed_many_times_at_once_is_one() -> None:
    project, key, submission = make_project(), make_key(), uuid4()
    start, made = threading.Barrier(6), []

    def work() -> None:
        start.wait()
        made.append([render.pk for render in press(project, key, submission=submission, takes=3)])
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert made == [made[0]] * 6
    assert (Render.objects.count(), LedgerEntry.objects.count(), len(hints())) == (3, 6, 3)


def test_create_rolled_back_leaves_no_hint(project: Project) -> None:
    key = make_key()

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        press(project, key)
        raise ZeroDivisionError

    assert stored() == (0, 0, 0, 0)


def test_create_that_fails_at_the_last_take_leaves_nothing(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    reserve = ledger.reserve

    def fail_at_the_third(*, render: Render, held: str) -> None:
        if render.take_number == 3:
            raise ZeroDivisionError
        reserve(render=render, held=held)

    monkeypatch.setattr(ledger, "reserve", fail_at_the_third)

    with pytest.raises(ZeroDivisionError):
        press(project, make_key(), takes=3)

    assert stored() == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"request": make_request(resolution="4k")}, "resolution"),
        ({"request": make_request(model="seedance-9")}, "model"),
        ({"request": make_request(prompt=" ")}, "prompt"),
        ({"request": make_request(duration=99)}, "duration"),
        ({"takes": 0}, "takes"),
        ({"takes": 9}, "takes"),
        ({"request": make_request(operation=Operation.VIDEO_EXTENSION)}, "source_take"),
    ],
)
def test_create_of_what_the_model_cannot_do_stores_nothing(project: Project, over: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        press(project, make_key(), **over)

    assert {problem.field for problem in refused.value.problems} == {field}
    assert stored() == (0, 0, 0, 0)


def test_create_in_an_archived_project_is_refused(project: Project) -> None:
    project.archived_at = now()

    with pytest.raises(Refused, match="archived"):
        press(project, make_key())

    assert stored() == (0, 0, 0, 0)


def test_create_with_a_paused_key_is_refused(project: Project) -> None:
    with pytest.raises(Refused, match="paused"):
        press(project, make_key(paused_at=now()))

    assert stored() == (0, 0, 0, 0)


def test_create_with_a_key_of_another_gateway_is_refused(project: Project) -> None:
    with pytest.raises(Refused):
        press(project, make_key(provider="elsewhere"))


def test_create_with_references_for_a_gateway_that_cannot_reach_us_is_refused(project: Project) -> None:
    film = make_asset(project, kind="video", mime="video/mp4", extension="mp4", seconds=Decimal(5))
    request = make_request(operation=Operation.VIDEO_TO_VIDEO, inputs=(input_file(InputRole.SOURCE_VIDEO, film),))

    with pytest.raises(Refused, match="STUDIO_PUBLIC_URL"):
        press(project, make_key(base_url="https://api.example.com"), request=request)


def test_create_keeps_the_references_in_their_order(project: Project) -> None:
    assets = [make_asset(project) for _ in range(3)]
    request = make_request(
        operation=Operation.REFERENCE_TO_VIDEO,
        inputs=tuple(input_file(InputRole.REFERENCE_IMAGE, asset) for asset in reversed(assets)),
    )

    (render,) = press(project, make_key(), request=request, takes=1)

    uses = list(render.inputs.values_list("position", "asset_id", "role"))
    assert uses == [(n, asset.pk, "reference_image") for n, asset in enumerate(reversed(assets))]


def test_create_from_another_keys_take_is_refused(project: Project) -> None:
    parent = make_render(project, make_key())
    make_output(parent)
    request = make_request(operation=Operation.VIDEO_EXTENSION, source_task_id="ldtask_1", source_seconds=Decimal(5))

    with pytest.raises(Refused, match="only that key can extend it"):
        press(project, make_key(), request=request, origin=Origin(source_take=parent))


def test_create_of_an_extension_remembers_its_parent(project: Project) -> None:
    key = make_key()
    parent = make_render(project, key)
    make_output(parent)
    request = make_request(operation=Operation.VIDEO_EXTENSION, source_task_id="ldtask_1", source_seconds=Decimal(5))

    (render,) = press(project, key, request=request, takes=1, origin=Origin(source_take=parent))

    assert (render.parent, render.source_take, render.lineage) == (parent, parent, Lineage.EXTEND)


def test_create_with_a_key_of_other_projects_stores_nothing(project: Project) -> None:
    key = make_key()
    key.projects.add(make_project())

    with pytest.raises(Refused, match="The key for this is paused or gone"):
        press(project, key)

    assert stored() == (0, 0, 0, 0)


def test_create_counts_all_takes_against_the_cap(project: Project) -> None:
    key = make_key(monthly_cap=Decimal(1))

    with pytest.raises(Refused, match=r"This key is limited to \$1.00 a month"):
        press(project, key, takes=3)
    made = press(project, key, takes=1)
    with pytest.raises(Refused, match=r"This key is limited to \$1.00 a month"):
        press(project, key, takes=1)

    assert len(made) == Render.objects.count() == 1


def test_create_pressed_again_finds_its_takes_though_the_cap_is_reached_now(project: Project) -> None:
    key, submission = make_key(monthly_cap=Decimal(1)), uuid4()
    first = press(project, key, takes=1, submission=submission)

    assert press(project, key, takes=1, submission=submission) == first
