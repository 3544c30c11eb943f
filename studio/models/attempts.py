"""Attempts: one submission of a render to a gateway with one key, written before a byte is sent."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from studio.choices import AttemptOutcome


class Attempt(models.Model):
    """What was sent where, and what is known of the answer."""

    render = models.ForeignKey("studio.Render", models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    key = models.ForeignKey("studio.ProviderKey", models.PROTECT, related_name="+")
    # The host this was sent to stays with it, whatever the key says later.
    base_url = models.CharField(max_length=300)
    request = models.JSONField(default=dict, help_text="As sent, with links and data shortened")
    outcome = models.CharField(max_length=20, choices=AttemptOutcome.choices, default=AttemptOutcome.SENDING)
    remote_id = models.CharField(max_length=255, blank=True, db_index=True)
    poll_url = models.CharField(max_length=500, blank=True)
    answer = models.TextField(blank=True)
    billing_id = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["render", "number"], name="one_number_per_attempt")]
