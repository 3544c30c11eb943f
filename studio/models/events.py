"""The append-only history of a render."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import models
from django.utils import timezone

from studio.choices import RenderState

# A number may be missing because its transaction is still open (PostgreSQL hands numbers out before the commit).
# After this long it was rolled back: transactions here last milliseconds.
GAP_PATIENCE = timedelta(seconds=3)


class RenderEventQuerySet(models.QuerySet["RenderEvent"]):
    """Questions asked of the history."""

    def cursor(self) -> int:
        """Where a page that is being made now starts to listen from: just before anything still on its way."""
        settled = self.filter(created_at__lte=timezone.now() - GAP_PATIENCE)
        newest = settled.order_by("-id").values_list("id", flat=True).first()
        return newest or 0

    def since(self, cursor: int, limit: int = 500) -> list[RenderEvent]:
        """The events after `cursor` in order, up to the first number that may still be on its way."""
        events: list[RenderEvent] = []
        patience = timezone.now() - GAP_PATIENCE
        for event in self.filter(id__gt=cursor).order_by("id")[:limit]:
            if event.pk != cursor + 1 and event.created_at > patience:
                break
            cursor = event.pk
            events.append(event)
        return events


class RenderEvent(models.Model):
    """One change: from where to where, why, and by whom (nobody: by the studio itself)."""

    render = models.ForeignKey("studio.Render", models.CASCADE, related_name="events")
    from_state = models.CharField(max_length=20, blank=True, choices=RenderState.choices)
    to_state = models.CharField(max_length=20, choices=RenderState.choices)
    reason = models.CharField(max_length=500)
    actor = models.ForeignKey("studio.User", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = RenderEventQuerySet.as_manager()

    class Meta:
        ordering = ["id"]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a new event; raises ValueError for one that is already stored."""
        if not self._state.adding:
            raise ValueError("History is added to, never changed.")
        super().save(*args, **kwargs)
