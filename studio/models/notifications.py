"""What people are told, and the mails and calls that carry it outside."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from studio.choices import DispatchState, HookFormat, NoticeChannel, NoticeKind
from studio.models.encryption import EncryptedTextField
from studio.models.projects import Project
from studio.models.users import User


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Questions asked of notifications."""

    def unread(self) -> NotificationQuerySet:
        """Those that nobody has looked at yet."""
        return self.filter(read_at=None, in_app=True)

    def read(self) -> NotificationQuerySet:
        """Those that have been looked at."""
        return self.filter(read_at__isnull=False, in_app=True)

    def of(self, person: User) -> NotificationQuerySet:
        """What `person` is told, newest first, with all that a line shows."""
        return self.filter(recipient=person).select_related("project").order_by("-id")

    def before(self, number: int | None) -> NotificationQuerySet:
        """The page after the line with this id (keyset)."""
        return self if number is None else self.filter(pk__lt=number)


class Notification(models.Model):
    """One thing that one person is told. `key` names the happening, so that nobody is told of it twice."""

    recipient = models.ForeignKey("studio.User", models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=12, choices=NoticeKind.choices)
    key = models.CharField(max_length=160)
    project = models.ForeignKey("studio.Project", models.CASCADE, null=True, related_name="+")
    render = models.ForeignKey("studio.Render", models.CASCADE, null=True, related_name="+")
    comment = models.ForeignKey("studio.Comment", models.CASCADE, null=True, related_name="+")
    actor = models.ForeignKey("studio.User", models.SET_NULL, null=True, related_name="+")
    text = models.CharField(max_length=300)
    # Where it leads, as a path within the studio.
    path = models.CharField(max_length=300, blank=True)
    # Whether the person wants to see this kind in the studio.
    in_app = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["recipient", "key"], name="nobody_is_told_twice")]
        indexes = [
            models.Index(
                fields=["recipient", "-id"], name="notification_unread", condition=Q(read_at=None, in_app=True)
            ),
            models.Index(fields=["recipient", "-id"], name="notification_list"),
        ]


class ProjectHook(models.Model):
    """Where a project's notifications go beside the studio: mail, and a call to an address of its own."""

    project = models.OneToOneField("studio.Project", models.CASCADE, related_name="hook")
    sends_mail = models.BooleanField(default=False)
    # Encrypted: addresses of chat services are secrets themselves.
    url = EncryptedTextField(blank=True)
    secret = EncryptedTextField(blank=True)
    format = models.CharField(max_length=10, choices=HookFormat.choices, default=HookFormat.STANDARD)
    # Of NoticeKind; what is not named here is not called out.
    kinds = models.JSONField(default=list, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)

    @property
    def has_address(self) -> bool:
        """Whether calls go out; known without reading the address."""
        return bool(self.__dict__.get("url"))


class DispatchQuerySet(models.QuerySet["Dispatch"]):
    """Questions asked of mails and calls."""

    def of_project(self, project: Project) -> DispatchQuerySet:
        """Its calls, and the mails about what happened in it."""
        return self.filter(Q(hook__project=project) | Q(notification__project=project))


class Dispatch(models.Model):
    """One mail to one person, or one call for one happening in a project."""

    channel = models.CharField(max_length=10, choices=NoticeChannel.choices)
    # What it is about and for whom: the same is never stored, and so never sent, twice.
    key = models.CharField(max_length=200, unique=True)
    notification = models.ForeignKey(Notification, models.CASCADE, null=True, related_name="dispatches")
    hook = models.ForeignKey(ProjectHook, models.CASCADE, null=True, related_name="dispatches")
    content = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=DispatchState.choices, default=DispatchState.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    objects = DispatchQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["not_before"], name="dispatch_due", condition=Q(state__in=["waiting", "sending"]))
        ]
