"""Tags: what one is, putting them on and taking them off, and which are offered."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from studio.choices import Role
from studio.lib.clock import now
from studio.models import Project, RenderEvent, Tag, TakeTag, User
from studio.services import search, tags
from tests.factories import make_asset, make_project, make_prompt, make_render


def put(project: Project, actor: User, *numbers: int, names: tuple[str, ...] = ("Hero",), noun: str = "take") -> int:
    return tags.put(project=project, noun=noun, ids=numbers, names=names, actor=actor)


def on_takes() -> list[tuple[int, str]]:
    return list(TakeTag.objects.order_by("render", "tag__key").values_list("render", "tag__name"))


def test_tags_are_read_from_words_with_commas_each_once_as_first_written() -> None:
    assert tags.names_in(" Hero shot ,night,, HERO  SHOT, Nacht\x00 ") == ["Hero shot", "night", "Nacht"]


@pytest.mark.parametrize("text", ["", " , ,", "\x00", "x" * 41, ",".join(map(str, range(21))), "ŉ" * 40 + "x"])
def test_what_is_no_tag_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        tags.names_in(text)


def test_a_tag_is_put_on_once_whichever_way_it_is_written(project: Project, artist: User) -> None:
    first, second = make_render(project), make_render(project)

    assert put(project, artist, first.pk) == 1
    assert put(project, artist, first.pk, second.pk, names=("HERO",)) == 1

    assert on_takes() == [(first.pk, "Hero"), (second.pk, "Hero")]
    assert Tag.objects.count() == 1


def test_history_tells_who_put_a_tag_on_and_took_it_off(project: Project, artist: User) -> None:
    take = make_render(project)

    put(project, artist, take.pk, names=("Hero", "Night"))
    tags.take_off(project=project, noun="take", ids=[take.pk], names=["hero"], actor=artist)

    said = RenderEvent.objects.filter(render=take, actor=artist).values_list("reason", flat=True)
    assert list(said) == ["Tagged: Hero, Night", "Tag removed: Hero"]


def test_takes_of_other_projects_are_left_alone(project: Project, artist: User) -> None:
    elsewhere = make_render(make_project({Role.ARTIST: artist}))

    assert put(project, artist, elsewhere.pk) == 0
    assert tags.take_off(project=project, noun="take", ids=[elsewhere.pk], names=["Hero"], actor=artist) == 0

    assert on_takes() == []


def test_taking_off_what_is_not_there_changes_nothing(project: Project, artist: User) -> None:
    take = make_render(project)
    put(project, artist, take.pk)

    assert tags.take_off(project=project, noun="take", ids=[take.pk], names=["Night"], actor=artist) == 0
    assert on_takes() == [(take.pk, "Hero")]


def test_references_and_prompts_have_the_same_tags(project: Project, artist: User) -> None:
    asset, prompt, take = make_asset(project), make_prompt(project), make_render(project)

    changed = [
        put(project, artist, asset.pk, noun="asset"),
        put(project, artist, prompt.pk, names=("Night",), noun="prompt"),
        put(project, artist, take.pk, names=("Take",)),
    ]

    assert changed == [1, 1, 1]
    assert [tag.name for tag in tags.tags_of(project)] == ["Hero", "Night", "Take"]
    assert [tag.name for tag in tags.tags_of(project, "prompt")] == ["Night"]


def test_a_tag_that_is_on_nothing_is_offered_no_more(project: Project, artist: User) -> None:
    take = make_render(project)
    put(project, artist, take.pk)
    tags.take_off(project=project, noun="take", ids=[take.pk], names=["Hero"], actor=artist)

    assert list(tags.tags_of(project)) == []


def test_a_take_is_found_by_its_tag(project: Project, artist: User) -> None:
    take = make_render(project)
    make_render(project)

    put(project, artist, take.pk, names=("Zanzibar",))

    found = project.renders.filter(pk__in=search.found(noun="take", words="zanzi", projects=[project.pk]))
    assert list(found) == [take]


def test_nothing_is_tagged_in_an_archived_project(project: Project, artist: User) -> None:
    take = make_render(project)
    project.archived_at = now()

    with pytest.raises(ValidationError):
        put(project, artist, take.pk)

    assert on_takes() == []
