"""What reviewers leave behind, for the benchmark: a long queue, and a take about which much was said."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from studio.choices import ReviewState
from studio.models import Comment, Project, Render, User

QUEUE = 500
COMMENTS = 200
# Of so many comments one is an answer to the one before.
REPLIES = 5
STROKE = {"kind": "stroke", "color": "red", "points": [[0.2 + number / 100, 0.5] for number in range(40)]}


def send_for_review(project: Project, artist: User) -> None:
    """The oldest takes wait for a verdict, one minute after the other."""
    oldest = list(project.renders.order_by("pk").values_list("pk", flat=True)[:QUEUE])
    long_ago = timezone.now() - timedelta(days=1)
    Render.objects.bulk_update(
        [
            Render(
                pk=pk,
                review_state=ReviewState.WAITING,
                review_asked_at=long_ago + timedelta(minutes=number),
                review_asked_by=artist,
            )
            for number, pk in enumerate(oldest)
        ],
        ["review_state", "review_asked_at", "review_asked_by"],
    )


def talk_about(take: Render, author: User) -> None:
    """Comments over the whole film, every other one with a drawing, some with an answer."""
    threads = COMMENTS - COMMENTS // REPLIES
    begun = Comment.objects.bulk_create(
        Comment(
            render=take,
            author=author,
            name=author.label,
            text=f"Hold this a little longer, and keep the lamp in the picture, {number}.",
            frame=number % 90,
            drawing=[STROKE] if number % 2 else [],
        )
        for number in range(threads)
    )
    Comment.objects.bulk_create(
        Comment(render=take, parent=comment, author=author, name=author.label, text="Agreed.")
        for comment in begun[: COMMENTS - threads]
    )
