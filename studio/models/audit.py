"""The audit list: who did what to keys, when and from where. Added to, never changed."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone


class AuditEntry(models.Model):
    """One act. The name of who did it is kept as it was, in case the account goes; the studio itself has none."""

    actor = models.ForeignKey("studio.User", models.SET_NULL, null=True, related_name="+")
    actor_name = models.CharField(max_length=150, blank=True)
    act = models.CharField(max_length=40)
    subject = models.CharField(max_length=200)
    detail = models.CharField(max_length=500, blank=True)
    # An address of the network, or "shell" or "studio".
    address = models.CharField(max_length=64, blank=True)
    key = models.ForeignKey("studio.ProviderKey", models.SET_NULL, null=True, related_name="audit")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a new entry; raises ValueError for one that is already stored."""
        if not self._state.adding:
            raise ValueError("The audit list is added to, never changed.")
        super().save(*args, **kwargs)
