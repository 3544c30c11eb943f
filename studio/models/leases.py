"""Leases: who does a job of which there may only be one, and until when; they are heartbeats as well."""

from __future__ import annotations

from django.db import models


class Lease(models.Model):
    """A name held by one worker until `expires_at`; a dead worker's lease frees itself."""

    name = models.CharField(max_length=60, primary_key=True)
    holder = models.CharField(max_length=120, blank=True)
    expires_at = models.DateTimeField()
    beat_at = models.DateTimeField()
