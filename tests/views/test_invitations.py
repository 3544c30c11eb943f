"""Accepting and withdrawing invitation links."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from studio.choices import Role
from studio.models import Invitation, Project, User
from studio.services import invitations
from tests.factories import make_project, make_user

NEWCOMER = {
    "username": "newcomer",
    "display_name": "Nia Newcomer",
    "password1": "quite-a-long-secret",
    "password2": "quite-a-long-secret",
}


@pytest.fixture
def invitation(project: Project, manager: User) -> Invitation:
    return invitations.invite(by=manager, project=project, role=Role.ARTIST)


def address(invitation: Invitation) -> str:
    return reverse("invitation-accept", args=[invitation.token])


def test_accept_shows_a_newcomer_what_the_link_gives(client: Client, invitation: Invitation) -> None:
    response = client.get(address(invitation))

    assert response.status_code == 200
    assert "Mia Manager invites you to work here as artist." in response.content.decode()
    assert response["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"


def test_accept_makes_an_account_and_signs_it_in(client: Client, project: Project, invitation: Invitation) -> None:
    response = client.post(address(invitation), NEWCOMER)

    user = User.objects.get(username="newcomer")
    assert response["Location"] == reverse("project-detail", args=["tea"])
    assert client.session["_auth_user_id"] == str(user.pk)
    assert (user.label, user.is_admin, project.role_of(user)) == ("Nia Newcomer", False, Role.ARTIST)
    assert user.check_password("quite-a-long-secret")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"username": "ARTIST"}, "username"),
        ({"username": ""}, "username"),
        ({"password1": "12345678", "password2": "12345678"}, "password2"),
        ({"password2": "something-else"}, "password2"),
    ],
)
def test_accept_keeps_what_was_typed(
    client: Client, invitation: Invitation, change: dict[str, str], field: str
) -> None:
    response = client.post(address(invitation), {**NEWCOMER, **change})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert response.context["form"]["display_name"].value() == "Nia Newcomer"
    assert Invitation.objects.open().count() == 1


def test_accept_gives_no_more_than_the_link_says(client: Client, invitation: Invitation) -> None:
    client.post(address(invitation), {**NEWCOMER, "is_studio_admin": "on", "is_superuser": "1", "role": "manager"})

    user = User.objects.get(username="newcomer")
    assert (user.is_admin, user.is_staff) == (False, False)
    assert user.memberships.get().role == Role.ARTIST


def test_accept_joins_who_is_signed_in(
    client_of: Callable[[User], Client], project: Project, invitation: Invitation, outsider: User
) -> None:
    client = client_of(outsider)

    shown = client.get(address(invitation))
    joined = client.post(address(invitation))

    assert "Join as Otto Outsider" in shown.content.decode()
    assert joined["Location"] == reverse("project-detail", args=["tea"])
    assert project.role_of(outsider) == Role.ARTIST


def test_accept_leaves_the_link_open_for_whom_it_was_meant(
    client_of: Callable[[User], Client], invitation: Invitation, manager: User
) -> None:
    response = client_of(manager).post(address(invitation))

    assert response.status_code == 200
    assert response.context["has_all"]
    assert Invitation.objects.open().get() == invitation


def test_accept_of_an_admin_link(client_of: Callable[[User], Client], admin: User, outsider: User) -> None:
    link = invitations.invite(by=admin, project=None, makes_admin=True)

    response = client_of(outsider).post(address(link))

    assert response["Location"] == "/"
    assert User.objects.get(pk=outsider.pk).is_admin


@pytest.mark.parametrize(
    ("column", "heading"),
    [
        ("expires_at", "This link has expired"),
        ("revoked_at", "This link was withdrawn"),
        ("accepted_at", "This link has been used"),
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_closed_link_says_why(client: Client, invitation: Invitation, column: str, heading: str, method: str) -> None:
    Invitation.objects.update(**{column: timezone.now()})

    response = getattr(client, method)(address(invitation), NEWCOMER)

    assert response.status_code == 410
    assert f"<h1>{heading}</h1>" in response.content.decode()
    assert not User.objects.filter(username="newcomer").exists()


@pytest.mark.parametrize("token", ["1.guessed", "rubbish", "1"])
def test_a_guessed_link_is_not_found(client: Client, invitation: Invitation, token: str) -> None:
    response = client.get(reverse("invitation-accept", args=[token]))

    assert response.status_code == 404
    assert "<h1>This link is not complete</h1>" in response.content.decode()


def test_accept_refuses_other_methods(client: Client, invitation: Invitation) -> None:
    assert client.put(address(invitation)).status_code == 405


@pytest.mark.parametrize(
    ("who", "data", "landed"),
    [("manager", {}, "/projects/tea/members/"), ("admin", {"back": "people"}, "/people/")],
)
def test_revoke_closes_the_link(
    client_of: Callable[[User], Client],
    invitation: Invitation,
    who: str,
    data: dict[str, str],
    landed: str,
    request: pytest.FixtureRequest,
) -> None:
    client = client_of(request.getfixturevalue(who))

    response = client.post(reverse("invitation-revoke", args=[invitation.pk]), data)

    assert response["Location"] == landed
    assert Invitation.objects.open().count() == 0


@pytest.mark.parametrize(("who", "status"), [("artist", 403), ("reviewer", 403), ("outsider", 404)])
def test_revoke_is_for_managers(
    client_of: Callable[[User], Client],
    invitation: Invitation,
    who: str,
    status: int,
    request: pytest.FixtureRequest,
) -> None:
    client = client_of(request.getfixturevalue(who))

    assert client.post(reverse("invitation-revoke", args=[invitation.pk])).status_code == status
    assert Invitation.objects.open().count() == 1


def test_revoke_of_an_admin_link_is_for_admins(
    client_of: Callable[[User], Client], project: Project, admin: User, manager: User
) -> None:
    link = invitations.invite(by=admin, project=None, makes_admin=True)
    also = invitations.invite(by=admin, project=project, makes_admin=True)
    client = client_of(manager)

    assert client.post(reverse("invitation-revoke", args=[link.pk])).status_code == 404
    assert client.post(reverse("invitation-revoke", args=[also.pk])).status_code == 403
    assert Invitation.objects.open().count() == 2


def test_revoke_does_not_reach_another_project(
    client_of: Callable[[User], Client], manager: User, project: Project
) -> None:
    boss = make_user()
    elsewhere = invitations.invite(by=boss, project=make_project({Role.MANAGER: boss}))

    assert client_of(manager).post(reverse("invitation-revoke", args=[elsewhere.pk])).status_code == 404


def test_revoke_asks_for_signing_in_and_takes_a_post(
    client: Client, client_of: Callable[[User], Client], manager: User
) -> None:
    where = reverse("invitation-revoke", args=[1])

    assert client.post(where)["Location"] == f"{reverse('sign-in')}?next={where}"
    assert client_of(manager).get(where).status_code == 405
