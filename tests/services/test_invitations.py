"""Invitation links: what they give, to whom, and only once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from urllib.parse import urlsplit

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils import timezone

from studio.choices import Role
from studio.models import Invitation, Project, User
from studio.services import invitations
from tests.factories import make_project, make_user


def test_invite_lasts_a_fortnight(project: Project, manager: User) -> None:
    invitation = invitations.invite(by=manager, project=project, role=Role.REVIEWER, note="Rae")

    left = invitation.expires_at - timezone.now()

    assert timedelta(days=14) - left < timedelta(minutes=1)
    assert invitations.open_links() == [(invitation, invitations.link(invitation))]


def test_link_is_the_public_address_and_a_token_that_cannot_be_guessed(project: Project, manager: User) -> None:
    invitation = invitations.invite(by=manager, project=project)

    link = urlsplit(invitations.link(invitation))

    assert f"{link.scheme}://{link.netloc}" == "http://127.0.0.1:8700"
    assert link.path == f"/invitations/{invitation.token}/"
    assert Invitation.objects.of_token(invitation.token) == invitation
    assert Invitation.objects.of_token(f"{invitation.pk}.guessed") is None


@pytest.mark.parametrize("who", ["artist", "reviewer", "outsider"])
def test_invite_refuses_whom_does_not_manage_the_project(
    project: Project, who: str, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(ValidationError):
        invitations.invite(by=request.getfixturevalue(who), project=project)

    assert Invitation.objects.count() == 0


def test_a_manager_invites_no_admin_and_nobody_elsewhere(project: Project, manager: User) -> None:
    for elsewhere, makes_admin in [(project, True), (None, True), (make_project(), False)]:
        with pytest.raises(ValidationError):
            invitations.invite(by=manager, project=elsewhere, makes_admin=makes_admin)

    assert Invitation.objects.count() == 0


def test_accept_joins_and_closes_the_link(project: Project, manager: User, outsider: User) -> None:
    invitation = invitations.invite(by=manager, project=project, role=Role.REVIEWER)

    invitations.accept(invitation=invitation, user=outsider)

    invitation.refresh_from_db()
    assert project.role_of(outsider) == Role.REVIEWER
    assert (invitation.accepted_by, invitations.closed_because(invitation)) == (outsider, "used")


def test_accept_lets_one_of_two_in(project: Project, manager: User) -> None:
    invitation = invitations.invite(by=manager, project=project)
    first, second = make_user(), make_user()
    stale = Invitation.objects.get(pk=invitation.pk)

    invitations.accept(invitation=invitation, user=first)
    with pytest.raises(invitations.InvitationClosed):
        invitations.accept(invitation=stale, user=second)

    assert (project.role_of(first), project.role_of(second)) == (Role.ARTIST, None)


def test_accept_as_new_leaves_no_account_behind_when_the_link_is_gone(project: Project, manager: User) -> None:
    invitation = invitations.invite(by=manager, project=project)
    invitations.revoke(invitation=invitation)

    with pytest.raises(invitations.InvitationClosed):
        invitations.accept_as_new(invitation=invitation, username="late", display_name="", password="a-long-secret-1")

    assert not User.objects.filter(username="late").exists()


def close_by_time(invitation: Invitation) -> None:
    Invitation.objects.filter(pk=invitation.pk).update(expires_at=timezone.now())


def close_by_hand(invitation: Invitation) -> None:
    invitations.revoke(invitation=invitation)


@pytest.mark.parametrize(("close", "word"), [(close_by_time, "expired"), (close_by_hand, "revoked")])
def test_accept_refuses_a_closed_link(
    project: Project, manager: User, outsider: User, close: Callable[[Invitation], None], word: str
) -> None:
    invitation = invitations.invite(by=manager, project=project)
    close(invitation)
    invitation.refresh_from_db()

    with pytest.raises(invitations.InvitationClosed):
        invitations.accept(invitation=invitation, user=outsider)

    assert invitations.closed_because(invitation) == word
    assert project.role_of(outsider) is None


def test_accept_never_lowers_a_role(project: Project, artist: User, manager: User) -> None:
    invitation = invitations.invite(by=manager, project=project, role=Role.REVIEWER)

    nothing = invitations.adds_nothing(invitation=invitation, user=artist)
    invitations.accept(invitation=invitation, user=artist)

    assert nothing
    assert project.role_of(artist) == Role.ARTIST


def test_an_admin_link_makes_an_admin(admin: User, outsider: User) -> None:
    invitation = invitations.invite(by=admin, project=None, makes_admin=True)

    assert not invitations.adds_nothing(invitation=invitation, user=outsider)
    invitations.accept(invitation=invitation, user=outsider)

    assert User.objects.get(pk=outsider.pk).is_admin


def test_revoke_says_whether_the_link_was_open(project: Project, manager: User) -> None:
    invitation = invitations.invite(by=manager, project=project)

    assert invitations.revoke(invitation=invitation)
    assert not invitations.revoke(invitation=invitation)


def test_command_prints_a_link_to_a_project(project: Project) -> None:
    out = StringIO()

    call_command("invite", "--project", "tea", "--role", "reviewer", "--note", "Rae", stdout=out)

    invitation = Invitation.objects.get()
    assert out.getvalue() == f"{invitations.link(invitation)}\n"
    assert (invitation.project, invitation.role, invitation.note) == (project, "reviewer", "Rae")
    assert not invitation.makes_admin


def test_command_prints_a_link_for_an_admin(db: None) -> None:
    call_command("invite", "--admin", stdout=StringIO())

    invitation = Invitation.objects.get()
    assert (invitation.project, invitation.makes_admin) == (None, True)


def test_command_names_a_project_that_is_not_there(db: None) -> None:
    with pytest.raises(CommandError, match="no project with the address “nope”"):
        call_command("invite", "--project", "nope")


def test_link_of_an_earlier_database_opens_nothing_in_a_new_one(project: Project, manager: User) -> None:
    """The signing key outlives the database, and numbers start again at one."""
    invitation = invitations.invite(by=manager, project=project, role=Role.ARTIST)
    old = invitation.token
    invitation.created_at += timedelta(days=1)
    invitation.save()

    assert Invitation.objects.of_token(old) is None
    assert Invitation.objects.of_token(invitation.token) == invitation
