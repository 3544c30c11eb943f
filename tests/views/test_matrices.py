"""Matrices: the table is kept as it was typed, priced as a whole, and asked for once."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from studio.choices import CellState, RenderState, Standing
from studio.lib.clock import now
from studio.models import Favourite, Matrix, MatrixCell, Project, ProviderKey, Render, RenderEvent, User
from studio.services.matrices_pricing import plan_of
from tests.factories import make_budget, make_key, make_matrix, make_output, make_project, make_prompt, make_render

ClientOf = Callable[[User], Client]
TEXT = "A {hero} at the {place}."
FIELDS = {
    "title": "Heroes",
    "text": TEXT,
    "column": ["hero", "place"],
    "value": ["fox", "sea", "hen", "farm"],
    "model": ["seedance-2.0-fast"],
    "operation": "text-to-video",
    "resolution": "720p",
    "aspect_ratio": "16:9",
    "duration": "5",
    "takes": "1",
    "sound": "on",
}


@pytest.fixture
def key(db: None) -> ProviderKey:
    return make_key()


@pytest.fixture
def desk(client_of: ClientOf, artist: User) -> Client:
    return client_of(artist)


def save(desk: Client, matrix: Matrix, **over: Any) -> HttpResponse:
    return desk.post(f"/matrices/{matrix.pk}/save/", FIELDS | over)  # type: ignore[return-value]


def shown_on(page: HttpResponse) -> str:
    found = re.search(r'name="shown" value="([^"]*)"', page.content.decode())
    assert found is not None
    return found[1]


def typed_on(page: Any) -> list[str]:
    """The values of the table as the page shows them."""
    return re.findall(r'name="value"[^>]*>([^<]*)<', page.content.decode())


def press(desk: Client, matrix: Matrix, **over: Any) -> HttpResponse:
    """Price what is typed, then render it as the page showed it."""
    save(desk, matrix, **over)
    shown = shown_on(desk.get(f"/matrices/{matrix.pk}/"))  # type: ignore[arg-type]
    return save(desk, matrix, act="render", shown=shown, **over)


def test_matrix_of_a_prompt_starts_with_its_text_and_a_column_for_each_blank(desk: Client, project: Project) -> None:
    version = make_prompt(project, TEXT).versions.get()

    page = desk.get(f"/projects/tea/matrices/new/?prompt={version.pk}").content.decode()

    assert "A {hero} at the {place}." in page
    assert re.findall(r'name="column" value="([^"]*)"', page) == ["hero", "place"]


def test_matrix_without_a_prompt_starts_from_the_composer(desk: Client, project: Project) -> None:
    desk.post("/projects/tea/composer/", {"act": "save", "prompt": "A {hero}.", "variable:hero": "fox"})

    page = desk.get("/projects/tea/matrices/new/").content.decode()

    assert re.findall(r'name="value"[^>]*>([^<]*)<', page) == ["fox", "", "", ""]


def test_new_matrix_keeps_the_saved_prompt_it_is_of(desk: Client, project: Project) -> None:
    version = make_prompt(project, TEXT).versions.get()

    response = desk.post("/projects/tea/matrices/new/", FIELDS | {"prompt": version.pk})

    matrix = Matrix.objects.get()
    assert response["Location"] == f"/matrices/{matrix.pk}/#plan"
    assert (matrix.prompt_version, matrix.rows) == (version, [["fox", "sea"], ["hen", "farm"]])


def test_another_matrix_starts_like_the_first(desk: Client, project: Project) -> None:
    first = make_matrix(project, rows=[["owl", "barn"]])

    page = desk.get(f"/projects/tea/matrices/new/?like={first.pk}").content.decode()

    assert re.findall(r'name="value"[^>]*>([^<]*)<', page)[:2] == ["owl", "barn"]


def test_like_a_matrix_of_another_project_is_nothing(desk: Client, project: Project) -> None:
    elsewhere = make_matrix(make_project())

    assert desk.get(f"/projects/tea/matrices/new/?like={elsewhere.pk}").status_code == 404


def test_archived_project_takes_no_new_matrix(desk: Client, project: Project) -> None:
    Project.objects.update(archived_at=now())

    response = desk.post("/projects/tea/matrices/new/", FIELDS)

    assert (response.status_code, typed_on(response)[:4]) == (422, ["fox", "sea", "hen", "farm"])
    assert "This project is archived: nothing new is made in it." in response.content.decode()
    assert not Matrix.objects.exists()
    assert desk.get("/projects/tea/matrices/new/")["Location"] == "/projects/tea/matrices/"


def test_matrix_of_an_archived_project_stays_and_what_was_typed_is_shown(desk: Client, project: Project) -> None:
    matrix = make_matrix(project, title="Before")
    Project.objects.update(archived_at=now())

    response = save(desk, matrix, value=["owl", "barn"])

    matrix.refresh_from_db()
    assert (response.status_code, typed_on(response)[:2]) == (422, ["owl", "barn"])
    assert (matrix.title, matrix.rows) == ("Before", [["fox", "sea"], ["hen", "farm"]])


@pytest.mark.parametrize(
    ("text", "columns", "values"),
    [
        ("A {hero}.", ["hero"], ["fox"] * 201),
        ("A {hero}.", ["hero"], ["x" * 2_000] * 101),
        # Each of so many blanks would be a column in every row.
        (" ".join(f"{{b{at}}}" for at in range(500)), ["b0"], ["fox", "hen"]),
    ],
)
def test_more_than_a_matrix_holds_is_not_kept_and_stays_on_the_page(
    desk: Client, project: Project, text: str, columns: list[str], values: list[str]
) -> None:
    matrix = make_matrix(project, title="Before")
    typed = FIELDS | {"text": text, "column": columns, "value": values}

    saved, created = save(desk, matrix, **typed), desk.post("/projects/tea/matrices/new/", typed)

    for response in (saved, created):
        assert (response.status_code, typed_on(response)[: len(values)]) == (422, values)
        assert "A matrix holds 200 rows and 800 values" in response.content.decode()
    assert [(each.title, len(each.rows)) for each in Matrix.objects.all()] == [("Before", 2)]


def test_plan_shows_only_the_beginning_of_a_long_prompt(desk: Client, project: Project, key: ProviderKey) -> None:
    matrix = make_matrix(project, text="{hero} " * 100, columns=["hero"], rows=[["otter-otter"]])

    assert desk.get(f"/matrices/{matrix.pk}/").content.decode().count("otter-otter") < 30


def test_saving_leaves_empty_rows_out_and_shows_the_prices(desk: Client, project: Project, key: ProviderKey) -> None:
    matrix = make_matrix(project)

    response = save(desk, matrix, value=["fox", "sea", "", " ", "hen", "farm"])

    assert (response.status_code, response["Location"]) == (302, f"/matrices/{matrix.pk}/#plan")
    matrix.refresh_from_db()
    assert matrix.rows == [["fox", "sea"], ["hen", "farm"]]
    page = desk.get(f"/matrices/{matrix.pk}/").content.decode()
    assert ("A fox at the sea." in page, "A hen at the farm." in page) == (True, True)


def test_pasted_table_replaces_the_values(desk: Client, project: Project) -> None:
    matrix = make_matrix(project)

    save(desk, matrix, table="place;Hero\nbarn;owl\n")

    matrix.refresh_from_db()
    assert (matrix.columns, matrix.rows) == (["hero", "place"], [["owl", "barn"]])


def test_csv_file_replaces_the_values(desk: Client, project: Project) -> None:
    matrix = make_matrix(project)
    file = SimpleUploadedFile("values.csv", '\ufeffhero,place\nowl,"a barn, old"\n'.encode())

    save(desk, matrix, file=file)

    matrix.refresh_from_db()
    assert matrix.rows == [["owl", "a barn, old"]]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("hero,place\nowl,barn,red", "Line 2, column 3: the first line names only 2 columns."),
        ("hero,plaice\nowl,barn", "The prompt has {place}, but no column of this table has that name."),
        ("hero,place\n" + "owl,barn\n" * 201, "This table has 201 rows with 402 values."),
    ],
)
def test_table_that_is_wrong_is_told_and_nothing_typed_is_lost(
    desk: Client, project: Project, table: str, said: str
) -> None:
    matrix = make_matrix(project)

    response = save(desk, matrix, table=table, value=["crow", "field"], title="Birds")

    page = response.content.decode()
    assert (response.status_code, said in page) == (422, True)
    assert re.search(r'<textarea[^>]*name="table"[^>]*>([^<]*)<', page)[1] == table  # type: ignore[index]
    matrix.refresh_from_db()
    assert (matrix.title, matrix.rows) == ("Birds", [["crow", "field"]])


def test_wrong_file_stands_in_the_box_to_be_mended(desk: Client, project: Project) -> None:
    matrix = make_matrix(project)

    response = save(desk, matrix, file=SimpleUploadedFile("values.csv", b"hero,hero\nowl,crow"))

    page = response.content.decode()
    assert ">hero,hero\nowl,crow</textarea>" in page
    # The values before it keep their price for the next look; here nothing of theirs is to be pressed.
    assert ('value="render"' in page, 'name="shown"' in page) == (False, False)


def test_file_in_another_alphabet_is_refused(desk: Client, project: Project) -> None:
    matrix = make_matrix(project)

    response = save(desk, matrix, file=SimpleUploadedFile("values.csv", "hero,place\n狐狸,海".encode("gbk")))

    assert (response.status_code, "This file is not UTF-8." in response.content.decode()) == (422, True)


def test_table_that_is_wrong_is_never_rendered(desk: Client, project: Project, key: ProviderKey) -> None:
    matrix = make_matrix(project)
    save(desk, matrix)
    shown = shown_on(desk.get(f"/matrices/{matrix.pk}/"))  # type: ignore[arg-type]

    response = save(desk, matrix, act="render", shown=shown, table="hero,place\nowl,barn,red")

    assert (response.status_code, Render.objects.count()) == (422, 0)


@pytest.mark.parametrize(
    "over",
    [
        {"value": ["a\x00b", "sea"]},
        {"text": "\x00" * 10},
        {"text": "x" * 100_000},
        {"value": ["x"] * 990, "column": ["hero"]},
        {"column": []},
        {"takes": "many"},
        {"takes": "99999999999999999999"},
        {"takes": "40000"},
        {"takes": "-3"},
        {"model": ["no such model"] * 50},
        {"operation": "dance"},
        {"operation": "video-extension", "source_take": "x"},
        {"duration": "0x", "resolution": "huge", "aspect_ratio": "1:0"},
        {"tray": ["1", "x", "9" * 30]},
        {"seed": "much"},
        {"shown": "\x00" * 20_000, "act": "render"},
        {"override_reason": "\x00", "act": "render"},
        {"act": "jump"},
    ],
)
def test_matrix_survives_what_no_browser_sends(
    desk: Client, project: Project, key: ProviderKey, over: dict[str, Any]
) -> None:
    matrix = make_matrix(project)

    response = save(desk, matrix, **over)

    assert response.status_code in {302, 422}
    assert desk.get(f"/matrices/{matrix.pk}/").status_code == 200
    assert not Render.objects.exists()


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

    with django_assert_num_queries(10):
        desk.get(f"/matrices/{typed.pk}/")
    with django_assert_num_queries(19):
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
