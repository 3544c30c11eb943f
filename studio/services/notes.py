"""The note that a composer answers: a comment on a take, or the reason of a verdict, as it is now."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from studio.choices import Lineage, Verdict
from studio.lib.english import english
from studio.lib.timecode import timecode
from studio.models import Comment, ComposerDraft, Output, Render, Review

Shape = dict[str, Any]


@dataclass(frozen=True)
class Note:
    """What somebody wants to be otherwise in `take`. Without a text it was taken away since it was chosen."""

    take: Render
    name: str = ""
    text: str = ""
    # The frame from 0 and what it is called; none for what concerns the whole take.
    frame: int | None = None
    at: str = ""
    drawing: tuple[Shape, ...] = ()
    comment: Comment | None = None
    verdict: Verdict | None = None

    @property
    def moment(self) -> str:
        """The middle of its frame in seconds, as a player is asked for it; empty without a frame."""
        output: Output | None = getattr(self.take, "output", None)
        if self.frame is None or output is None:
            return ""
        return f"{float((self.frame + Fraction(1, 2)) / output.rate):.3f}"

    @property
    def shapes(self) -> list[Shape]:
        """Its drawing, with each stroke's points as an SVG writes them."""
        return [shape | {"line": _line(shape)} for shape in self.drawing]

    @property
    def is_gone(self) -> bool:
        """Whether nobody can read any more what was wanted."""
        return not self.text


def _line(shape: Shape) -> str:
    points = shape.get("points", [])
    # A tap is a dot: a line needs two ends.
    return " ".join(f"{x},{y}" for x, y in (points if len(points) != 1 else points * 2))


def note_of(draft: ComposerDraft) -> Note | None:
    """The note that the next press answers; None where it answers none. A take of another project has none here."""
    data = draft.data
    if data.get("lineage") != Lineage.NOTE:
        return None
    take = draft.project.renders.present().select_related("output").filter(pk=data.get("parent")).first()
    if take is None:
        return None
    if "verdict" in data:
        return _of_verdict(take, data["verdict"])
    comment = take.comments.filter(pk=data.get("answers"), removed_at=None).first()
    return _of_comment(take, comment) if comment is not None else Note(take)


def _of_comment(take: Render, comment: Comment) -> Note:
    output: Output | None = getattr(take, "output", None)
    return Note(
        take=take,
        name=comment.name,
        text=comment.text,
        frame=comment.frame,
        at=_place(comment, output),
        drawing=tuple(comment.drawing),
        comment=comment,
    )


def _place(comment: Comment, output: Output | None) -> str:
    """The timecode of its frame, or of both ends of its span."""
    if comment.frame is None or output is None:
        return ""
    ends = [comment.frame] if comment.end_frame is None else [comment.frame, comment.end_frame]
    first, *last = (timecode(frame, output.rate) for frame in ends)
    return english("%(first)s to %(last)s", first=first, last=last[0]) if last else first


def _of_verdict(take: Render, pk: int) -> Note:
    review = Review.objects.filter(render=take, pk=pk).first()
    if review is None:
        return Note(take)
    return Note(take=take, name=review.name, text=review.reason, verdict=Verdict(review.verdict))
