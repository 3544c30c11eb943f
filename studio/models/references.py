"""Copies of references that lie in the bucket for gateways to fetch: each is remembered before it is put there."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone

from studio.choices import ENDED


class ReferenceCopyQuerySet(models.QuerySet["ReferenceCopy"]):
    """Questions asked of copies."""

    def done_with(self, *, abandoned: datetime, outdated: datetime) -> ReferenceCopyQuerySet:
        """Those that nobody may fetch any more.

        One that is still being put there, or that no take asked for, is left alone until it is older than `abandoned`;
        `outdated` is before any link that still works was signed."""
        put_for_nothing = Q(stored_at__isnull=False, render__state__in=ENDED)
        forgotten = Q(stored_at=None) | Q(render=None)
        return self.filter(
            put_for_nothing | (forgotten & Q(created_at__lt=abandoned)) | Q(created_at__lt=outdated)
        ).order_by("pk")


class ReferenceCopy(models.Model):
    """One object in the bucket, and the take that it is there for."""

    # The object outlives a row that goes, so the memory of it must too.
    render = models.ForeignKey("studio.Render", models.SET_NULL, null=True, related_name="copies")
    asset = models.ForeignKey("studio.Asset", models.SET_NULL, null=True, related_name="+")
    # Another bucket may be set later; what lies in this one can only be deleted from this one.
    bucket = models.CharField(max_length=63)
    name = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now)
    stored_at = models.DateTimeField(null=True)

    objects = ReferenceCopyQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
