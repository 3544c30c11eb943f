"""Roles, studio admins, and shutting somebody out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from studio.choices import Role
from studio.models import Invitation, Membership, Project, User
from studio.services import invitations, people
from tests.factories import make_project, make_user


def membership(project: Project, user: User) -> Membership:
    return project.memberships.get(user=user)


@pytest.mark.parametrize(
    ("held", "offered", "kept"),
    [
        (None, Role.REVIEWER, Role.REVIEWER),
        (Role.REVIEWER, Role.ARTIST, Role.ARTIST),
        (Role.ARTIST, Role.REVIEWER, Role.ARTIST),
        (Role.MANAGER, Role.REVIEWER, Role.MANAGER),
    ],
)
def test_join_gives_at_least_the_role(db: None, held: Role | None, offered: Role, kept: Role) -> None:
    user = make_user()
    project = make_project({held: user} if held else None)

    people.join(project=project, user=user, role=offered)

    assert membership(project, user).role == kept


def test_change_role_sets_it_either_way(project: Project, artist: User) -> None:
    people.change_role(membership=membership(project, artist), role=Role.MANAGER)
    people.change_role(membership=membership(project, artist), role=Role.REVIEWER)

    assert membership(project, artist).role == Role.REVIEWER


@pytest.mark.parametrize("verb", ["remove", "demote"])
def test_the_last_manager_stays(project: Project, manager: User, verb: str) -> None:
    theirs = membership(project, manager)

    with pytest.raises(ValidationError) as refused:
        if verb == "remove":
            people.remove_member(membership=theirs)
        else:
            people.change_role(membership=theirs, role=Role.ARTIST)

    assert refused.value.message == "Mia Manager is the last manager of this project. Make somebody else manager first."
    assert membership(project, manager).role == Role.MANAGER


def test_a_manager_who_cannot_sign_in_does_not_count(project: Project, manager: User) -> None:
    gone = make_user(is_active=False)
    people.join(project=project, user=gone, role=Role.MANAGER)

    with pytest.raises(ValidationError):
        people.remove_member(membership=membership(project, manager))


def test_removing_a_manager_withdraws_the_links_they_handed_out(project: Project, manager: User) -> None:
    other = make_user()
    people.join(project=project, user=other, role=Role.MANAGER)
    theirs = invitations.invite(by=manager, project=project)
    others = invitations.invite(by=other, project=project)

    people.remove_member(membership=membership(project, manager))

    assert list(Invitation.objects.open()) == [others]
    assert Invitation.objects.exclude(revoked_at=None).get() == theirs


def test_unmaking_an_admin_keeps_the_links_to_the_projects_they_manage(admin: User) -> None:
    make_user(is_superuser=True)
    own, other = make_project({Role.MANAGER: admin}), make_project()
    kept = invitations.invite(by=admin, project=own)
    invitations.invite(by=admin, project=other)
    invitations.invite(by=admin, project=None, makes_admin=True)

    people.unmake_admin(user=admin)

    assert list(Invitation.objects.open()) == [kept]
    assert not User.objects.get(pk=admin.pk).is_admin


def test_unmaking_an_admin_reaches_who_was_made_on_the_shell(admin: User) -> None:
    from_shell = make_user(is_superuser=True)

    people.unmake_admin(user=from_shell)

    assert list(people.admins()) == [admin]


@pytest.mark.parametrize("verb", [people.unmake_admin, people.deactivate])
def test_the_last_admin_stays(admin: User, verb: Callable[..., None]) -> None:
    make_user(is_studio_admin=True, is_active=False)

    with pytest.raises(ValidationError):
        verb(user=admin)

    assert list(people.admins()) == [admin]


def test_deactivate_ends_sessions_for_good(
    project: Project, artist: User, reviewer: User, client_of: Callable[[User], Client]
) -> None:
    theirs, others = client_of(artist), client_of(reviewer)

    people.deactivate(user=artist)
    people.reactivate(user=artist)

    assert theirs.get(reverse("home")).status_code == 302
    assert others.get(reverse("home")).status_code == 200
