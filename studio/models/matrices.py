"""A prompt template with a table of values: many takes, priced and admitted together."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from studio.choices import CellState


class Matrix(models.Model):
    """Values times models times takes, of one text with `{variables}`."""

    project = models.ForeignKey("studio.Project", models.CASCADE, related_name="matrices")
    prompt_version = models.ForeignKey("studio.PromptVersion", models.SET_NULL, null=True, related_name="+")
    title = models.CharField(max_length=160)
    text = models.TextField()
    # The composer's own words for everything that all cells share: operation, resolution, ratio, length, sound, tray.
    settings = models.JSONField(default=dict, blank=True)
    # Names of the variables, and one list of values for each row, in the columns' order.
    columns = models.JSONField(default=list)
    rows = models.JSONField(default=list)
    # The models by the studio's name, and how many takes each row gets of each.
    model_names = models.JSONField(default=list)
    takes = models.PositiveSmallIntegerField(default=1)
    created_by = models.ForeignKey("studio.User", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    # When it was pressed, and the submission of that press: pressing twice finds the same takes.
    submission = models.UUIDField(default=uuid.uuid4)
    admitted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title


class MatrixCell(models.Model):
    """One row with one model, once: the request that it stands for, and the take that it became."""

    matrix = models.ForeignKey(Matrix, models.CASCADE, related_name="cells")
    row = models.PositiveIntegerField()
    model = models.CharField(max_length=80)
    take_number = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=CellState.choices, default=CellState.OPEN)
    # Why it cannot be rendered, in the words of whoever reads the table.
    problem = models.TextField(blank=True)
    # The newest take of this cell; those that failed before it are its ancestors.
    render = models.ForeignKey("studio.Render", models.SET_NULL, null=True, related_name="matrix_cells")

    class Meta:
        ordering = ["row", "id"]
        constraints = [
            models.UniqueConstraint(fields=["matrix", "row", "model", "take_number"], name="one_cell_per_place")
        ]
