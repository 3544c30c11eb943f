"""Cells that could not be rendered are mended as matrices of their own; what was rendered is in none of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from studio.choices import CellState
from studio.lib.clock import now
from studio.models import Matrix, MatrixCell, Project, User
from tests.factories import make_key, make_matrix

ClientOf = Callable[[User], Client]
FAST, PRO = "seedance-2.0-fast", "seedance-1.5-pro"


@pytest.fixture
def matrix(project: Project) -> Matrix:
    """Rendered but for both cells of the second row, and the other model in the first and the last one."""
    make_key()
    rows = [["fox", "sea"], ["", "farm"], ["hen", "moon"], ["cat", "roof"]]
    matrix = make_matrix(project, rows=rows, model_names=[FAST, PRO], admitted_at=now())
    bad = {(1, FAST), (1, PRO), (0, PRO), (3, PRO)}
    for row in range(len(rows)):
        for model in (FAST, PRO):
            state = CellState.REFUSED if (row, model) in bad else CellState.ASKED
            MatrixCell.objects.create(matrix=matrix, row=row, model=model, state=state)
    return matrix


def test_a_page_leads_to_what_was_left_out_and_to_nothing_that_was_rendered(
    client_of: ClientOf, matrix: Matrix, artist: User
) -> None:
    client = client_of(artist)

    body = client.get(f"/matrices/{matrix.pk}/").content.decode()
    address = f"/projects/{matrix.project.slug}/matrices/new/?like={matrix.pk}&left="
    sheets = [client.get(f"{address}{part}").context["sheet"] for part in (0, 1)]

    assert [f"left={part}" in body for part in range(3)] == [True, True, False]
    assert ("Mend 2 rows that were left out" in body, "Mend 1 row that was left out" in body) == (True, True)
    assert [(sheet.rows, sheet.model_names) for sheet in sheets] == [
        ([["fox", "sea"], ["cat", "roof"]], [PRO]),
        ([["", "farm"]], [FAST, PRO]),
    ]
    assert client.get(f"{address}2").status_code == 404


def test_whoever_only_looks_is_not_led_there(client_of: ClientOf, matrix: Matrix, reviewer: User) -> None:
    assert "left=" not in client_of(reviewer).get(f"/matrices/{matrix.pk}/").content.decode()


def test_where_all_was_rendered_nothing_is_offered(client_of: ClientOf, matrix: Matrix, artist: User) -> None:
    matrix.cells.update(state=CellState.ASKED)

    assert "left=" not in client_of(artist).get(f"/matrices/{matrix.pk}/").content.decode()
