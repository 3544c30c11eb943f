"""Finding takes, references and prompts by words, on both databases alike."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation

from studio.choices import Operation
from studio.models import AssetTag, Comment, Project, Prompt, PromptTag, Render, SearchWork, Tag, TakeTag, User
from studio.services import comments, projects, prompts, search, search_index, tags
from studio.services.search import found, has_words, ranked
from tests.factories import make_asset, make_output, make_project, make_prompt, make_render, make_request, make_user


def take_with(project: Project, prompt: str, **over: Any) -> Render:
    take = make_render(project, request=make_request(prompt=prompt), **over)
    search_index.index(noun="take", numbers=[take.pk])
    return take


def numbers(words: str, noun: str = "take", projects: list[int] | None = None) -> list[int]:
    model: Any = {"take": Render, "prompt": Prompt}[noun]
    return sorted(
        model.objects.filter(pk__in=found(noun=noun, words=words, projects=projects)).values_list("pk", flat=True)
    )


@pytest.fixture
def take(project: Project, artist: User) -> Render:
    """A take with everything said of it that a search looks at."""
    take = take_with(project, "A lighthouse at the café, seagulls over it", asked_by=artist)
    tag = Tag.objects.create(project=project, name="Final look", key="final look")
    TakeTag.objects.create(tag=tag, render=take)
    Comment.objects.create(render=take, author=artist, name="Ada", text="Please hold the horizon")
    search_index.index(noun="take", numbers=[take.pk])
    return take


@pytest.mark.parametrize(
    "words",
    [
        "lighthouse",
        "LIGHTHOUSE",
        "light",
        "cafe",
        "café lighthouse",
        "final look",
        "ada",
        "tea commercial",
        "seedance-2.0",
        "horizon",
        "seagulls over it",
        "text to video",
        "tokenlab",
    ],
)
def test_take_is_found_by_what_is_said_of_it(take: Render, words: str) -> None:
    assert numbers(words) == [take.pk]


def test_take_is_found_by_its_number(take: Render) -> None:
    assert numbers(str(take.pk)) == [take.pk]


@pytest.mark.parametrize("words", ["harbour", "house", "lighthouse harbour", "over-seagulls", "lig house"])
def test_take_is_not_found_by_what_nobody_said(take: Render, words: str) -> None:
    assert numbers(words) == []


@pytest.mark.parametrize(
    "words",
    ["lighthouse AND", "NOT lighthouse", 'lighthouse"', "light*", "(lighthouse", "main:lighthouse", "lighthouse & !",
     "lighthouse:*", "' OR 1=1 --", "\x00lighthouse", "NEAR(lighthouse cafe)", "place : project1", "<->", "%", "\\"],
)  # fmt: skip
def test_signs_and_operators_are_plain_words(take: Render, words: str) -> None:
    expected = {'lighthouse"', "light*", "(lighthouse", "lighthouse & !", "lighthouse:*", "\x00lighthouse"}

    assert numbers(words) == ([take.pk] if words in expected else [])


@pytest.mark.parametrize(("words", "has"), [("red", True), ("***", False), ("\x00", False), ("", False), ("车", True)])
def test_what_holds_no_word_is_known_before_anything_is_asked(words: str, has: bool) -> None:
    assert has_words(words) == has


def test_words_are_looked_for_in_the_named_projects_only(project: Project) -> None:
    here, there = take_with(project, "A heron"), take_with(make_project(), "A heron")

    assert numbers("heron") == [here.pk, there.pk]
    assert numbers("heron", projects=[project.pk]) == [here.pk]
    assert numbers("heron", projects=[]) == []


def test_place_of_an_entry_is_no_word(project: Project) -> None:
    take_with(project, "A heron")

    assert numbers(search_index.place_of(project.pk)) == []


def test_best_match_comes_first_and_of_equals_the_newest(project: Project) -> None:
    passing = take_with(project, "A harbour at night with a boat, people, birds, fog, lamps and rain on the far shore")
    named = take_with(project, "Boat, boat, boat")
    said = take_with(project, "A harbour")
    make_output(said)
    Comment.objects.create(render=said, name="Ada", text="Where is the boat that we talked of all this time")
    search_index.index(noun="take", numbers=[said.pk])

    order = ranked(noun="take", words="boat", numbers=[passing.pk, named.pk, said.pk])

    assert (order[0], sorted(order)) == (named.pk, [passing.pk, named.pk, said.pk])


def test_ranking_leaves_out_what_does_not_match(project: Project) -> None:
    take, other = take_with(project, "A heron"), take_with(project, "A boat")

    assert ranked(noun="take", words="heron", numbers=[take.pk, other.pk]) == [take.pk]
    assert ranked(noun="take", words="***", numbers=[take.pk]) == []
    assert ranked(noun="take", words="heron", numbers=[]) == []


def test_comment_is_found_until_it_is_removed(project: Project, artist: User) -> None:
    take = make_render(project)
    make_output(take)
    said = comments.add(take=take, text="The kraken is too small", author=artist)
    before = numbers("kraken")

    comments.edit(comment=said, text="The octopus is too small", actor=artist)
    between = (numbers("kraken"), numbers("octopus"))
    comments.remove(comment=said, actor=artist)

    assert (before, between, numbers("octopus")) == ([take.pk], ([], [take.pk]), [])


def test_prompt_is_found_by_its_newest_words(project: Project, artist: User) -> None:
    version = prompts.create(project=project, title="Opening", text="A red car", by=artist)
    prompts.save_version(prompt=version.prompt, text="A blue bicycle", by=artist)
    prompts.rename(prompt=version.prompt, title="Ending")

    looked_for = {word: numbers(word, "prompt") for word in ("opening", "ending", "car", "bicycle")}

    assert looked_for == {"opening": [], "ending": [version.prompt.pk], "car": [], "bicycle": [version.prompt.pk]}


def test_references_and_prompts_are_found_by_their_tags(project: Project) -> None:
    asset, prompt = make_asset(project, name="Pier at dawn.png"), make_prompt(project)
    tag = Tag.objects.create(project=project, name="Sky", key="sky")
    AssetTag.objects.create(tag=tag, asset=asset)
    PromptTag.objects.create(tag=tag, prompt=prompt)
    search_index.index(noun="asset", numbers=[asset.pk])
    search_index.index(noun="prompt", numbers=[prompt.pk])

    assert project.assets.get(pk__in=found(noun="asset", words="pier sky")) == asset
    assert project.prompts.get(pk__in=found(noun="prompt", words="sky")) == prompt


def test_project_is_found_by_its_new_name_once_the_job_has_run(project: Project) -> None:
    take = take_with(project, "A heron")
    projects.describe(project=project, name="Coffee film", brief="", default_settings={}, tries_next_gateway=False)
    while search_index.work_off():
        pass

    assert (numbers("coffee"), numbers("commercial")) == ([take.pk], [])
    assert not SearchWork.objects.exists()


def test_project_that_keeps_its_name_makes_no_work(project: Project) -> None:
    projects.describe(project=project, name=project.name, brief="", default_settings={}, tries_next_gateway=False)

    assert not SearchWork.objects.exists()


def test_person_is_found_by_their_new_name(project: Project) -> None:
    person = make_user("bo", display_name="Bo")
    take = take_with(project, "A heron", asked_by=person)
    take_with(project, "A boat")
    person.display_name = "Beatrix"
    person.save()

    search_index.renamed(person=person)
    while search_index.work_off():
        pass

    assert numbers("beatrix") == [take.pk]


def test_long_work_goes_in_steps(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    takes = [make_render(project) for _ in range(5)]
    monkeypatch.setattr(search_index, "STEP", 2)
    SearchWork.objects.create(noun="take")

    steps = [search_index.work_off() for _ in range(5)]

    assert steps == [True, True, True, True, False]
    assert numbers("red car") == [take.pk for take in takes]


def test_a_long_talk_of_long_words_is_found_by_its_beginning(project: Project, artist: User) -> None:
    take = take_with(project, "A heron")
    letters = [chr(0x10D0 + at) for at in range(32)]
    # Sixty letters of three bytes each, and no word twice: more than a megabyte in all.
    words = [letters[at % 32] + letters[at // 32 % 32] + letters[at // 1024] + "ა" * 57 for at in range(6000)]
    rows = [Comment(render=take, author=artist, text=" ".join(words[at : at + 80])) for at in range(0, 6000, 80)]
    Comment.objects.bulk_create(rows)

    tags.put(project=project, noun="take", ids=[take.pk], names=["hero"], actor=artist)

    assert [numbers(word) for word in ("hero", "heron", words[0])] == [[take.pk]] * 3


def test_choices_are_found_by_their_english_words_whatever_language_somebody_reads(project: Project) -> None:
    take = make_render(project)
    with translation.override("fr"):
        search_index.index(noun="take", numbers=[take.pk])

    assert numbers(str(Operation(take.operation).label)) == [take.pk]


def test_index_forgets_what_it_is_told_to(take: Render) -> None:
    search_index.forget(noun="take", numbers=[take.pk])

    assert numbers("lighthouse") == []


def test_entry_of_a_row_that_is_gone_goes(take: Render) -> None:
    search_index.index(noun="take", numbers=[take.pk, take.pk + 1000])

    assert numbers("lighthouse") == [take.pk]


def test_question_of_a_hundred_thousand_letters_is_survived(take: Render) -> None:
    assert numbers("lighthouse " * 10_000) == [take.pk]
    assert search.has_words("*" * 100_000) is False
