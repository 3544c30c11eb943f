"""What stands in a person's composer, so that nothing typed is ever lost."""

from __future__ import annotations

import uuid

from django.db import models


class ComposerDraft(models.Model):
    """One per person and project: prompt, choices and tray, and the submission that the next press makes."""

    project = models.ForeignKey("studio.Project", models.CASCADE, related_name="+")
    user = models.ForeignKey("studio.User", models.CASCADE, related_name="+")
    data = models.JSONField(default=dict)
    submission = models.UUIDField(default=uuid.uuid4)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "user"], name="one_draft_per_person")]
