"""Prices: the dated rows that renders were quoted from, and where quoting has been stopped."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone


class PriceRow(models.Model):
    """One row of a gateway's price list as it was when the studio quoted from it; never changed afterwards."""

    provider = models.CharField(max_length=30)
    model = models.CharField(max_length=80)
    resolution = models.CharField(max_length=20, blank=True)
    # What else it holds for, such as "with a video".
    condition = models.CharField(max_length=60, blank=True)
    # What the rate is for: "million tokens", "second", "take".
    unit = models.CharField(max_length=30)
    rate = models.DecimalField(max_digits=14, decimal_places=6)
    currency = models.CharField(max_length=10)
    source = models.CharField(max_length=300)
    dated = models.DateField()
    first_quoted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["provider", "model", "resolution", "condition", "-dated", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "provider",
                    "model",
                    "resolution",
                    "condition",
                    "unit",
                    "rate",
                    "currency",
                    "source",
                    "dated",
                ],
                name="one_row_per_price",
            )
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.model} {self.resolution}: {self.rate} {self.currency} per {self.unit}"


class PriceStop(models.Model):
    """Quoting stopped for one model at one gateway, as bills and estimates went too far apart; until it is lifted."""

    provider = models.CharField(max_length=30)
    model = models.CharField(max_length=80)
    currency = models.CharField(max_length=10)
    # How much more (or, negative, less) was billed than estimated, over so many bills.
    gap_percent = models.DecimalField(max_digits=9, decimal_places=1)
    bills = models.PositiveIntegerField()
    stopped_at = models.DateTimeField(default=timezone.now)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey("studio.User", models.SET_NULL, null=True, related_name="+")
    lift_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "model"], name="one_open_stop_per_model", condition=Q(lifted_at=None)
            )
        ]
