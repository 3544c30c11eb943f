"""Work on many takes at once, done by a job in steps."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from studio.choices import BulkAct, BulkState


class BulkWork(models.Model):
    """One press on a selection: what is done to which takes, and how far it is."""

    actor = models.ForeignKey("studio.User", models.CASCADE, related_name="bulk_works")
    act = models.CharField(max_length=12, choices=BulkAct.choices)
    # What the act needs beside the takes, such as {"tag": "hero"} or {"rating": 4}.
    details = models.JSONField(default=dict, blank=True)
    # The numbers of the takes, as chosen when it was asked for; a step does some of them, in this order.
    takes = models.JSONField()
    # How many of them are behind it, how many of these were changed, and why others were not: [[number, reason], …].
    done = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    skipped = models.JSONField(default=list, blank=True)
    skipped_count = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=BulkState.choices, default=BulkState.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["created_at"], name="bulk_live", condition=models.Q(state__in=["waiting", "running"]))
        ]

    @property
    def total(self) -> int:
        """How many takes were chosen."""
        return len(self.takes)
