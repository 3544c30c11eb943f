"""Making, describing and archiving projects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from studio.choices import Role
from studio.models import Project, User
from studio.providers import registry
from studio.services import drafts
from studio.services.composer import compose
from tests.factories import make_key

SETTINGS = {
    "name": "Coffee",
    "brief": "Warm.",
    "model": "",
    "operation": "",
    "aspect_ratio": "",
    "duration": "",
    "resolution": "",
    "sound": "",
    "approvals_needed": "1",
}


def test_create_makes_its_maker_manager(client_of: Callable[[User], Client], project: Project, manager: User) -> None:
    response = client_of(manager).post(reverse("project-create"), {"name": "Coffee", "brief": "Warm."})

    made = Project.objects.get(slug="coffee")
    assert response["Location"] == reverse("project-detail", args=["coffee"])
    assert (made.name, made.brief, made.role_of(manager)) == ("Coffee", "Warm.", Role.MANAGER)


def test_create_keeps_what_was_typed(client_of: Callable[[User], Client], admin: User) -> None:
    response = client_of(admin).post(reverse("project-create"), {"name": "  ", "brief": "A long brief."})

    assert response.status_code == 422
    assert response.context["form"]["brief"].value() == "A long brief."
    assert Project.objects.count() == 0


def test_create_is_for_those_who_manage_something(
    client_of: Callable[[User], Client], project: Project, artist: User
) -> None:
    client = client_of(artist)

    assert client.get(reverse("project-create")).status_code == 403
    assert client.post(reverse("project-create"), {"name": "Coffee"}).status_code == 403
    assert Project.objects.count() == 1


def test_settings_show_what_is_kept(client_of: Callable[[User], Client], project: Project, manager: User) -> None:
    model = registry.all_capabilities()[0]
    project.default_settings = {"model": model.key, "duration": "5", "sound": ""}
    project.save()

    form = client_of(manager).get(reverse("project-settings", args=["tea"])).context["form"]

    assert (form["name"].value(), form["model"].value(), form["duration"].value(), form["sound"].value()) == (
        "Tea commercial",
        model.studio_model,
        "5",
        "off",
    )


@pytest.mark.parametrize(("answer", "sound"), [("on", "on"), ("off", "")])
def test_settings_keep_only_what_was_chosen(
    client_of: Callable[[User], Client], project: Project, manager: User, answer: str, sound: str
) -> None:
    model = registry.all_capabilities()[0]
    chosen = {**SETTINGS, "model": model.studio_model, "duration": str(model.durations[0]), "sound": answer}

    response = client_of(manager).post(reverse("project-settings", args=["tea"]), chosen)

    project.refresh_from_db()
    assert response["Location"] == reverse("project-settings", args=["tea"])
    assert (project.name, project.brief) == ("Coffee", "Warm.")
    assert project.default_settings == {
        "model": model.studio_model,
        "duration": str(model.durations[0]),
        "sound": sound,
    }


def test_settings_refuse_what_the_model_cannot(
    client_of: Callable[[User], Client], project: Project, manager: User
) -> None:
    small = next(item for item in registry.all_capabilities() if item.studio_model == "seedance-2.0-fast")
    chosen: dict[str, Any] = {**SETTINGS, "model": small.studio_model, "resolution": "4k"}

    response = client_of(manager).post(reverse("project-settings", args=["tea"]), chosen)

    assert response.status_code == 422
    assert response.context["form"].errors == {"resolution": [f"{small.name} does not offer this."]}
    assert response.context["form"]["name"].value() == "Coffee"
    assert Project.objects.get(pk=project.pk).name == "Tea commercial"


def test_archive_and_back(client_of: Callable[[User], Client], project: Project, manager: User) -> None:
    client = client_of(manager)

    client.post(reverse("project-archive", args=["tea"]))
    put_away = Project.objects.get(pk=project.pk).archived_at
    page = client.get(reverse("project-settings", args=["tea"]))
    client.post(reverse("project-unarchive", args=["tea"]))

    assert put_away is not None
    assert "Bring the project back" in page.content.decode()
    assert Project.objects.get(pk=project.pk).archived_at is None


@pytest.mark.parametrize(("who", "status"), [("artist", 403), ("reviewer", 403), ("outsider", 404)])
@pytest.mark.parametrize("name", ["project-settings", "project-archive", "project-unarchive"])
def test_only_managers_look_after_a_project(
    client_of: Callable[[User], Client],
    project: Project,
    name: str,
    who: str,
    status: int,
    request: pytest.FixtureRequest,
) -> None:
    client = client_of(request.getfixturevalue(who))

    assert client.post(reverse(name, args=["tea"]), SETTINGS).status_code == status


@pytest.mark.parametrize("name", ["project-settings", "project-archive", "project-unarchive", "project-create"])
def test_projects_ask_for_signing_in(client: Client, project: Project, name: str) -> None:
    address = reverse(name, args=[] if name == "project-create" else ["tea"])

    response = client.post(address)

    assert response["Location"] == f"{reverse('sign-in')}?next={address}"


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("project-archive", "get"),
        ("project-unarchive", "get"),
        ("project-settings", "delete"),
        ("project-create", "put"),
    ],
)
def test_projects_refuse_other_methods(
    client_of: Callable[[User], Client], project: Project, manager: User, name: str, method: str
) -> None:
    address = reverse(name, args=[] if name == "project-create" else ["tea"])

    assert getattr(client_of(manager), method)(address).status_code == 405


def test_a_composer_starts_with_the_settings(
    client_of: Callable[[User], Client], project: Project, artist: User, manager: User
) -> None:
    make_key()
    settings = {**SETTINGS, "model": "seedance-2.0-mini", "sound": "off", "tries_next_gateway": "on"}
    client_of(manager).post(reverse("project-settings", args=["tea"]), settings)

    draft = drafts.draft_of(project=Project.objects.get(pk=project.pk), user=artist)

    composition = compose(draft)
    assert composition.capability == registry.find_model("tokenlab", "seedance-2.0-mini")
    assert not composition.values["sound"]
    assert draft.project.tries_next_gateway
