"""What reviewers say of takes: one row per verdict, never changed; a later one takes its place."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from studio.choices import Verdict
from studio.models.guests import Guest
from studio.models.users import User


class ReviewQuerySet(models.QuerySet["Review"]):
    """Questions asked of verdicts."""

    def current(self) -> ReviewQuerySet:
        """Those that count: nobody has taken them back or said otherwise since."""
        return self.filter(replaced_at=None)


class Review(models.Model):
    """One verdict of a member or a guest, with its reason."""

    render = models.ForeignKey("studio.Render", models.CASCADE, related_name="reviews")
    reviewer = models.ForeignKey(User, models.SET_NULL, null=True, related_name="reviews")
    guest = models.ForeignKey(Guest, models.SET_NULL, null=True, related_name="reviews")
    # As it was then: people leave, and history stays.
    name = models.CharField(max_length=160)
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    reason = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    # When it stopped counting: another verdict of the same person came, it was taken back, or the take was sent anew.
    replaced_at = models.DateTimeField(null=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["render", "reviewer"], condition=Q(replaced_at=None), name="one_verdict_per_reviewer"
            ),
            models.UniqueConstraint(
                fields=["render", "guest"], condition=Q(replaced_at=None), name="one_verdict_per_guest"
            ),
        ]
