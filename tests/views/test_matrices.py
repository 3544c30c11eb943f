"""The page of a matrix that is not rendered yet: its table, and what is wrong with it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from studio.lib.clock import now
from studio.models import Matrix, Project, ProviderKey, Render
from tests.factories import make_matrix
from tests.views.matrix_pages import FIELDS, desk, key, save, shown_on, typed_on

__all__ = ["desk", "key"]


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
