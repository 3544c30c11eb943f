"""Gateway keys. The secret is encrypted and never leaves this module in the clear but through `secret`."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.db import models
from django.db.models import Q
from django.utils import timezone

from studio.lib.addresses import is_loopback_host
from studio.models.encryption import EncryptedTextField
from studio.models.projects import Project


class ProviderKeyQuerySet(models.QuerySet["ProviderKey"]):
    """Questions asked of keys."""

    def present(self) -> ProviderKeyQuerySet:
        """Those that nobody has deleted; a deleted one stays as a row without secret, for what was made with it."""
        return self.filter(deleted_at=None)

    def usable(self) -> ProviderKeyQuerySet:
        """Those that may be rendered with now."""
        return self.present().filter(paused_at=None)

    def for_project(self, project: Project) -> ProviderKeyQuerySet:
        """Those that `project` may use: its own and those of every project."""
        return self.filter(Q(projects=None) | Q(projects=project)).distinct()


class ProviderKey(models.Model):
    """One account at one gateway: where to send, with which secret, for whom and how much."""

    provider = models.CharField(max_length=30)
    label = models.CharField(max_length=80)
    base_url = models.CharField(max_length=300)
    # One of the gateway's `Provider.routes`, where it has several; else empty.
    route = models.CharField(max_length=30, blank=True)
    secret = EncryptedTextField()
    hint = models.CharField(max_length=20, help_text="The masked form, such as sk-…9f2c")
    # A second token that may only read the account's balance (TokenLab's mt-…).
    management_secret = EncryptedTextField(blank=True, default="")
    # Counts every change of secret, route or base URL, so that work packed for an earlier one is not sent with it.
    version = models.PositiveIntegerField(default=1)
    # None at all means: every project.
    projects = models.ManyToManyField("studio.Project", related_name="keys", blank=True)
    currency = models.CharField(max_length=10, default="USD")
    monthly_cap = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    max_running = models.PositiveSmallIntegerField(null=True, blank=True)
    per_minute = models.PositiveSmallIntegerField(null=True, blank=True)
    created_by = models.ForeignKey("studio.User", models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    rotated_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    pause_reason = models.CharField(max_length=300, blank=True)
    # True when the studio paused it by itself, since the gateway refused it: admins are told until one acts.
    paused_by_studio = models.BooleanField(default=False)
    deleted_at = models.DateTimeField(null=True, blank=True)
    # The last check: when it was asked for, when it was done, and its lines as plain data.
    check_asked_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    check_result = models.JSONField(default=dict, blank=True)
    # What the gateway itself said of its models at the last check; it may narrow a capability, never widen it.
    live = models.JSONField(default=dict, blank=True)

    objects = ProviderKeyQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "label"], name="one_key_per_label", condition=Q(deleted_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.provider}: {self.label} ({self.hint})"

    @property
    def host(self) -> str:
        """Where requests with this key go."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def is_local(self) -> bool:
        """Whether that is this very machine, where nothing is charged."""
        return is_loopback_host(self.host)


class RetiredSecret(models.Model):
    """What a key held before it was rotated, kept encrypted for as long as work sent with it is under way."""

    key = models.ForeignKey(ProviderKey, models.CASCADE, related_name="retired")
    base_url = models.CharField(max_length=300)
    secret = EncryptedTextField()
    hint = models.CharField(max_length=20)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
