"""A matrix as it is typed: columns follow the template, and a pasted table has to fit it."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from studio.choices import Operation
from studio.lib.tables import TableProblem
from studio.models import ComposerDraft, Matrix, Project, User
from studio.services import drafts, matrices
from studio.services.matrices import Sheet, create, tidied, with_table
from studio.services.matrices_pricing import plan_of
from tests.factories import make_matrix, make_prompt


@pytest.fixture
def draft(project: Project, artist: User) -> ComposerDraft:
    return drafts.draft_of(project=project, user=artist)


def test_columns_follow_the_blanks_of_the_text() -> None:
    sheet = Sheet(text="{hero} at {place}", columns=["place", "Hero"], rows=[["sea", "fox"], ["farm"]])

    found = tidied(sheet)

    assert (found.columns, found.rows) == (["hero", "place"], [["fox", "sea"], ["", "farm"]])


def test_values_without_a_blank_stay_until_they_are_taken_out() -> None:
    sheet = Sheet(text="{hero}", columns=["hero", "place", "light"], rows=[["fox", "sea", ""], ["hen", "", ""]])

    found = tidied(sheet)

    assert (found.columns, found.rows) == (["hero", "place"], [["fox", "sea"], ["hen", ""]])


def test_empty_rows_are_left_out() -> None:
    assert tidied(Sheet(text="{hero}", columns=["hero"], rows=[[""], [" fox "], ["  "]])).rows == [["fox"]]


def test_two_columns_that_differ_in_capitals_are_told_apart_by_the_text() -> None:
    sheet = Sheet(text="{Hero} {hero}", columns=["hero", "Hero"], rows=[["fox", "Fox"]])

    assert tidied(sheet).rows == [["Fox", "fox"]]


def test_table_without_a_column_for_a_blank_is_refused() -> None:
    with pytest.raises(TableProblem, match=r"^The prompt has {place}, but no column of this table has that name\."):
        with_table(Sheet(text="{hero} at {place}"), "hero,plaice\nfox,sea")


def test_missing_columns_and_bad_rows_are_told_together() -> None:
    with pytest.raises(TableProblem) as caught:
        with_table(Sheet(text="{hero} at {place}"), "hero,plaice\nfox,sea,extra\nhen,farm,more")

    assert [problem[:18] for problem in caught.value.problems] == [
        "The prompt has {pl",
        "Line 2, column 3: ",
        "Line 3, column 3: ",
    ]


def test_typed_values_that_are_too_long_are_all_told_and_nothing_is_kept(project: Project, artist: User) -> None:
    sheet = Sheet(text="{hero} {place}", columns=["hero", "place"], rows=[["x" * 2_001, "sea"], ["hen", "y" * 2_002]])

    with pytest.raises(ValidationError) as caught:
        create(project=project, by=artist, sheet=sheet)

    assert caught.value.messages == [
        "Row 1, “hero”: 2,001 characters, and 2,000 are the most.",
        "Row 2, “place”: 2,002 characters, and 2,000 are the most.",
    ]
    assert Matrix.objects.count() == 0


def test_table_larger_than_a_matrix_is_refused() -> None:
    with pytest.raises(TableProblem, match=r"^This table has 201 rows with 201 values\."):
        with_table(Sheet(text="{hero}"), "hero\n" + "fox\n" * 201)


def test_table_with_more_characters_than_a_form_takes_is_refused() -> None:
    with pytest.raises(TableProblem, match="of 200,000 characters together"):
        with_table(Sheet(text="{hero}"), "hero\n" + f"{'x' * 2000}\n" * 101)


def test_new_matrix_has_what_the_composer_has(draft: ComposerDraft) -> None:
    values = {"prompt": "A {hero}.", "model": "seedance-2.0", "duration": "7", "takes": "4", "key": "3"}
    drafts.keep(draft=draft, values=values | {"operation": Operation.TEXT_TO_VIDEO}, variables={"hero": "fox"})

    sheet = matrices.sheet_of_draft(draft)

    assert (sheet.text, sheet.columns, sheet.rows, sheet.model_names) == (
        "A {hero}.",
        ["hero"],
        [["fox"]],
        ["seedance-2.0"],
    )
    # So many takes of each of many cells, and a key of one gateway, would be meant for the composer alone.
    assert (sheet.values["takes"], sheet.values["duration"], "key" in sheet.values) == ("1", "7", False)


def test_new_matrix_has_the_settings_of_the_project_and_no_words_of_the_composer(draft: ComposerDraft) -> None:
    draft.project.default_settings = {"model": "seedance-2.0", "resolution": "480p"}
    drafts.keep(draft=draft, values={"prompt": "A {hero}.", "resolution": "720p"}, variables={"hero": "fox"})

    sheet = matrices.new_sheet(draft.project)

    assert sheet == Sheet(model_names=["seedance-2.0"], values={"resolution": "480p", "takes": "1"})


def test_changed_text_is_no_longer_the_saved_version(project: Project, artist: User) -> None:
    version = make_prompt(project, "A {hero}.").latest
    matrix = matrices.create(project=project, by=artist, sheet=Sheet(text="A {hero}."), version=version)
    before = matrix.prompt_version

    matrices.save(matrix=matrix, sheet=Sheet(text="A red {hero}."))

    assert (before, matrix.prompt_version, matrix.title) == (version, None, "A red {hero}.")


@pytest.mark.parametrize(("typed", "takes"), [("0", 0), ("", 1), ("3", 3), ("some", 1)])
def test_takes_are_counted_as_they_were_typed(project: Project, artist: User, typed: str, takes: int) -> None:
    matrix = matrices.create(project=project, by=artist, sheet=Sheet(text="A fox.", values={"takes": typed}))

    said = [problem.field for problem in plan_of(matrix=matrix, person=artist).problems]
    assert (matrix.takes, "takes" in said) == (takes, typed in {"0", "some"})


def test_rendered_matrix_is_what_its_takes_were_made_from(project: Project) -> None:
    matrix = make_matrix(project, admitted_at="2026-11-21T12:00Z")

    saved = matrices.save(matrix=matrix, sheet=Sheet(text="Something else"))

    matrix.refresh_from_db()
    assert (saved, matrix.text) == (False, "A {hero} at the {place}.")
