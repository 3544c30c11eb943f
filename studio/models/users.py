"""People and the links that let them in."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractUser
from django.core import signing
from django.db import models
from django.utils import timezone

from studio.choices import Role

INVITATION_LIFE = timedelta(days=14)
_SALT = "studio.invitation"


class User(AbstractUser):
    """Somebody who signs in. Roles are held per project; a studio admin stands above them all."""

    display_name = models.CharField(max_length=120, blank=True)
    is_studio_admin = models.BooleanField(default=False)
    # Where each kind of notification goes, as far as chosen: {kind: ["app", "mail"]}.
    notice_choices = models.JSONField(default=dict, blank=True)
    # A code of settings.LANGUAGES for pages and mails; empty for what the browser asks for.
    language = models.CharField(max_length=10, blank=True)
    # What the first-run guide need not show again, such as "guide".
    hints_seen = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["username"]

    @property
    def is_admin(self) -> bool:
        """Studio admin, by invitation or by `createsuperuser`."""
        return self.is_studio_admin or self.is_superuser

    @property
    def label(self) -> str:
        """The name others see."""
        return self.display_name or self.get_full_name() or self.username


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Questions asked of invitations."""

    def open(self, now: datetime | None = None) -> InvitationQuerySet:
        """Those that can still be accepted."""
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=now or timezone.now())

    def of_token(self, token: str) -> Invitation | None:
        """The invitation that `token` was made for, open or not; None when the signature is not ours."""
        try:
            number = signing.Signer(salt=_SALT, sep=".").unsign(token).partition("-")[0]
        except signing.BadSignature:
            return None
        found = self.filter(pk=number).first() if number.isdigit() else None
        return found if found is not None and found.token == token else None


class Invitation(models.Model):
    """A link for one person, to a project with a role, or to the whole studio as admin."""

    project = models.ForeignKey("studio.Project", models.CASCADE, null=True, blank=True, related_name="invitations")
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.ARTIST)
    makes_admin = models.BooleanField(default=False)
    note = models.CharField("who it is for", max_length=120, blank=True)
    created_by = models.ForeignKey("studio.User", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_by = models.ForeignKey("studio.User", models.SET_NULL, null=True, blank=True, related_name="+")
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    @property
    def token(self) -> str:
        """The unguessable part of the link: signed, so that nothing secret lies in the database.

        Its time is signed with its number: in a new database the number alone would be somebody else's.
        """
        return signing.Signer(salt=_SALT, sep=".").sign(f"{self.pk}-{self._moment}")

    @property
    def _moment(self) -> int:
        return int(self.created_at.timestamp() * 1_000_000)
