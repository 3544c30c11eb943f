"""The ledger: the money of a render, step by step, in one currency per entry."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone

from studio.choices import LedgerKind


class LedgerEntry(models.Model):
    """One step. `amount` is empty where nothing honest can be said."""

    render = models.ForeignKey("studio.Render", models.PROTECT, related_name="ledger")
    # Money that is held again, after it was given back or called possibly charged, begins a new round.
    round = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(max_length=20, choices=LedgerKind.choices)
    amount = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    currency = models.CharField(max_length=10)
    note = models.CharField(max_length=500)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["render", "kind", "round"], name="one_entry_per_step")]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a new entry; raises ValueError for one that is already stored."""
        if not self._state.adding:
            raise ValueError("The ledger is added to, never changed.")
        super().save(*args, **kwargs)
