"""Links for people without an account: what they show, to whom, until when, and who came."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.hashers import check_password
from django.core import signing
from django.db import models
from django.db.models import Count, Max, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from studio.choices import FileState, VisitKind

_SALT = "studio.guest-link"


class GuestLinkQuerySet(models.QuerySet["GuestLink"]):
    """Questions asked of guest links."""

    def open(self, now: datetime | None = None) -> GuestLinkQuerySet:
        """Those that still let somebody in."""
        return self.filter(revoked_at=None, expires_at__gt=now or timezone.now())

    def with_row(self) -> GuestLinkQuerySet:
        """With what a line about each shows: how many takes, how many copies failed, how many visits, and the last."""
        shown = GuestTake.objects.filter(link=OuterRef("pk")).order_by().values("link")
        visits = GuestVisit.objects.filter(link=OuterRef("pk"), kind=VisitKind.OPENED).order_by().values("link")
        failed = shown.filter(preview_state=FileState.FAILED)
        nobody = models.Value(0)
        return self.select_related("project", "created_by").annotate(
            takes=Coalesce(Subquery(shown.annotate(number=Count("pk")).values("number")), nobody),
            failures=Coalesce(Subquery(failed.annotate(number=Count("pk")).values("number")), nobody),
            visitors=Coalesce(Subquery(visits.annotate(number=Count("pk")).values("number")), nobody),
            last_visit=Subquery(visits.annotate(last=Max("created_at")).values("last")),
        )

    def of_token(self, token: str) -> GuestLink | None:
        """The link that `token` was made for, open or not; None when the signature is not ours."""
        try:
            number = signing.Signer(salt=_SALT, sep=".").unsign(token).partition("-")[0]
        except signing.BadSignature:
            return None
        found = self.select_related("project").filter(pk=number).first() if number.isdigit() else None
        return found if found is not None and found.token == token else None


class GuestLink(models.Model):
    """One link to chosen takes of one project. It shows nothing else, whatever is asked."""

    project = models.ForeignKey("studio.Project", models.CASCADE, related_name="guest_links")
    label = models.CharField("who it is for", max_length=120)
    # Of 256 bits; it stands in the signed address, so that no link follows from another.
    nonce = models.CharField(max_length=64)
    password = models.CharField(max_length=200, blank=True)
    may_comment = models.BooleanField(default=False)
    may_decide = models.BooleanField(default=False)
    may_download = models.BooleanField(default=False)
    watermark = models.CharField("words burned into the picture", max_length=80, blank=True)
    created_by = models.ForeignKey("studio.User", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey("studio.User", models.SET_NULL, null=True, related_name="+")

    objects = GuestLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    @property
    def token(self) -> str:
        """The unguessable part of the link, signed: it names this link and can be turned into no other."""
        return signing.Signer(salt=_SALT, sep=".").sign(f"{self.pk}-{self.nonce}")

    def opens_with(self, password: str) -> bool:
        """Whether the password is right; any is, where none was set."""
        return not self.password or check_password(password, self.password)


class GuestTake(models.Model):
    """One take that a link shows, and its watermarked preview where the link wants one."""

    link = models.ForeignKey(GuestLink, models.CASCADE, related_name="shown")
    render = models.ForeignKey("studio.Render", models.CASCADE, related_name="shown_to")
    position = models.PositiveSmallIntegerField()
    # Made by a job; until it is there, the take is not shown rather than shown without its mark.
    preview_state = models.CharField(max_length=10, choices=FileState.choices, blank=True)
    preview = models.CharField(max_length=200, blank=True)
    preview_poster = models.CharField(max_length=200, blank=True)
    preview_tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["link", "render"], name="one_row_per_take_of_a_link")]


class Guest(models.Model):
    """Somebody who came by a link and gave a name."""

    link = models.ForeignKey(GuestLink, models.CASCADE, related_name="guests")
    name = models.CharField(max_length=80)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.name} (guest)"


class GuestVisit(models.Model):
    """One line in the log of a link."""

    link = models.ForeignKey(GuestLink, models.CASCADE, related_name="visits")
    guest = models.ForeignKey(Guest, models.SET_NULL, null=True, related_name="visits")
    render = models.ForeignKey("studio.Render", models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=12, choices=VisitKind.choices)
    address = models.CharField(max_length=45, blank=True)
    agent = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    # Under which number the link shows its take, set for the page that lists visits; not a column.
    place: int | None = None

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["link", "-id"], name="guest_visits")]
