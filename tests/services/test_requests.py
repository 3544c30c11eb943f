"""Putting a request together, and everything that stops it before any money is promised."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pytest_django import Settings

from studio.choices import AttemptOutcome, InputRole, Operation
from studio.models import Project
from studio.providers.capabilities import Capability
from studio.services.requests import Choice, build_request, capability_of, find_problems, input_file, remote_id_of
from tests.factories import make_asset, make_attempt, make_key, make_output, make_render, make_request

pytestmark = pytest.mark.django_db


def fast() -> Capability:
    found = capability_of("tokenlab", "seedance-2.0-fast")
    assert found is not None
    return found


def test_build_freezes_the_choice_with_inputs_in_order(project: Project) -> None:
    first, last = make_asset(project), make_asset(project)
    inputs = [(InputRole.FIRST_FRAME, first), (InputRole.LAST_FRAME, last)]

    request = build_request(
        Choice("tokenlab", "seedance-2.0", Operation.START_END_TO_VIDEO, "A", 5, "720p", "16:9", True, 7, inputs)
    )

    assert [(file.role, file.asset_id) for file in request.inputs] == [
        (InputRole.FIRST_FRAME, first.pk),
        (InputRole.LAST_FRAME, last.pk),
    ]
    assert (request.seed, request.source_task_id, request.source_seconds) == (7, "", None)


def test_build_names_the_take_to_extend_by_the_gateways_id(project: Project) -> None:
    take = make_render(project)
    make_attempt(take, outcome=AttemptOutcome.REFUSED)
    make_attempt(take, outcome=AttemptOutcome.ACCEPTED, remote_id="ldtask_7")
    make_output(take, seconds=Decimal("5.042"))

    request = build_request(
        Choice("tokenlab", "seedance-2.0", Operation.VIDEO_EXTENSION, "A", 5, "720p", "16:9", True, source_take=take)
    )

    assert (request.source_task_id, request.source_seconds) == ("ldtask_7", Decimal("5.042"))
    assert remote_id_of(make_render(project)) == ""


def test_problems_of_a_good_request_are_none(project: Project) -> None:
    assert find_problems(capability=fast(), request=make_request(), key=make_key()) == []


@pytest.mark.parametrize(("public_url", "stopped"), [("http://127.0.0.1:8700", True), ("https://s.example.com", False)])
def test_problem_of_a_file_that_the_gateway_has_no_way_to_read(
    project: Project, settings: Settings, public_url: str, stopped: bool
) -> None:
    settings.STUDIO_PUBLIC_URL = public_url
    film = make_asset(project, kind="video", mime="video/mp4", extension="mp4", seconds=Decimal(5))
    request = make_request(operation=Operation.VIDEO_TO_VIDEO, inputs=(input_file(InputRole.SOURCE_VIDEO, film),))

    found = find_problems(capability=fast(), request=request, key=make_key(base_url="https://api.example.com"))

    assert [problem.field for problem in found] == ["inputs"] * stopped


def test_problem_of_a_take_that_is_not_ready(project: Project) -> None:
    key = make_key()
    take = make_render(project, key, state="running")
    request = make_request(operation=Operation.VIDEO_EXTENSION, source_task_id="ldtask_1", source_seconds=Decimal(5))

    found = find_problems(capability=fast(), request=request, key=key, source_take=take)

    assert [problem.field for problem in found] == ["source_take"]
