"""The first screen of a project: the composer and the takes under it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from studio.models import ComposerDraft, Project, User
from tests.factories import make_asset, make_key, make_output, make_project, make_prompt, make_render

ClientOf = Callable[[User], Client]


@pytest.fixture
def address(project: Project) -> str:
    return reverse("project-detail", args=[project.slug])


@pytest.mark.parametrize(("who", "composes", "manages"), [("artist", 1, 0), ("manager", 1, 1), ("reviewer", 0, 0)])
def test_studio_offers_what_the_role_may_do(
    client_of: ClientOf, address: str, request: pytest.FixtureRequest, who: str, composes: int, manages: int
) -> None:
    make_key()

    body = client_of(request.getfixturevalue(who)).get(address).content.decode()

    assert body.count('<form id="composer"') == composes
    assert body.count('<form id="upload"') == composes
    assert body.count(reverse("project-settings", args=["tea"])) == manages


def test_reviewer_leaves_no_draft_behind(client_of: ClientOf, address: str, reviewer: User) -> None:
    client_of(reviewer).get(address)

    assert ComposerDraft.objects.count() == 0


def test_studio_admin_works_in_every_project(client_of: ClientOf, admin: User) -> None:
    project = make_project()

    body = client_of(admin).get(reverse("project-detail", args=[project.slug])).content.decode()

    assert body.count('<form id="composer"') == 1


def test_archived_project_is_only_looked_at(client_of: ClientOf, address: str, project: Project, artist: User) -> None:
    make_output(make_render(project))
    Project.objects.update(archived_at=timezone.now())

    body = client_of(artist).get(address).content.decode()

    assert (body.count('<form id="composer"'), body.count("<article")) == (0, 1)
    assert "This project is archived" in body


def test_empty_project_says_what_comes(client_of: ClientOf, address: str, artist: User) -> None:
    body = client_of(artist).get(address).content.decode()

    assert (body.count("<h2>No takes yet</h2>"), body.count("<article")) == (1, 0)


def test_composer_starts_from_the_projects_settings(client_of: ClientOf, address: str, artist: User) -> None:
    make_key()
    Project.objects.update(default_settings={"model": "tokenlab:seedance-2.0", "resolution": "1080p", "odd": 1})

    composer = client_of(artist).get(address).context["composer"]

    assert (composer.values["model"], composer.values["resolution"]) == ("seedance-2.0", "1080p")
    assert "odd" not in composer.values


def test_looking_at_the_page_writes_nothing_into_the_composer(
    client_of: ClientOf, address: str, project: Project, artist: User
) -> None:
    version = make_prompt(project, "Waves.").versions.get()
    ComposerDraft.objects.create(project=project, user=artist, data={"values": {"prompt": "Typed."}})

    response = client_of(artist).get(address, {"prompt": version.pk})

    assert ">Typed.</textarea>" in response.content.decode()
    assert ComposerDraft.objects.get().data == {"values": {"prompt": "Typed."}}


def test_library_and_prompts_offered_are_of_this_project(
    client_of: ClientOf, address: str, project: Project, artist: User
) -> None:
    mine, _ = make_asset(project), make_asset(make_project())
    prompt = make_prompt(project, "One.", "Two.")
    make_prompt(make_project())
    make_prompt(project, archived_at=timezone.now())

    context = client_of(artist).get(address).context

    assert list(context["library"]) == [mine]
    assert list(context["saved_prompts"]) == [prompt.latest]


def test_names_typed_by_people_are_shown_as_text(
    client_of: ClientOf, address: str, project: Project, artist: User
) -> None:
    nasty = '"><script>alert(1)</script>'
    Project.objects.update(name=nasty)
    ComposerDraft.objects.create(
        project=project,
        user=artist,
        data={"values": {"prompt": f"</textarea>{nasty}", "seed": nasty}, "tray": [make_asset(project, name=nasty).pk]},
    )
    make_prompt(project, title=nasty)
    make_render(project, asked_by=artist, error_said=nasty, state="failed")
    User.objects.filter(pk=artist.pk).update(display_name=nasty)

    body = client_of(artist).get(address).content.decode()

    assert (body.count("<script>"), body.count("</textarea>")) == (0, 1)


def test_card_keeps_its_shape_before_the_file_is_known(
    client_of: ClientOf, address: str, project: Project, artist: User
) -> None:
    make_render(project)

    body = client_of(artist).get(address).content.decode()

    assert re.findall(r'<article[^>]* data-ratio="([^"]*)"', body) == ["16:9"]


@pytest.mark.parametrize("takes", [1, 24])
def test_studio_asks_the_same_number_of_questions_for_any_number_of_things(
    client_of: ClientOf,
    address: str,
    project: Project,
    artist: User,
    takes: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make_key()
    tray = [make_asset(project).pk for _ in range(3)]
    data = {"values": {"operation": "reference-to-video"}, "tray": tray}
    ComposerDraft.objects.create(project=project, user=artist, data=data)
    for _ in range(takes):
        make_output(make_render(project, asked_by=artist))
        make_prompt(project, "One.", "Two.")
        make_asset(project)
    client = client_of(artist)

    # Two of them for money: the budgets that bind, of which there are none, and where quoting is stopped.
    with django_assert_num_queries(19):
        response = client.get(address)

    assert (len(response.context["takes"]), len(response.context["composer"].tray)) == (takes, 3)
