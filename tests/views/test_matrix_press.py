"""Rendering a matrix: priced as a whole, pressed once, under the budget."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.test import Client

from studio.models import Matrix, Project, ProviderKey, Render, User
from tests.factories import make_budget, make_matrix
from tests.views.matrix_pages import FIELDS, ClientOf, desk, key, save, shown_on

__all__ = ["desk", "key"]


def press(desk: Client, matrix: Matrix, **over: Any) -> HttpResponse:
    """Price what is typed, then render it as the page showed it."""
    save(desk, matrix, **over)
    shown = shown_on(desk.get(f"/matrices/{matrix.pk}/"))  # type: ignore[arg-type]
    return save(desk, matrix, act="render", shown=shown, **over)


def test_render_asks_for_all_cells_and_shows_what_becomes_of_them(
    desk: Client, project: Project, artist: User, key: ProviderKey
) -> None:
    matrix = make_matrix(project)

    response = press(desk, matrix)

    assert response["Location"] == f"/matrices/{matrix.pk}/"
    takes = Render.objects.order_by("take_number")
    assert [take.spec["prompt"] for take in takes] == ["A fox at the sea.", "A hen at the farm."]
    page = desk.get(f"/matrices/{matrix.pk}/").content.decode()
    assert [f'id="render-card-{take.pk}"' in page for take in takes] == [True, True]


def test_second_press_of_the_same_page_makes_nothing_new(desk: Client, project: Project, key: ProviderKey) -> None:
    matrix = make_matrix(project)
    save(desk, matrix)
    shown = shown_on(desk.get(f"/matrices/{matrix.pk}/"))  # type: ignore[arg-type]

    save(desk, matrix, act="render", shown=shown)
    again = desk.post(f"/matrices/{matrix.pk}/save/", FIELDS | {"act": "render", "shown": shown}, follow=True)

    assert "Already asked for: 2 takes. Nothing new is paid for." in again.content.decode()
    assert (Render.objects.count(), Matrix.objects.count()) == (2, 1)


def test_words_typed_into_a_matrix_that_was_rendered_meanwhile_are_kept(
    desk: Client, project: Project, key: ProviderKey
) -> None:
    matrix = make_matrix(project)
    press(desk, matrix)

    response = save(desk, matrix, value=["owl", "barn"])

    kept = Matrix.objects.get(admitted_at=None)
    assert response["Location"] == f"/matrices/{kept.pk}/#plan"
    assert (kept.rows, Render.objects.count()) == ([["owl", "barn"]], 2)


def test_values_changed_after_pricing_are_priced_before_they_are_rendered(
    desk: Client, project: Project, key: ProviderKey
) -> None:
    matrix = make_matrix(project)
    save(desk, matrix)
    shown = shown_on(desk.get(f"/matrices/{matrix.pk}/"))  # type: ignore[arg-type]

    response = save(desk, matrix, act="render", shown=shown, value=["owl", "barn"])

    page = response.content.decode()
    assert "The table, a gateway or a price has changed since this page was shown" in page
    assert (response.status_code, "owl" in page, Render.objects.count()) == (422, True, 0)


def test_budget_too_small_for_the_whole_says_so_and_shuts_the_button(
    desk: Client, project: Project, key: ProviderKey
) -> None:
    make_budget(project, amount=Decimal("0.50"))
    matrix = make_matrix(project)
    save(desk, matrix)

    page = desk.get(f"/matrices/{matrix.pk}/").content.decode()

    assert "This goes over the project’s budget of $0.50 a month" in page
    assert re.search(r'<button[^>]*value="render"[^>]* disabled', page)


def test_manager_goes_over_the_budget_with_a_reason(
    client_of: ClientOf, manager: User, project: Project, key: ProviderKey
) -> None:
    make_budget(project, amount=Decimal("0.50"))
    matrix = make_matrix(project)

    without = press(client_of(manager), matrix)
    told = press(client_of(manager), matrix, override_reason="The client pays for this one.")

    assert (without.status_code, told.status_code, Render.objects.count()) == (422, 302, 2)


def test_reviewers_see_what_became_of_it_and_neither_limits_nor_anything_to_press(
    client_of: ClientOf, reviewer: User, desk: Client, project: Project, key: ProviderKey
) -> None:
    matrix = make_matrix(project)
    looking = client_of(reviewer)

    before = looking.get(f"/matrices/{matrix.pk}/").content.decode()
    press(desk, matrix)
    after = looking.get(f"/matrices/{matrix.pk}/").content.decode()

    assert ("A {hero} at the {place}." in before, 'id="plan"' in before) == (True, False)
    assert ("render-card-" in after, "/again/" in after) == (True, False)


def test_list_names_matrices_with_how_many_takes_they_made(desk: Client, project: Project, key: ProviderKey) -> None:
    press(desk, make_matrix(project))
    make_matrix(project, title="Not yet")

    page = desk.get("/projects/tea/matrices/")

    assert [(each.title, each.asked) for each in page.context["matrices"]] == [("Not yet", 0), ("Heroes", 2)]
