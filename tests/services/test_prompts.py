"""Prompts and their numbered versions."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from studio.models import Project, Prompt, PromptVersion, User
from studio.services import projects, prompts
from tests.factories import make_project, make_prompt, make_user


def test_create_makes_version_1(project: Project, artist: User) -> None:
    version = prompts.create(project=project, title="Opening", text=" A red car.\r\nIt stops. \n", by=artist)

    assert (version.prompt.title, version.number, version.text) == ("Opening", 1, "A red car.\nIt stops.")
    assert (version.prompt.created_by, version.created_by) == (artist, artist)


def test_save_version_counts_on_and_remembers_its_source(project: Project, artist: User) -> None:
    prompt = make_prompt(project, "one", "two")
    oldest = prompt.versions.get(number=1)

    version, is_new = prompts.save_version(prompt=prompt, text="three", by=artist, note="n", based_on=oldest)

    assert is_new
    assert (version.number, version.note, version.based_on) == (3, "n", oldest)


@pytest.mark.parametrize("text", ["two\nlines", "two\r\nlines", "  two\nlines \n"])
def test_save_version_makes_none_of_an_unchanged_text(project: Project, artist: User, text: str) -> None:
    prompt = make_prompt(project, "one", "two\nlines")

    version, is_new = prompts.save_version(prompt=prompt, text=text, by=artist)

    assert (version.number, is_new) == (2, False)
    assert prompt.versions.count() == 2


def test_save_version_brings_an_older_text_back_as_a_new_number(project: Project, artist: User) -> None:
    prompt = make_prompt(project, "one", "two")

    version, is_new = prompts.save_version(prompt=prompt, text="one", by=artist)

    assert (version.number, is_new) == (3, True)


def test_save_version_takes_the_next_number_when_it_lost_a_race(
    project: Project, artist: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompt = make_prompt(project, "one", "two")
    stale = prompt.versions.get(number=1)
    reads = iter([stale, prompt.versions.get(number=2)])
    monkeypatch.setattr(Prompt, "latest", property(lambda self: next(reads)))

    version, _ = prompts.save_version(prompt=prompt, text="three", by=artist)

    assert version.number == 3


@pytest.mark.django_db(transaction=True)
def test_save_version_gives_distinct_numbers_to_many_at_once() -> None:
    user = make_user()
    prompt = make_prompt(make_project(), "start")

    def save(number: int) -> int:
        try:
            mine = Prompt.objects.select_related("project").get(pk=prompt.pk)
            return prompts.save_version(prompt=mine, text=f"text {number}", by=user)[0].number
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(save, range(8)))

    assert sorted(numbers) == list(range(2, 10))


def test_a_saved_version_cannot_be_changed(project: Project) -> None:
    version = make_prompt(project, "one").versions.get()
    version.text = "two"

    with pytest.raises(ValueError, match="never changes"):
        version.save()

    assert PromptVersion.objects.get().text == "one"


def test_nothing_is_written_in_an_archived_project(project: Project, artist: User) -> None:
    prompt = make_prompt(project, "one")
    projects.archive(project=project)
    project.refresh_from_db()

    with pytest.raises(ValidationError):
        prompts.create(project=project, title="New", text="x", by=artist)
    with pytest.raises(ValidationError):
        prompts.save_version(prompt=Prompt.objects.get(pk=prompt.pk), text="x", by=artist)

    assert PromptVersion.objects.count() == 1


def test_nothing_is_written_in_an_archived_prompt(project: Project, artist: User) -> None:
    prompt = make_prompt(project, "one")
    prompts.archive(prompt=prompt)
    prompt.refresh_from_db()

    with pytest.raises(ValidationError):
        prompts.save_version(prompt=prompt, text="x", by=artist)
    prompts.unarchive(prompt=prompt)
    prompt.refresh_from_db()

    assert prompts.save_version(prompt=prompt, text="x", by=artist)[1]


def test_rename_keeps_the_versions(project: Project) -> None:
    prompt = make_prompt(project, "one", "two")

    prompts.rename(prompt=prompt, title="Ending")

    assert (Prompt.objects.get().title, Prompt.objects.get().versions.count()) == ("Ending", 2)
