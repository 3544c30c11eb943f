"""What is done with people: roles in projects, studio admins, coming and going. Invitations are next door.

Taking a right away also withdraws the links that were handed out under it: somebody who has left cannot let
themselves in again under another name."""

from __future__ import annotations

from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from studio.choices import Role
from studio.models import Invitation, Membership, Project, User
from studio.services import notifications

# Which role counts for more when somebody is invited again; a reviewer may do least.
_RANK = {Role.REVIEWER: 1, Role.ARTIST: 2, Role.MANAGER: 3}


def admins() -> QuerySet[User]:
    """The studio admins who can sign in."""
    return User.objects.filter(Q(is_studio_admin=True) | Q(is_superuser=True), is_active=True)


def would_gain(*, project: Project, user: User, role: Role) -> bool:
    """Whether `role` in `project` is more than `user` already has there."""
    held = project.role_of(user)
    return held is None or _RANK[role] > _RANK[held]


def may_invite(*, by: User, project: Project | None, makes_admin: bool) -> bool:
    """Whether `by` holds what such a link would give: studio admins all of it, managers their projects."""
    # Asked of the database: the rights may have gone since `by` was read.
    current = User.objects.filter(pk=by.pk, is_active=True).first()
    if current is None:
        return False
    if makes_admin or project is None:
        return current.is_admin
    return project.role_of(current) == Role.MANAGER


@transaction.atomic
def join(*, project: Project, user: User, role: Role) -> Membership:
    """Give `user` at least `role` in `project`; a higher role held already is never lowered."""
    membership, created = Membership.objects.select_for_update().get_or_create(
        project=project, user=user, defaults={"role": role}
    )
    if not created and _RANK[role] > _RANK[Role(membership.role)]:
        membership.role = role
        membership.save(update_fields=["role"])
    return membership


@transaction.atomic
def change_role(*, membership: Membership, role: Role) -> None:
    """Set a member's role; raises ValidationError when the project would lose its last manager."""
    if role != Role.MANAGER:
        _keep_a_manager(membership)
    Membership.objects.filter(pk=membership.pk).update(role=role)
    _withdraw_unbacked_invitations(membership.user)


@transaction.atomic
def remove_member(*, membership: Membership) -> None:
    """Take somebody out of a project; raises ValidationError for its last manager. Their work stays."""
    _keep_a_manager(membership)
    Membership.objects.filter(pk=membership.pk).delete()
    _withdraw_unbacked_invitations(membership.user)
    if not membership.user.is_admin:
        notifications.forget(person=membership.user, project=membership.project)


@transaction.atomic
def make_admin(*, user: User) -> None:
    """Make `user` a studio admin."""
    User.objects.filter(pk=user.pk).update(is_studio_admin=True)


@transaction.atomic
def unmake_admin(*, user: User) -> None:
    """Take the admin's rights from `user`; raises ValidationError for the last one."""
    _keep_an_admin(user)
    User.objects.filter(pk=user.pk).update(is_studio_admin=False, is_superuser=False)
    _withdraw_unbacked_invitations(user)
    notifications.forget(person=user)


@transaction.atomic
def deactivate(*, user: User) -> None:
    """Shut `user` out at once, sessions included; raises ValidationError for the last studio admin."""
    _keep_an_admin(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    _withdraw_unbacked_invitations(user)
    _end_sessions(user)


@transaction.atomic
def reactivate(*, user: User) -> None:
    """Let `user` sign in again, with the projects and roles of before."""
    User.objects.filter(pk=user.pk).update(is_active=True)


def forget_ended_sessions() -> None:
    """Clear away the sessions that are over: nobody is signed in by them any more."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()


def set_language(*, user: User, language: str) -> None:
    """Speak `language`, a code of settings.LANGUAGES, to `user` from now on, in mails too."""
    User.objects.filter(pk=user.pk).update(language=language)


def _keep_a_manager(membership: Membership) -> None:
    # The project's row is the lock: of two managers who remove each other at once, the second sees the first gone.
    Project.objects.select_for_update().get(pk=membership.project_id)
    managers = Membership.objects.filter(project_id=membership.project_id, role=Role.MANAGER)
    is_manager = managers.filter(pk=membership.pk).exists()
    if is_manager and not managers.filter(user__is_active=True).exclude(pk=membership.pk).exists():
        raise ValidationError(
            _("%(user)s is the last manager of this project. Make somebody else manager first.")
            % {"user": membership.user.label}
        )


def _keep_an_admin(user: User) -> None:
    left = {admin.pk for admin in admins().order_by("pk").select_for_update()}
    if left == {user.pk}:
        raise ValidationError(
            _("%(user)s is the last studio admin. Make somebody else studio admin first.") % {"user": user.label}
        )


def _withdraw_unbacked_invitations(user: User) -> None:
    for invitation in Invitation.objects.open().filter(created_by=user).select_related("project"):
        if not may_invite(by=user, project=invitation.project, makes_admin=invitation.makes_admin):
            Invitation.objects.open().filter(pk=invitation.pk).update(revoked_at=timezone.now())


def _end_sessions(user: User) -> None:
    # Sessions name their user only inside the signed data, so each has to be opened; few are alive at a time.
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()
