"""Prompts and their immutable numbered versions."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone


class PromptVersionQuerySet(models.QuerySet["PromptVersion"]):
    """Questions asked of versions."""

    def newest(self) -> PromptVersionQuerySet:
        """Only the highest number of each prompt."""
        later = PromptVersion.objects.filter(prompt=models.OuterRef("prompt"), number__gt=models.OuterRef("number"))
        return self.filter(~models.Exists(later))


class Prompt(models.Model):
    """A named line of work on one text; the text itself lives in its versions."""

    project = models.ForeignKey("studio.Project", models.CASCADE, related_name="prompts")
    title = models.CharField(max_length=160)
    created_by = models.ForeignKey("studio.User", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title

    @property
    def latest(self) -> PromptVersion | None:
        """The version with the highest number."""
        return self.versions.first()


class PromptVersion(models.Model):
    """One saved text. Never changed: a correction is the next number."""

    prompt = models.ForeignKey(Prompt, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    text = models.TextField()
    note = models.CharField("what changed", max_length=200, blank=True)
    based_on = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey("studio.User", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = PromptVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["prompt", "number"], name="one_number_per_prompt")]

    def __str__(self) -> str:
        return f"{self.prompt.title} v{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a new version; raises ValueError for one that is already stored."""
        if not self._state.adding:
            raise ValueError("A saved prompt version never changes; save the next number.")
        super().save(*args, **kwargs)
