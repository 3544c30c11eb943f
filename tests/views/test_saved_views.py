"""Views of galleries that a person keeps: saved, opened, renamed, deleted, and nobody else's business."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from studio.models import Membership, Project, SavedView, User
from studio.services import saved_views

ClientOf = Callable[[User], Client]


@pytest.fixture
def client(client_of: ClientOf, artist: User) -> Client:
    return client_of(artist)


@pytest.fixture
def view(artist: User) -> SavedView:
    return SavedView.objects.create(user=artist, name="Failed herons", query="q=heron&state=failed")


def kept(user: User) -> list[tuple[str, str, str]]:
    views = SavedView.objects.filter(user=user).order_by("pk")
    return [(each.name, each.query, each.project.slug if each.project else "") for each in views]


def test_view_is_kept_with_its_filters_alone(client: Client, artist: User) -> None:
    form = {"name": " Herons ", "query": "q=heron&state=&before=7&sort=rating&evil=1"}

    response = client.post(reverse("saved-view-create"), form)

    assert response["Location"] == "/gallery/?q=heron&sort=rating"
    assert kept(artist) == [("Herons", "q=heron&sort=rating", "")]


def test_view_of_a_project_leads_there(client: Client, artist: User, project: Project) -> None:
    response = client.post(reverse("saved-view-create"), {"name": "Best", "query": "rating=4", "project": project.slug})

    assert response["Location"] == "/projects/tea/?rating=4"
    assert kept(artist) == [("Best", "rating=4", "tea")]
    assert "Best" in client.get("/projects/tea/").content.decode()


def test_same_name_again_means_the_new_view(client: Client, artist: User, view: SavedView) -> None:
    client.post(reverse("saved-view-create"), {"name": view.name, "query": "rating=5"})

    assert kept(artist) == [("Failed herons", "rating=5", "")]


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "a\x00b"])
def test_name_that_cannot_be_is_refused_with_words(client: Client, artist: User, name: str) -> None:
    response = client.post(reverse("saved-view-create"), {"name": name, "query": "rating=5"})

    assert (response.status_code, bool(response.context["problem"]), kept(artist)) == (422, True, [])


def test_name_and_filters_of_a_view_that_was_not_kept_stay(client: Client, project: Project) -> None:
    form = {"name": "x" * 81, "query": "tag=keepme&q=precious", "project": "tea"}

    body = client.post(reverse("saved-view-create"), form).content.decode()

    assert f'name="name" value="{"x" * 81}"' in body
    assert 'name="query" value="tag=keepme&amp;q=precious"' in body
    assert 'name="project" value="tea"' in body


def test_too_many_views_are_refused(client: Client, artist: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_views, "MOST", 1)
    client.post(reverse("saved-view-create"), {"name": "One"})

    response = client.post(reverse("saved-view-create"), {"name": "Two"})

    assert response.context["problem"] == ("You keep 1 views here already. Delete one of them first; nothing was kept.")
    assert kept(artist) == [("One", "", "")]


def test_view_opens_what_it_keeps(client: Client, view: SavedView) -> None:
    context = client.get(reverse("gallery")).context

    assert [(each.name, address) for each, address in context["saved_views"]] == [
        ("Failed herons", "/gallery/?q=heron&state=failed")
    ]


def test_view_is_renamed(client: Client, artist: User, view: SavedView) -> None:
    client.post(reverse("saved-view-rename", args=[view.pk]), {"name": "Grey birds"})

    assert kept(artist) == [("Grey birds", view.query, "")]


def test_name_of_another_view_is_refused_and_what_was_typed_stays(
    client: Client, artist: User, view: SavedView
) -> None:
    SavedView.objects.create(user=artist, name="Taken")

    response = client.post(reverse("saved-view-rename", args=[view.pk]), {"name": "Taken"})

    assert response.context["problem"] == "Another of your views here is called “Taken”. Nothing was changed."
    assert 'value="Taken"' in response.content.decode()
    assert [name for name, _, _ in kept(artist)] == ["Failed herons", "Taken"]


def test_view_is_deleted(client: Client, artist: User, view: SavedView) -> None:
    client.post(reverse("saved-view-delete", args=[view.pk]))

    assert kept(artist) == []


@pytest.mark.parametrize("name", ["saved-view-rename", "saved-view-delete"])
def test_views_of_others_do_not_exist(
    client_of: ClientOf, manager: User, artist: User, view: SavedView, name: str
) -> None:
    response = client_of(manager).post(reverse(name, args=[view.pk]), {"name": "Mine"})

    assert (response.status_code, kept(artist)) == (404, [("Failed herons", view.query, "")])
    assert client_of(manager).get(reverse("saved-view-list")).context["rows"] == []


def test_view_cannot_be_kept_of_a_project_of_others(client_of: ClientOf, outsider: User, project: Project) -> None:
    response = client_of(outsider).post(reverse("saved-view-create"), {"name": "Spy", "project": project.slug})

    assert (response.status_code, kept(outsider)) == (404, [])


def test_view_of_a_project_that_one_has_left_is_not_offered(client: Client, artist: User, project: Project) -> None:
    SavedView.objects.create(user=artist, project=project, name="Best")
    before = len(client.get(reverse("saved-view-list")).context["rows"])
    Membership.objects.filter(user=artist).delete()

    assert (before, client.get(reverse("saved-view-list")).context["rows"]) == (1, [])
