"""Invitation links: making, withdrawing and accepting them. Nobody can give by a link more than they hold."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from studio.choices import Role
from studio.models import Invitation, Project, User
from studio.models.users import INVITATION_LIFE
from studio.services import people


class InvitationClosed(Exception):
    """The link cannot be accepted any more."""


def link(invitation: Invitation) -> str:
    """The whole address to hand over."""
    return settings.STUDIO_PUBLIC_URL + reverse("invitation-accept", args=[invitation.token])


def open_links(*, project: Project | None = None) -> list[tuple[Invitation, str]]:
    """The links that can still be accepted, newest first: of one project, or all there are."""
    invitations = Invitation.objects.open().select_related("project", "created_by")
    if project is not None:
        invitations = invitations.filter(project=project)
    return [(invitation, link(invitation)) for invitation in invitations]


@transaction.atomic
def invite(
    *, by: User | None, project: Project | None, role: Role = Role.ARTIST, makes_admin: bool = False, note: str = ""
) -> Invitation:
    """Make a link for one person. `by=None` is whoever has the shell, and may do all.

    Raises ValidationError when `by` does not hold what the link would give."""
    if project is None and not makes_admin:
        raise ValidationError(_("Say which project the link is for."))
    if by is not None and not people.may_invite(by=by, project=project, makes_admin=makes_admin):
        raise ValidationError(_("Only a studio admin can invite to that."))
    return Invitation.objects.create(
        project=project,
        role=role,
        makes_admin=makes_admin,
        note=note,
        created_by=by,
        expires_at=timezone.now() + INVITATION_LIFE,
    )


def revoke(*, invitation: Invitation) -> bool:
    """Withdraw a link; False when it was no longer open."""
    return bool(Invitation.objects.open().filter(pk=invitation.pk).update(revoked_at=timezone.now()))


def closed_because(invitation: Invitation) -> str:
    """Why the link cannot be accepted, as a word for the page, or "" while it can."""
    if invitation.accepted_at:
        return "used"
    if invitation.revoked_at:
        return "revoked"
    return "expired" if invitation.expires_at <= timezone.now() else ""


def adds_nothing(*, invitation: Invitation, user: User) -> bool:
    """Whether `user` already has all that the link gives, so that it stays open for whom it was meant."""
    if invitation.makes_admin and not user.is_admin:
        return False
    project = invitation.project
    return project is None or not people.would_gain(project=project, user=user, role=Role(invitation.role))


@transaction.atomic
def accept(*, invitation: Invitation, user: User) -> None:
    """Use the link for `user`; raises InvitationClosed when it is not open, or another was quicker."""
    taken = Invitation.objects.open().filter(pk=invitation.pk)
    if not taken.update(accepted_by=user, accepted_at=timezone.now()):
        raise InvitationClosed
    if invitation.makes_admin:
        people.make_admin(user=user)
    if invitation.project is not None:
        people.join(project=invitation.project, user=user, role=Role(invitation.role))


@transaction.atomic
def accept_as_new(*, invitation: Invitation, username: str, display_name: str, password: str) -> User:
    """Make an account and use the link for it: both or neither. Raises as `accept` does."""
    user = User.objects.create_user(username=username, display_name=display_name, password=password)
    accept(invitation=invitation, user=user)
    return user
