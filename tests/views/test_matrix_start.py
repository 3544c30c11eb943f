"""What a new matrix starts from: nothing, a saved prompt, the composer or another matrix; and its references."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from studio.models import Matrix, Project, ProviderKey, User
from studio.services import drafts
from tests.factories import make_asset, make_key, make_matrix, make_project, make_prompt
from tests.views.matrix_pages import FIELDS, TEXT, desk, key, save, typed_on

__all__ = ["desk", "key"]


def compose(desk: Client, **values: str) -> None:
    """What the artist's composer holds now."""
    desk.post("/projects/tea/composer/", {"act": "save"} | values)


def fill_tray(project: Project, person: User, *names: str) -> None:
    draft = drafts.draft_of(project=project, user=person)
    drafts.add_to_tray(draft=draft, assets=[make_asset(project, name=name) for name in names])


def title_on(page: Any) -> str:
    found = re.search(r'name="title" value="([^"]*)"', page.content.decode())
    assert found is not None
    return found[1]


def references_on(page: Any) -> list[tuple[str, bool, str]]:
    """The name of each reference, whether it is ticked, and why it cannot be used."""
    labels = re.findall(r'<input type="checkbox" name="tray".*?</label>', page.content.decode(), re.DOTALL)
    return [(_texts(label)[0], " checked" in label, "".join(_texts(label)[1:])) for label in labels]


def _texts(label: str) -> list[str]:
    return [text for text in re.split(r"<[^>]*>", label) if text.strip()]


def test_matrix_of_a_prompt_starts_with_its_text_and_a_column_for_each_variable(desk: Client, project: Project) -> None:
    version = make_prompt(project, TEXT).versions.get()

    page = desk.get(f"/projects/tea/matrices/new/?prompt={version.pk}").content.decode()

    assert "A {hero} at the {place}." in page
    assert re.findall(r'name="column" value="([^"]*)"', page) == ["hero", "place"]


def test_matrix_made_in_the_composer_starts_from_what_stands_there(desk: Client, project: Project) -> None:
    compose(desk, prompt="A {hero}.", **{"variable:hero": "fox"})
    link = re.search(r'href="([^"]*/matrices/new/[^"]*)"', desk.get("/projects/tea/").content.decode())
    assert link is not None

    page = desk.get(link[1])

    assert (typed_on(page), title_on(page)) == (["fox", "", "", ""], "A {hero}.")


def test_new_matrix_holds_no_words_of_the_composer(desk: Client, project: Project, key: ProviderKey) -> None:
    compose(desk, prompt="A {hero}.", **{"variable:hero": "fox"})

    page = desk.get("/projects/tea/matrices/new/")

    text = re.search(r'name="text"[^>]*>([^<]*)<', page.content.decode())
    assert text is not None
    assert (title_on(page), text[1], typed_on(page)) == ("", "", [])


def test_matrix_of_a_prompt_takes_no_values_from_the_composer(desk: Client, project: Project) -> None:
    compose(desk, prompt="A {hero}.", **{"variable:hero": "fox"})
    version = make_prompt(project, "Two {hero}s.").versions.get()

    page = desk.get(f"/projects/tea/matrices/new/?prompt={version.pk}")

    assert typed_on(page) == ["", "", ""]


@pytest.mark.parametrize(
    ("operation", "shown"),
    [
        ("reference-to-video", [("one", True, ""), ("two", True, "")]),
        ("image-to-video", [("one", True, ""), ("two", False, "Not used by “Image to video”")]),
        (
            "text-to-video",
            [("one", False, "Not used by “Text to video”"), ("two", False, "Not used by “Text to video”")],
        ),
    ],
)
def test_references_are_ticked_as_far_as_the_operation_uses_them(
    desk: Client, artist: User, project: Project, key: ProviderKey, operation: str, shown: list[tuple[str, bool, str]]
) -> None:
    compose(desk, model="seedance-2.0-fast", operation=operation)
    fill_tray(project, artist, "one", "two")

    page = desk.get("/projects/tea/matrices/new/?composer=1")

    assert references_on(page) == shown


def test_references_stay_ticked_where_no_model_knows_the_operation(
    desk: Client, artist: User, project: Project
) -> None:
    make_key(provider="seedance", currency="credits")
    fill_tray(project, artist, "one")
    matrix = make_matrix(project)

    save(desk, matrix, operation="video-to-video", tray=[project.assets.get().pk])

    assert references_on(desk.get(f"/matrices/{matrix.pk}/")) == [("one", True, "")]


def test_new_matrix_offers_the_references_of_the_composer_unticked(
    desk: Client, artist: User, project: Project, key: ProviderKey
) -> None:
    Project.objects.update(default_settings={"operation": "reference-to-video"})
    fill_tray(project, artist, "one")

    page = desk.get("/projects/tea/matrices/new/")

    assert references_on(page) == [("one", False, "")]


def test_reference_that_was_unticked_is_still_offered_after_its_own(
    desk: Client, artist: User, project: Project, key: ProviderKey
) -> None:
    fill_tray(project, artist, "one", "two")
    two = project.assets.get(name="two")
    matrix = make_matrix(project)

    save(desk, matrix, operation="reference-to-video", tray=[two.pk])

    assert references_on(desk.get(f"/matrices/{matrix.pk}/")) == [("two", True, ""), ("one", False, "")]


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
