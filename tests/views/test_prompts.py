"""Prompts: the list, the editor with its history, and the comparison."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from studio.lib.word_diff import Piece
from studio.models import Project, Prompt, PromptVersion, User
from studio.services import library, projects, tags
from tests.factories import make_project, make_prompt, make_render
from tests.views.prompting import at, prompt

__all__ = ["prompt"]


def test_list_shows_the_newest_text_of_each(
    client_of: Callable[[User], Client], project: Project, prompt: Prompt, artist: User
) -> None:
    make_prompt(make_project(), "elsewhere")
    other = make_prompt(project, "only")
    put_away = make_prompt(project, "old", archived_at=timezone.now())
    client = client_of(artist)

    shown = client.get(reverse("prompt-list", args=["tea"]))
    archived = client.get(reverse("prompt-list", args=["tea"]), {"archived": "1"})

    assert [(found.prompt, found.number) for found in shown.context["versions"]] == [(other, 1), (prompt, 2)]
    assert [found.prompt for found in archived.context["versions"]] == [put_away]


@pytest.mark.parametrize(("who", "offered"), [("artist", True), ("manager", True), ("reviewer", False)])
def test_list_offers_writing_to_those_who_may(
    client_of: Callable[[User], Client], project: Project, who: str, offered: bool, request: pytest.FixtureRequest
) -> None:
    response = client_of(request.getfixturevalue(who)).get(reverse("prompt-list", args=["tea"]))

    assert (reverse("prompt-create", args=["tea"]) in response.content.decode()) is offered


def test_create_saves_version_1(client_of: Callable[[User], Client], project: Project, artist: User) -> None:
    response = client_of(artist).post(reverse("prompt-create", args=["tea"]), {"title": "Ending", "text": "It stops."})

    version = PromptVersion.objects.get()
    assert response["Location"] == at("prompt-detail", version.prompt)
    assert (version.prompt.title, version.number, version.text) == ("Ending", 1, "It stops.")


def test_create_keeps_what_was_typed(client_of: Callable[[User], Client], project: Project, artist: User) -> None:
    response = client_of(artist).post(reverse("prompt-create", args=["tea"]), {"title": "", "text": "It stops."})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["title"]
    assert response.context["form"]["text"].value() == "It stops."


def test_detail_offers_the_newest_text_and_says_what_is_in_it(
    client_of: Callable[[User], Client], prompt: Prompt, artist: User
) -> None:
    response = client_of(artist).get(at("prompt-detail", prompt))

    newest = prompt.versions.get(number=2)
    assert response.context["form"]["text"].value() == "A blue car for {hero} and @Image1."
    assert (response.context["variables"], response.context["mentions"]) == (["hero"], ["@Image1"])
    assert f'name="act" value="prompt:{newest.pk}"' in response.content.decode()


def test_detail_starts_from_an_older_version(client_of: Callable[[User], Client], prompt: Prompt, artist: User) -> None:
    client = client_of(artist)

    form = client.get(at("prompt-detail", prompt), {"from": "1"}).context["form"]
    client.post(at("prompt-save", prompt), {"text": "A red van.", "based_on": form["based_on"].value()})

    saved = prompt.versions.get(number=3)
    assert form["text"].value() == "A red car."
    assert saved.based_on == prompt.versions.get(number=1)


@pytest.mark.parametrize("number", ["9", "0", "x", "-1", "9" * 40])
def test_detail_knows_no_other_version(
    client_of: Callable[[User], Client], prompt: Prompt, artist: User, number: str
) -> None:
    assert client_of(artist).get(at("prompt-detail", prompt), {"from": number}).status_code == 404


def test_detail_lets_a_reviewer_read(client_of: Callable[[User], Client], prompt: Prompt, reviewer: User) -> None:
    page = client_of(reviewer).get(at("prompt-detail", prompt)).content.decode()

    assert '<p class="prompt-body">A blue car for {hero} and @Image1.</p>' in page
    assert at("prompt-save", prompt) not in page


def test_save_makes_the_next_version(client_of: Callable[[User], Client], prompt: Prompt, artist: User) -> None:
    response = client_of(artist).post(at("prompt-save", prompt), {"text": "New.", "note": "shorter"}, follow=True)

    assert [str(message) for message in response.context["messages"]] == ["Saved as version 3."]
    assert prompt.versions.get(number=3).note == "shorter"


def test_save_of_the_same_text_says_so(client_of: Callable[[User], Client], prompt: Prompt, artist: User) -> None:
    same = "A blue car for {hero} and @Image1.\r\n"

    response = client_of(artist).post(at("prompt-save", prompt), {"text": same}, follow=True)

    assert [str(message) for message in response.context["messages"]] == [
        "Nothing changed, so this is still version 2."
    ]
    assert prompt.versions.count() == 2


def test_save_keeps_what_was_typed(client_of: Callable[[User], Client], prompt: Prompt, artist: User) -> None:
    response = client_of(artist).post(at("prompt-save", prompt), {"text": " ", "note": "shorter", "based_on": "x"})

    assert response.status_code == 422
    assert sorted(response.context["form"].errors) == ["based_on", "text"]
    assert response.context["form"]["note"].value() == "shorter"


def test_save_in_an_archived_project_keeps_the_text(
    client_of: Callable[[User], Client], project: Project, prompt: Prompt, artist: User
) -> None:
    projects.archive(project=project)

    response = client_of(artist).post(at("prompt-save", prompt), {"text": "Lost?"})

    assert response.status_code == 422
    assert "Lost?" in response.content.decode()
    assert prompt.versions.count() == 2


def test_rename(client_of: Callable[[User], Client], prompt: Prompt, artist: User) -> None:
    client = client_of(artist)

    empty = client.post(at("prompt-rename", prompt), {"title": ""})
    renamed = client.post(at("prompt-rename", prompt), {"title": "Ending"})

    assert (empty.status_code, list(empty.context["title_form"].errors)) == (422, ["title"])
    assert renamed["Location"] == at("prompt-detail", prompt)
    assert Prompt.objects.get().title == "Ending"


def test_archive_and_back(client_of: Callable[[User], Client], prompt: Prompt, artist: User) -> None:
    client = client_of(artist)

    archived = client.post(at("prompt-archive", prompt))
    page = client.get(at("prompt-detail", prompt)).content.decode()
    client.post(at("prompt-unarchive", prompt))

    assert archived["Location"] == reverse("prompt-list", args=["tea"])
    assert (at("prompt-unarchive", prompt) in page, at("prompt-save", prompt) in page) == (True, False)
    assert Prompt.objects.get().archived_at is None


def test_compare_marks_words(client_of: Callable[[User], Client], project: Project, reviewer: User) -> None:
    prompt = make_prompt(project, "A red car.", "A blue car.", "A blue <b>van</b>.")

    response = client_of(reviewer).get(at("prompt-compare", prompt), {"old": "1", "new": "2"})

    assert response.context["pieces"] == [
        Piece("same", "A "),
        Piece("removed", "red"),
        Piece("added", "blue"),
        Piece("same", " car."),
    ]
    assert "A <del>red</del> car." in response.content.decode()
    assert "A <ins>blue</ins> car." in response.content.decode()


def test_compare_shows_the_last_change_unless_asked_otherwise(
    client_of: Callable[[User], Client], project: Project, artist: User
) -> None:
    several, single = make_prompt(project, "1", "2", "<3>"), make_prompt(project, "only")
    client = client_of(artist)

    last = client.get(at("prompt-compare", several)).context
    middle = client.get(at("prompt-compare", several), {"new": "2"}).context
    alone = client.get(at("prompt-compare", single))

    assert (last["old"].number, last["new"].number) == (2, 3)
    assert (middle["old"].number, middle["new"].number) == (1, 2)
    assert "one and the same version" in alone.content.decode()


def test_compare_escapes_what_was_written(client_of: Callable[[User], Client], project: Project, artist: User) -> None:
    prompt = make_prompt(project, "a", "<script>x</script>")

    page = client_of(artist).get(at("prompt-compare", prompt)).content.decode()

    assert "&lt;script&gt;x&lt;/script&gt;" in page


@pytest.mark.parametrize("asked", [{"old": "7"}, {"new": "7"}, {"old": "x"}, {"old": "-1"}])
def test_compare_knows_no_other_version(
    client_of: Callable[[User], Client], prompt: Prompt, artist: User, asked: dict[str, str]
) -> None:
    assert client_of(artist).get(at("prompt-compare", prompt), asked).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_the_same_number_of_questions_for_any_number(
    client_of: Callable[[User], Client],
    project: Project,
    artist: User,
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(count):
        make_prompt(project, "one", "two")
    client = client_of(artist)

    with django_assert_num_queries(9):
        response = client.get(reverse("prompt-list", args=["tea"]))

    assert len(response.context["versions"]) == count


@pytest.mark.parametrize("count", [1, 3])
def test_detail_asks_the_same_number_of_questions_for_any_number_of_versions(
    client_of: Callable[[User], Client],
    project: Project,
    artist: User,
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    prompt = make_prompt(project, *map(str, range(count)))
    client = client_of(artist)

    with django_assert_num_queries(11):
        response = client.get(at("prompt-detail", prompt))

    assert len(response.context["versions"]) == count


def test_tags_are_put_on_and_taken_off(client_of: Callable[[User], Client], prompt: Prompt, reviewer: User) -> None:
    client = client_of(reviewer)

    response = client.post(at("prompt-tags", prompt), {"put": "Hero, sea"})
    before = library.tags_on("prompt", [prompt.pk])
    client.post(at("prompt-tags", prompt), {"off": "hero"})

    assert response["Location"] == f"{at('prompt-detail', prompt)}#tags"
    assert (before, library.tags_on("prompt", [prompt.pk])) == ({prompt.pk: ["Hero", "sea"]}, {prompt.pk: ["sea"]})


def test_tag_that_is_too_long_is_kept_for_another_try(
    client_of: Callable[[User], Client], prompt: Prompt, artist: User
) -> None:
    response = client_of(artist).post(at("prompt-tags", prompt), {"put": "x" * 50})

    assert (response.status_code, response.context["tag_typed"]) == (422, "x" * 50)


def test_list_is_narrowed_and_says_what_is_used(
    client_of: Callable[[User], Client], project: Project, prompt: Prompt, artist: User
) -> None:
    make_prompt(project, "It stops.", title="Ending")
    make_render(project, prompt_version=prompt.latest)
    tags.put(project=project, noun="prompt", ids=[prompt.pk], names=["Hero"], actor=artist)

    response = client_of(artist).get(reverse("prompt-list", args=["tea"]), {"tag": "hero", "sort": "title"})

    assert [(row.version.prompt, row.uses, row.tags) for row in response.context["rows"]] == [(prompt, 1, ["Hero"])]
    assert f'href="{reverse("gallery")}?prompt={prompt.pk}"' in response.content.decode()


def test_list_pages_on(client_of: Callable[[User], Client], project: Project, artist: User) -> None:
    made = [make_prompt(project, "One.") for _ in range(52)]
    client, address = client_of(artist), reverse("prompt-list", args=["tea"])

    first = client.get(address)
    second = client.get(address, {"before": first.context["next_before"]})

    shown = [version.prompt for response in (first, second) for version in response.context["versions"]]
    assert (shown, second.context["next_before"]) == (made[::-1], None)
