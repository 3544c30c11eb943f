"""What is taken out to the edit: a file that a job makes."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from studio.choices import ExportFormat, FileState


class Export(models.Model):
    """One file for the edit: which takes, in which order, in which format, and how far it is."""

    project = models.ForeignKey("studio.Project", models.CASCADE, related_name="exports")
    created_by = models.ForeignKey("studio.User", models.SET_NULL, null=True, related_name="+")
    format = models.CharField(max_length=10, choices=ExportFormat.choices)
    # The takes' numbers in the order of the timeline, as chosen when it was asked for.
    takes = models.JSONField()
    state = models.CharField(max_length=10, choices=FileState.choices, default=FileState.WAITING)
    # Of 100.
    progress = models.PositiveSmallIntegerField(default=0)
    file = models.CharField(max_length=200, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
