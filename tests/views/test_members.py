"""The members page of a project."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from studio.choices import Role
from studio.models import Invitation, Membership, Project, User
from studio.services import invitations, people
from tests.factories import make_project, make_user


def member(project: Project, user: User) -> Membership:
    return project.memberships.get(user=user)


def role_address(project: Project, user: User) -> str:
    return reverse("member-role", args=[project.slug, member(project, user).pk])


def remove_address(project: Project, user: User) -> str:
    return reverse("member-remove", args=[project.slug, member(project, user).pk])


def test_members_lists_people_and_open_links_for_the_manager(
    client_of: Callable[[User], Client], project: Project, artist: User, manager: User, reviewer: User
) -> None:
    invitation = invitations.invite(by=manager, project=project, note="Rae")

    response = client_of(manager).get(reverse("project-members", args=["tea"]))

    assert [found.user for found in response.context["members"]] == [artist, manager, reviewer]
    assert response.context["links"] == [(invitation, invitations.link(invitation))]
    assert f'value="{invitations.link(invitation)}"' in response.content.decode()


@pytest.mark.parametrize("who", ["artist", "reviewer"])
def test_members_shows_others_no_link(
    client_of: Callable[[User], Client], project: Project, manager: User, who: str, request: pytest.FixtureRequest
) -> None:
    invitation = invitations.invite(by=manager, project=project)

    response = client_of(request.getfixturevalue(who)).get(reverse("project-members", args=["tea"]))

    assert response.status_code == 200
    assert "links" not in response.context
    assert invitation.token not in response.content.decode()


def test_invitation_create_makes_a_link(client_of: Callable[[User], Client], project: Project, manager: User) -> None:
    response = client_of(manager).post(
        reverse("invitation-create", args=["tea"]), {"role": "reviewer", "note": "Rae", "makes_admin": "on"}
    )

    invitation = Invitation.objects.get()
    assert response["Location"] == reverse("project-members", args=["tea"])
    assert (invitation.project, invitation.role, invitation.note) == (project, Role.REVIEWER, "Rae")
    assert (invitation.created_by, invitation.makes_admin) == (manager, False)


def test_invitation_create_keeps_what_was_typed(
    client_of: Callable[[User], Client], project: Project, manager: User
) -> None:
    response = client_of(manager).post(reverse("invitation-create", args=["tea"]), {"role": "emperor", "note": "Rae"})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["role"]
    assert response.context["form"]["note"].value() == "Rae"


def test_member_role_changes_it(
    client_of: Callable[[User], Client], project: Project, artist: User, manager: User
) -> None:
    response = client_of(manager).post(role_address(project, artist), {"role": "reviewer"})

    assert response["Location"] == reverse("project-members", args=["tea"])
    assert member(project, artist).role == Role.REVIEWER


def test_member_role_knows_no_other(
    client_of: Callable[[User], Client], project: Project, artist: User, manager: User
) -> None:
    response = client_of(manager).post(role_address(project, artist), {"role": "emperor"})

    assert (response.status_code, response.context["problem"]) == (422, "Choose one of the roles.")


@pytest.mark.parametrize("address", [role_address, remove_address])
def test_the_last_manager_stays(
    client_of: Callable[[User], Client],
    project: Project,
    manager: User,
    admin: User,
    address: Callable[[Project, User], str],
) -> None:
    response = client_of(admin).post(address(project, manager), {"role": "artist"})

    assert response.status_code == 422
    assert (
        response.context["problem"]
        == "Mia Manager is the last manager of this project. Make somebody else manager first."
    )
    assert member(project, manager).role == Role.MANAGER


def test_member_remove_takes_somebody_out(
    client_of: Callable[[User], Client], project: Project, artist: User, manager: User
) -> None:
    theirs = client_of(artist)

    response = client_of(manager).post(remove_address(project, artist))

    assert response["Location"] == reverse("project-members", args=["tea"])
    assert theirs.get(reverse("project-members", args=["tea"])).status_code == 404


def test_member_remove_of_oneself_leads_home(
    client_of: Callable[[User], Client], project: Project, manager: User
) -> None:
    people.join(project=project, user=make_user(), role=Role.MANAGER)

    response = client_of(manager).post(remove_address(project, manager))

    assert response["Location"] == "/"


def test_a_member_of_another_project_is_not_found(
    client_of: Callable[[User], Client], project: Project, manager: User
) -> None:
    stranger = make_user()
    elsewhere = make_project({Role.ARTIST: stranger})
    address = reverse("member-remove", args=["tea", member(elsewhere, stranger).pk])

    assert client_of(manager).post(address).status_code == 404
    assert member(elsewhere, stranger).role == Role.ARTIST


@pytest.mark.parametrize(("who", "status"), [("artist", 403), ("reviewer", 403), ("outsider", 404)])
def test_only_managers_change_members(
    client_of: Callable[[User], Client], project: Project, who: str, status: int, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(who)
    client = client_of(user)
    other = project.memberships.exclude(user=user)[0]

    for name in ("member-role", "member-remove"):
        assert client.post(reverse(name, args=["tea", other.pk]), {"role": "artist"}).status_code == status
    assert client.post(reverse("invitation-create", args=["tea"]), {"role": "artist"}).status_code == status
    assert (Membership.objects.count(), Invitation.objects.count()) == (3, 0)


def test_members_are_not_shown_to_an_outsider(
    client_of: Callable[[User], Client], project: Project, outsider: User
) -> None:
    assert client_of(outsider).get(reverse("project-members", args=["tea"])).status_code == 404


@pytest.mark.parametrize("name", ["project-members", "invitation-create", "member-role", "member-remove"])
def test_members_ask_for_signing_in(client: Client, project: Project, name: str) -> None:
    address = reverse(name, args=["tea", 1] if name.startswith("member-") else ["tea"])

    assert client.post(address)["Location"] == f"{reverse('sign-in')}?next={address}"


@pytest.mark.parametrize(
    ("name", "method"),
    [("project-members", "post"), ("invitation-create", "put"), ("member-role", "put"), ("member-remove", "put")],
)
def test_members_refuse_other_methods(
    client_of: Callable[[User], Client], project: Project, manager: User, name: str, method: str
) -> None:
    address = reverse(name, args=["tea", 1] if name.startswith("member-") else ["tea"])

    assert getattr(client_of(manager), method)(address).status_code == 405


@pytest.mark.parametrize("count", [1, 3])
def test_members_asks_the_same_number_of_questions_for_any_number(
    client_of: Callable[[User], Client], manager: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    project = make_project({Role.MANAGER: manager})
    for _ in range(count):
        people.join(project=project, user=make_user(), role=Role.ARTIST)
        invitations.invite(by=manager, project=project)
    client = client_of(manager)

    with django_assert_num_queries(7):
        response = client.get(reverse("project-members", args=[project.slug]))

    assert (len(response.context["members"]), len(response.context["links"])) == (count + 1, count)
