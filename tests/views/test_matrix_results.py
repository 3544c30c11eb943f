"""What became of a matrix: its places, what is run again, and what changes while one looks."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from studio.choices import CellState, RenderState, Standing
from studio.lib.clock import now
from studio.models import Favourite, Matrix, MatrixCell, Project, ProviderKey, Render, RenderEvent, User
from studio.services.matrices_pricing import plan_of
from tests.factories import make_matrix, make_output, make_render
from tests.views.matrix_pages import ClientOf, desk, key, shown_on

__all__ = ["desk", "key"]


def rendered(project: Project, *states: str) -> tuple[Matrix, list[Render]]:
    """A matrix with a row for each of `states`, whose takes are in them; what failed costs nothing."""
    matrix = make_matrix(project, rows=[[f"hero {at}", "sea"] for at in range(len(states))], admitted_at=now())
    takes = []
    for at, state in enumerate(states):
        take = make_render(project, state=state, standing=Standing.RELEASED)
        if state == RenderState.READY:
            make_output(take)
        MatrixCell.objects.create(matrix=matrix, row=at, model="seedance-2.0-fast", state=CellState.ASKED, render=take)
        takes.append(take)
    return matrix, takes


def run_again(desk: Client, matrix: Matrix, **over: Any) -> HttpResponse:
    shown = shown_on(desk.get(f"/matrices/{matrix.pk}/"))  # type: ignore[arg-type]
    return desk.post(f"/matrices/{matrix.pk}/again/", {"shown": shown} | over, follow=True)  # type: ignore[return-value]


def test_failed_ones_run_again_and_take_the_place_of_those_before(
    desk: Client, project: Project, key: ProviderKey
) -> None:
    matrix, takes = rendered(project, "ready", "refused", "failed")

    page = run_again(desk, matrix).content.decode()

    new = Render.objects.filter(parent__isnull=False).order_by("pk")
    assert [take.parent for take in new] == takes[1:]
    assert "2 takes are on the way." in page
    assert sorted(map(int, re.findall(r'id="render-card-(\d+)"', page))) == [takes[0].pk, *(take.pk for take in new)]


def test_run_again_pressed_twice_is_once(desk: Client, project: Project, key: ProviderKey) -> None:
    matrix, _ = rendered(project, "failed")
    shown = shown_on(desk.get(f"/matrices/{matrix.pk}/"))  # type: ignore[arg-type]

    for _number in range(2):
        page = desk.post(f"/matrices/{matrix.pk}/again/", {"shown": shown}, follow=True)

    assert "Already asked for: 1 take. Nothing new is paid for." in page.content.decode()
    assert Render.objects.count() == 2


def test_possibly_charged_ones_need_the_tick(desk: Client, project: Project, key: ProviderKey) -> None:
    matrix, takes = rendered(project, "failed")
    Render.objects.update(standing=Standing.POSSIBLY)

    without = run_again(desk, matrix, possibly="1").content.decode()
    before = Render.objects.count()
    run_again(desk, matrix, possibly="1", twice="1")

    assert "Tick that these may be paid twice, or leave them as they are. Nothing was sent." in without
    assert (before, Render.objects.count()) == (1, 2)


def test_run_again_of_what_changed_meanwhile_is_refused_on_the_page(
    desk: Client, project: Project, key: ProviderKey
) -> None:
    matrix, takes = rendered(project, "failed", "failed")
    shown = shown_on(desk.get(f"/matrices/{matrix.pk}/"))  # type: ignore[arg-type]
    desk.post(f"/takes/{takes[0].pk}/retry/")

    response = desk.post(f"/matrices/{matrix.pk}/again/", {"shown": shown})

    assert (response.status_code, Render.objects.count()) == (422, 3)
    assert "Nothing was sent, and nothing is charged." in response.content.decode()


def test_row_of_ready_takes_is_compared(desk: Client, project: Project, key: ProviderKey) -> None:
    matrix, takes = rendered(project, "ready", "ready")
    MatrixCell.objects.filter(render=takes[1]).update(row=0, take_number=2)

    page = desk.get(f"/matrices/{matrix.pk}/")

    (row,) = page.context["rows"]
    assert row.compare_url == f"/compare/?take={takes[0].pk}&take={takes[1].pk}"


@pytest.mark.parametrize("cells", [1, 40])
def test_pages_ask_the_same_number_of_questions_for_any_number_of_cells(
    desk: Client,
    project: Project,
    key: ProviderKey,
    cells: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    typed = make_matrix(project, rows=[[f"hero {at}", "sea"] for at in range(cells)])
    done, _ = rendered(project, *["ready", "failed"] * cells)
    desk.get("/")

    with django_assert_num_queries(11):
        desk.get(f"/matrices/{typed.pk}/")
    with django_assert_num_queries(18):
        desk.get(f"/matrices/{done.pk}/")


def test_favourite_of_whoever_looks_has_its_heart(
    desk: Client, project: Project, key: ProviderKey, artist: User
) -> None:
    matrix, takes = rendered(project, "failed", "ready")
    Favourite.objects.create(user=artist, render=takes[0])

    page = desk.get(f"/matrices/{matrix.pk}/").content.decode()

    assert re.findall(r'id="render-card-(\d+)"[^>]* data-favourite', page) == [str(takes[0].pk)]


def test_tally_without_a_finished_take_has_no_tick(desk: Client, project: Project, key: ProviderKey) -> None:
    matrix, _takes = rendered(project, "failed")

    page = desk.get(f"/matrices/{matrix.pk}/").content.decode()

    assert '<span class="badge">0 ready</span>' in page


def test_nothing_new_is_an_empty_answer(
    desk: Client, project: Project, key: ProviderKey, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    matrix, _ = rendered(project, "ready")
    since = RenderEvent.objects.latest("pk").pk
    desk.get("/")

    with django_assert_num_queries(6):
        response = desk.get(f"/matrices/{matrix.pk}/changes/?since={since}")

    assert response.status_code == 204


def test_changes_bring_the_places_that_moved_and_no_others(desk: Client, project: Project, key: ProviderKey) -> None:
    matrix, takes = rendered(project, "failed", "ready")
    since = RenderEvent.objects.latest("pk").pk
    desk.post(f"/takes/{takes[0].pk}/retry/")

    page = desk.get(f"/matrices/{matrix.pk}/changes/?since={since}").content.decode()

    again = Render.objects.get(parent=takes[0])
    assert re.findall(r'id="render-card-(\d+)"', page) == [str(again.pk)]
    assert re.findall(r'id="(matrix-[a-z]+)"', page) == ["matrix-poll", "matrix-tally"]


def test_changes_elsewhere_leave_the_page_alone(desk: Client, project: Project) -> None:
    matrix, _ = rendered(project, "ready")
    since = RenderEvent.objects.latest("pk").pk
    make_render(project)

    assert desk.get(f"/matrices/{matrix.pk}/changes/?since={since}").status_code == 204


def test_stranger_learns_nothing_of_a_matrix(client_of: ClientOf, outsider: User, project: Project) -> None:
    matrix = make_matrix(project)

    assert client_of(outsider).get(f"/matrices/{matrix.pk}/").status_code == 404


def test_price_shown_is_the_plan_of_whoever_looks(
    desk: Client, artist: User, project: Project, key: ProviderKey
) -> None:
    matrix = make_matrix(project)

    page = desk.get(f"/matrices/{matrix.pk}/")

    assert shown_on(page) == plan_of(matrix=matrix, person=artist).shown  # type: ignore[arg-type]


def test_selection_on_the_result_never_means_all_takes_of_the_project(desk: Client, project: Project) -> None:
    matrix, _ = rendered(project, "ready")

    page = desk.get(f"/matrices/{matrix.pk}/").content.decode()

    assert re.findall(r'<input type="checkbox" name="all"( disabled)?', page) == [" disabled"]
