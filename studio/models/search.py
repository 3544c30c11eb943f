"""What the index of words still has to be told; the index itself is a table of each database's own kind."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class SearchWork(models.Model):
    """Rows whose words have changed all at once: those of a project or person that has a new name, or all there are.

    Written with the change itself and worked off in steps by a job, so that nothing is forgotten when that is cut off.
    """

    # "take", "asset" or "prompt", as in services/search_index.py.
    noun = models.CharField(max_length=10)
    project = models.ForeignKey("studio.Project", models.CASCADE, null=True, related_name="+")
    person = models.ForeignKey("studio.User", models.CASCADE, null=True, related_name="+")
    # Up to which id it is done.
    after = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
