"""The people page of studio admins."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from studio.choices import Role
from studio.models import Invitation, Project, User
from studio.services import invitations
from tests.factories import make_project, make_user


def change(person: User, what: str) -> str:
    return reverse("person-change", args=[person.pk, what])


def test_people_lists_everybody_and_every_open_link(
    client_of: Callable[[User], Client], project: Project, admin: User, manager: User
) -> None:
    gone = make_user("aaron", is_active=False)
    link = invitations.invite(by=manager, project=project)

    response = client_of(admin).get(reverse("people-list"))

    assert [person.username for person in response.context["people"]] == [
        "admin", "artist", "manager", "reviewer", gone.username,
    ]  # fmt: skip
    assert [found for found, _ in response.context["links"]] == [link]


@pytest.mark.parametrize(
    ("data", "given"),
    [
        ({"project": "tea", "role": "reviewer"}, ("tea", "reviewer", False)),
        ({"makes_admin": "on", "role": "artist"}, (None, "artist", True)),
        ({"project": "tea", "makes_admin": "on", "role": "manager"}, ("tea", "manager", True)),
    ],
)
def test_invite_makes_a_link(
    client_of: Callable[[User], Client],
    project: Project,
    admin: User,
    data: dict[str, str],
    given: tuple[str | None, str, bool],
) -> None:
    response = client_of(admin).post(reverse("people-invite"), data)

    invitation = Invitation.objects.get()
    slug = invitation.project.slug if invitation.project else None
    assert response["Location"] == reverse("people-list")
    assert (slug, invitation.role, invitation.makes_admin) == given


def test_invite_wants_to_know_to_what(client_of: Callable[[User], Client], project: Project, admin: User) -> None:
    response = client_of(admin).post(reverse("people-invite"), {"role": "artist", "note": "Rae"})

    assert response.status_code == 422
    assert response.context["form"].errors == {"project": ["Choose a project, or tick “Studio admin”."]}
    assert response.context["form"]["note"].value() == "Rae"


def test_change_makes_and_unmakes_an_admin(client_of: Callable[[User], Client], admin: User, artist: User) -> None:
    client = client_of(admin)

    made = client.post(change(artist, "make-admin"))
    was_admin = User.objects.get(pk=artist.pk).is_admin
    client.post(change(artist, "unmake-admin"))

    assert made["Location"] == reverse("people-list")
    assert was_admin
    assert not User.objects.get(pk=artist.pk).is_admin


def test_change_shuts_out_and_lets_back_in(
    client_of: Callable[[User], Client], project: Project, admin: User, artist: User
) -> None:
    client, theirs = client_of(admin), client_of(artist)

    client.post(change(artist, "deactivate"))
    shut_out = theirs.get("/").status_code
    client.post(change(artist, "reactivate"))

    assert shut_out == 302
    assert User.objects.get(pk=artist.pk).is_active
    assert client_of(artist).get("/").context["cards"][0].project == project


@pytest.mark.parametrize(
    ("what", "problem"),
    [
        ("deactivate", "You cannot shut yourself out."),
        ("unmake-admin", "Alma Admin is the last studio admin. Make somebody else studio admin first."),
    ],
)
def test_the_last_admin_stays(client_of: Callable[[User], Client], admin: User, what: str, problem: str) -> None:
    response = client_of(admin).post(change(admin, what))

    assert (response.status_code, response.context["problem"]) == (422, problem)
    assert User.objects.get(pk=admin.pk).is_admin


def test_change_of_oneself_leads_home(client_of: Callable[[User], Client], admin: User) -> None:
    make_user(is_studio_admin=True)

    assert client_of(admin).post(change(admin, "unmake-admin"))["Location"] == "/"


def test_change_knows_no_other_word(client_of: Callable[[User], Client], admin: User, artist: User) -> None:
    assert client_of(admin).post(change(artist, "delete")).status_code == 404


@pytest.mark.parametrize("who", ["artist", "reviewer", "manager", "outsider"])
def test_people_is_not_there_for_others(
    client_of: Callable[[User], Client], project: Project, admin: User, who: str, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(who)
    client = client_of(user)

    assert client.get(reverse("people-list")).status_code == 404
    assert client.post(reverse("people-invite"), {"makes_admin": "on", "role": "artist"}).status_code == 404
    assert client.post(change(user, "make-admin")).status_code == 404
    assert Invitation.objects.count() == 0
    assert not User.objects.get(pk=user.pk).is_admin


@pytest.mark.parametrize(
    ("name", "arguments"), [("people-list", []), ("people-invite", []), ("person-change", [1, "make-admin"])]
)
def test_people_asks_for_signing_in(client: Client, db: None, name: str, arguments: list[object]) -> None:
    address = reverse(name, args=arguments)

    assert client.post(address)["Location"] == f"{reverse('sign-in')}?next={address}"


@pytest.mark.parametrize(
    ("name", "arguments", "method"),
    [("people-list", [], "post"), ("people-invite", [], "put"), ("person-change", [1, "make-admin"], "put")],
)
def test_people_refuses_other_methods(
    client_of: Callable[[User], Client], admin: User, name: str, arguments: list[object], method: str
) -> None:
    assert getattr(client_of(admin), method)(reverse(name, args=arguments)).status_code == 405


@pytest.mark.parametrize("count", [1, 3])
def test_people_asks_the_same_number_of_questions_for_any_number(
    client_of: Callable[[User], Client], admin: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(count):
        project = make_project({Role.MANAGER: make_user(), Role.ARTIST: make_user()})
        invitations.invite(by=admin, project=project)
    client = client_of(admin)

    with django_assert_num_queries(8):
        response = client.get(reverse("people-list"))

    assert len(response.context["people"]) == 2 * count + 1
