"""Budgets: how much a project, a person or the whole studio may spend, in one currency each."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from studio.choices import BudgetPeriod


class Budget(models.Model):
    """A limit that stops renders, and a warning before it. Neither project nor person: the whole studio."""

    project = models.ForeignKey("studio.Project", models.CASCADE, null=True, blank=True, related_name="budgets")
    person = models.ForeignKey("studio.User", models.CASCADE, null=True, blank=True, related_name="budgets")
    period = models.CharField(max_length=10, choices=BudgetPeriod.choices, default=BudgetPeriod.MONTH)
    currency = models.CharField(max_length=10, default="USD")
    amount = models.DecimalField(max_digits=14, decimal_places=2, validators=[MinValueValidator(0)])
    warn_percent = models.PositiveSmallIntegerField(default=80, validators=[MaxValueValidator(100)])
    created_by = models.ForeignKey("studio.User", models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(project=None) | Q(person=None), name="budget_of_one_kind"),
            models.UniqueConstraint(
                fields=["project", "period", "currency"],
                name="one_budget_per_project",
                condition=Q(project__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["person", "period", "currency"], name="one_budget_per_person", condition=Q(person__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["period", "currency"], name="one_budget_of_studio", condition=Q(project=None, person=None)
            ),
        ]
