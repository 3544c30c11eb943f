"""Filters in the address: what they find, what is said of those that make no sense, and what they cost."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from studio.choices import RenderState, Role
from studio.models import Collection, Project, Render, Tag, TakeTag, User
from tests.factories import make_project, make_prompt, make_render
from tests.views.filtering import client, numbers, see, take_with

__all__ = ["client"]


RESULTS = {"HX-Request": "true", "HX-Target": "gallery-results"}


def chips(response: Any) -> list[tuple[str, str]]:
    return [(chip.text, chip.address) for chip in response.context["chips"]]


def text_of_count(response: HttpResponse) -> str:
    found = re.search(r'id="gallery-count"[^>]*>([^<]*)</p>', response.content.decode())
    assert found is not None
    return found[1]


def test_words_of_the_address_are_looked_for(client: Client, project: Project) -> None:
    heron = take_with(project, "A heron over the lake")
    take_with(project, "A red car")

    response = see(client, q="her")

    assert (numbers(response), text_of_count(response)) == ([heron.pk], "1 take")


def test_form_without_a_script_sends_empty_fields_that_mean_nothing(client: Client, project: Project) -> None:
    heron = take_with(project, "A heron")
    take_with(project, "A car")
    form = see(client).content.decode().partition('<form class="gallery-form"')[2].partition("</form>")[0]
    names = set(re.findall(r'<(?:input|select)[^>]* name="(\w+)"', form)) - {"favourite"}

    response = see(client, **dict.fromkeys(names, "") | {"q": "heron"})

    assert {"project", "state", "tag", "sort", "min_price", "since"} <= names
    assert (response.status_code, numbers(response), chips(response)) == (
        200,
        [heron.pk],
        chips(see(client, q="heron")),
    )


def test_filters_of_the_address_combine(client: Client, project: Project) -> None:
    both = take_with(project, "A heron", state=RenderState.FAILED, rating=3)
    take_with(project, "A heron")
    take_with(project, "A car", state=RenderState.FAILED, rating=3)

    response = see(client, q="heron", state="failed", rating="2", model="", since="")

    assert numbers(response) == [both.pk]


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("state", "melted", "“melted” is nothing that this filter knows."),
        ("verdict", "x", "“x” is nothing that this filter knows."),
        ("sort", "upside-down", "“upside-down” is nothing that this filter knows."),
        ("rating", "9", "“9” is nothing that this filter knows."),
        ("min_seconds", "long", "This filter wants a number."),
        ("max_price", "NaN", "This filter wants a number."),
        ("person", "ada", "This filter wants a number."),
        ("since", "yesterday", "This filter wants a day, such as 2026-11-21."),
        ("project", "nowhere", "There is no such project among those that you may open."),
        ("q", "***", "There is nothing to look for in “***”: write letters or digits."),
        ("q", "a" * 400, "That is more than a search looks for: write a few words of it."),
    ],
)
def test_what_makes_no_sense_is_said_and_shows_nothing(
    client: Client, project: Project, name: str, value: str, says: str
) -> None:
    make_render(project)

    response = see(client, **{name: value})

    assert (response.status_code, numbers(response)) == (422, [])
    assert [problem for _, problem in response.context["problems"]] == [says]


@pytest.mark.parametrize("name", ["q", "project", "state", "tag", "since", "person", "min_price", "sort", "before"])
@pytest.mark.parametrize("value", ["\x00", "9" * 400, "٣", "' OR 1=1", "-1", "%", "<b>", "0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("page", ["gallery", "gallery-takes", "project-detail"])
def test_nonsense_in_the_address_is_survived(
    client: Client, project: Project, name: str, value: str, page: str
) -> None:
    make_render(project)
    address = reverse(page, args=[project.slug] if page == "project-detail" else [])

    assert client.get(address, {name: value}).status_code in {200, 422}


def test_filters_that_are_on_can_be_taken_off_one_by_one(client: Client, project: Project) -> None:
    response = see(client, q="heron", state="failed", tag=["hero", "night"], sort="rating")

    rest = "q=heron&state=failed&tag=hero&tag=night&sort=rating"
    without = ["q=heron&", "state=failed&", "tag=hero&", "tag=night&"]
    assert [text for text, _ in chips(response)] == ["“heron”", "State: Failed", "Tags: hero", "Tags: night"]
    assert [address for _, address in chips(response)] == [f"/gallery/?{rest.replace(part, '')}" for part in without]


def test_empty_result_says_so_and_offers_the_way_back(client: Client, project: Project) -> None:
    make_render(project)

    body = see(client, q="zebra").content.decode()

    assert ("No take is like that" in body, "Nothing has landed yet" in body) == (True, False)
    assert '<a class="button button-primary" href="/gallery/"' in body


def test_view_with_takes_keeps_its_empty_state_for_when_the_last_one_is_deleted(
    client: Client, project: Project
) -> None:
    take_with(project, "A heron")

    assert see(client, q="heron").content.decode().count('<div class="empty empty-later">') == 1
    assert see(client).content.decode().count("empty-later") == 0


def test_takes_of_other_projects_are_not_findable(client: Client, project: Project) -> None:
    secret = make_project(name="Secret whale", slug="secret-whale")
    take = take_with(secret, "A white whale")
    tag = Tag.objects.create(project=secret, name="moby", key="moby")
    TakeTag.objects.create(tag=tag, render=take)
    board = Collection.objects.create(project=secret, name="Ahab's board")
    prompt = make_prompt(secret, title="Call me Ishmael")
    Render.objects.filter(pk=take.pk).update(prompt_version=prompt.latest)
    looks: list[dict[str, Any]] = [
        {"q": "whale"},
        {"q": str(take.pk)},
        {"tag": "moby"},
        {"collection": board.pk},
        {"prompt": prompt.pk},
        {"shot": take.pk},
        {"state": "queued"},
        {"rating": "0"},
    ]

    pages = [see(client, **look) for look in looks[:-1]]

    assert [numbers(page) for page in pages] == [[]] * len(pages)
    assert [text_of_count(page) for page in pages] == ["0 takes"] * len(pages)
    words = ("Secret whale", "moby", "Ahab", "Ishmael", "secret-whale")
    assert [[word for word in words if word in page.content.decode()] for page in pages][3:] == [
        [], [], [], [],
    ]  # fmt: skip


def test_panel_offers_only_what_belongs_to_ones_own_projects(client: Client, project: Project, outsider: User) -> None:
    Tag.objects.create(project=make_project(name="Whale", slug="whale"), name="moby", key="moby")
    Tag.objects.create(project=project, name="hero", key="hero")

    context = see(client).context

    assert (context["tag_names"], [each.slug for each in context["filter_form"].projects]) == (["hero"], ["tea"])
    assert sorted(person.username for person in context["people"]) == ["artist", "manager", "reviewer"]


def test_project_page_is_filtered_by_its_own_address(client: Client, project: Project, artist: User) -> None:
    heron = take_with(project, "A heron")
    take_with(make_project({Role.ARTIST: artist}), "A heron")
    take_with(project, "A car")

    response = client.get(reverse("project-detail", args=[project.slug]), {"q": "heron"})

    assert numbers(response) == [heron.pk]


def test_filters_get_only_what_was_found_and_a_clean_address(client: Client, project: Project) -> None:
    take_with(project, "A heron")

    response = client.get(reverse("gallery"), {"q": "heron", "state": "", "sort": ""}, headers=RESULTS)

    body = response.content.decode()
    assert response["HX-Push-Url"] == "/gallery/?q=heron"
    assert ("<html" in body, 'id="gallery-results" data-view="q=heron"' in body) == (False, True)


def test_word_that_is_typed_on_is_one_step_back(client: Client, project: Project) -> None:
    headers = RESULTS | {"HX-Current-URL": "http://testserver/gallery/?q=he&state=failed"}

    typed = client.get(reverse("gallery"), {"q": "heron", "state": "failed"}, headers=headers)
    chosen = client.get(reverse("gallery"), {"q": "heron", "state": "ready"}, headers=headers)

    assert (typed["HX-Replace-Url"], "HX-Push-Url" in typed) == ("/gallery/?q=heron&state=failed", False)
    assert (chosen["HX-Push-Url"], "HX-Replace-Url" in chosen) == ("/gallery/?q=heron&state=ready", False)


@pytest.mark.parametrize("address", ["http://[", "//]["])
def test_odd_address_of_the_page_before_is_none(client: Client, db: None, address: str) -> None:
    response = client.get(reverse("gallery"), {"q": "heron"}, headers=RESULTS | {"HX-Current-URL": address})

    assert response["HX-Push-Url"] == "/gallery/?q=heron"


def test_of_a_filter_that_is_repeated_the_last_counts_and_of_tags_a_few(client: Client, db: None) -> None:
    query = {"state": ["failed", "ready"], "tag": [f"t{at}" for at in range(900)]}

    response = client.get(reverse("gallery"), query)

    assert [text for text, _ in chips(response)] == ["State: Ready", *(f"Tags: t{at}" for at in range(12))]
