"""Comments on takes: at a frame, over a span of frames or on the whole, with drawings and replies."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from studio.models.guests import Guest
from studio.models.users import User


class CommentQuerySet(models.QuerySet["Comment"]):
    """Questions asked of comments."""

    def threads(self) -> CommentQuerySet:
        """Those that begin a conversation, in the order of the film; what concerns the whole take comes first."""
        first = models.F("frame").asc(nulls_first=True)
        return self.filter(parent=None, removed_at=None).select_related("author", "guest").order_by(first, "id")


class Comment(models.Model):
    """One remark, of a member or a guest."""

    render = models.ForeignKey("studio.Render", models.CASCADE, related_name="comments")
    parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="replies")
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="comments")
    guest = models.ForeignKey(Guest, models.SET_NULL, null=True, related_name="comments")
    # As it was then: people leave, and what they said stays theirs.
    name = models.CharField(max_length=160)
    text = models.TextField()
    # Counted from 0 in the file's own frames; both ends belong to the span. No frame: it concerns the whole take.
    frame = models.PositiveIntegerField(null=True)
    end_frame = models.PositiveIntegerField(null=True)
    # Shapes on the first frame of the span, in shares of the picture: see `lib/drawings.py`.
    drawing = models.JSONField(default=list, blank=True)
    mentions = models.ManyToManyField(User, related_name="mentioned_in", blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    # Taken away by its author; kept, so that replies still stand under something.
    removed_at = models.DateTimeField(null=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["render", "frame", "id"], name="comment_in_film_order")]
