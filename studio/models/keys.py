"""Gateway keys. The secret is encrypted and never leaves this module in the clear but through `secret`."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.db import models
from django.utils import timezone

from studio.lib.addresses import is_loopback_host
from studio.models.encryption import EncryptedTextField


class ProviderKey(models.Model):
    """One account at one gateway: where to send, and with which secret."""

    provider = models.CharField(max_length=30)
    label = models.CharField(max_length=80)
    base_url = models.CharField(max_length=300)
    secret = EncryptedTextField()
    hint = models.CharField(max_length=20, help_text="The masked form, such as sk-…9f2c")
    created_by = models.ForeignKey("studio.User", models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    paused_at = models.DateTimeField(null=True, blank=True)
    pause_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["provider", "label"], name="one_key_per_label")]

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
