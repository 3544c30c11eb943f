"""Attempts: one submission of a render to a gateway with one key, written before a byte is sent."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from studio.choices import AttemptOutcome
from studio.models.encryption import EncryptedTextField


class Attempt(models.Model):
    """What was sent where, and what is known of the answer."""

    render = models.ForeignKey("studio.Render", models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    key = models.ForeignKey("studio.ProviderKey", models.PROTECT, related_name="+")
    # The host this was sent to stays with it, whatever the key says later.
    base_url = models.CharField(max_length=300)
    route = models.CharField(max_length=30, blank=True)
    # Set when the key was rotated while this was under way; without it the key's present secret goes with this.
    retired = models.ForeignKey("studio.RetiredSecret", models.SET_NULL, null=True, related_name="attempts")
    request = models.JSONField(default=dict, help_text="As sent, with links and data shortened")
    outcome = models.CharField(max_length=20, choices=AttemptOutcome.choices, default=AttemptOutcome.SENDING)
    remote_id = models.CharField(max_length=255, blank=True, db_index=True)
    poll_url = models.CharField(max_length=500, blank=True)
    answer = models.TextField(blank=True)
    # Ours, sent along where the gateway documents it; the same request under the same key is the same task.
    idempotency_key = models.CharField(max_length=64, blank=True)
    # The exact body as sent, where a byte-identical replay is documented as proof; wiped once it is settled.
    sent_body = EncryptedTextField(blank=True, default="")
    # The unguessable part of the address under which the gateway may wake us for this attempt.
    wake_token = models.CharField(max_length=64, blank=True, db_index=True)
    # When it last did, so that a flood of calls is one look every few seconds.
    woken_at = models.DateTimeField(null=True)
    # A task id that a call to that address named: what to look for at the gateway, and no proof by itself.
    claimed_id = models.CharField(max_length=255, blank=True)
    # How often proof was sought for an unanswered attempt, and when last.
    looks = models.PositiveSmallIntegerField(default=0)
    looked_at = models.DateTimeField(null=True)
    # What the gateway says that it took when it accepted, in its own currency.
    charged = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    charged_currency = models.CharField(max_length=10, blank=True)
    billing_id = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["render", "number"], name="one_number_per_attempt")]
        indexes = [models.Index(fields=["key", "outcome"], name="attempt_counts")]
