"""Tags: words that a project's people put on its takes, references and prompts."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class Tag(models.Model):
    """One word or two of one project; `key` is what it is compared by."""

    project = models.ForeignKey("studio.Project", models.CASCADE, related_name="tags")
    name = models.CharField(max_length=40)
    # The name casefolded, so that "Hero" and "hero" are one tag on every database.
    key = models.CharField(max_length=80)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["key"]
        constraints = [models.UniqueConstraint(fields=["project", "key"], name="one_tag_per_name_and_project")]
        indexes = [models.Index(fields=["key"], name="tag_key")]

    def __str__(self) -> str:
        return self.name


class TakeTag(models.Model):
    """A tag on a take."""

    tag = models.ForeignKey(Tag, models.CASCADE, related_name="take_tags")
    render = models.ForeignKey("studio.Render", models.CASCADE, related_name="take_tags")

    class Meta:
        # Read by tag and then newest first, as a gallery asks.
        constraints = [models.UniqueConstraint(fields=["tag", "render"], name="one_tag_once_on_a_take")]


class AssetTag(models.Model):
    """A tag on a reference."""

    tag = models.ForeignKey(Tag, models.CASCADE, related_name="asset_tags")
    asset = models.ForeignKey("studio.Asset", models.CASCADE, related_name="asset_tags")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tag", "asset"], name="one_tag_once_on_a_reference")]


class PromptTag(models.Model):
    """A tag on a prompt."""

    tag = models.ForeignKey(Tag, models.CASCADE, related_name="prompt_tags")
    prompt = models.ForeignKey("studio.Prompt", models.CASCADE, related_name="prompt_tags")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tag", "prompt"], name="one_tag_once_on_a_prompt")]
