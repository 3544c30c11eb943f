"""What an editor gets to know about each take: how it was made, what it is, and what was said of it. No secrets.

Neither a key nor its label, no address of a gateway's, nothing that was sent or answered goes in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Prefetch
from django.utils.text import slugify

from studio.choices import AttemptOutcome, InputRole
from studio.lib.spreadsheets import Cell
from studio.lib.timecode import timecode
from studio.models import Attempt, Comment, Output, Render, Review
from studio.providers import registry

# In the order of the columns; what is a list in JSON is one cell with a line for each.
COLUMNS = (
    "take",
    "file",
    "project",
    "shot",
    "came_from",
    "lineage",
    "operation",
    "model",
    "gateway",
    "prompt_title",
    "prompt_version",
    "prompt",
    "duration",
    "resolution",
    "aspect_ratio",
    "sound",
    "seed",
    "inputs",
    "asked_by",
    "asked_at",
    "ready_at",
    "price",
    "currency",
    "money",
    "sha256",
    "size",
    "video_codec",
    "audio_codec",
    "width",
    "height",
    "frame_rate",
    "frames",
    "seconds",
    "review",
    "verdicts",
    "comments",
)
PARAMETERS = ("duration", "resolution", "aspect_ratio", "sound", "seed")


@dataclass(frozen=True)
class Told:
    """A take with everything that is said of it, and the name of its file in the export."""

    take: Render
    file: str
    seed: int | None
    threads: list[Comment] = field(default_factory=list)

    @property
    def output(self) -> Output:
        """Its file."""
        return self.take.output


def told(takes: Sequence[Render]) -> list[Told]:
    """The takes in their order with all that belongs to them, in a handful of queries."""
    # Whatever is encrypted or was said by a gateway is not even read.
    wanted = Render.objects.select_related("project", "output", "asked_by", "prompt_version__prompt")
    wanted = wanted.defer("result_url", "estimate_basis", "error_said").prefetch_related(
        "inputs__asset",
        Prefetch("reviews", Review.objects.current(), to_attr="standing_verdicts"),
        Prefetch("comments", Comment.objects.threads().prefetch_related(_replies()), to_attr="threads"),
    )
    found = wanted.in_bulk([take.pk for take in takes])
    sent = Attempt.objects.filter(render__in=found, outcome=AttemptOutcome.ACCEPTED).order_by("number")
    drawn = dict(sent.values_list("render", "request__seed"))
    return [_told(found[take.pk], drawn.get(take.pk)) for take in takes if take.pk in found]


def _replies() -> Prefetch:
    replies = Comment.objects.filter(removed_at=None).order_by("id")
    return Prefetch("replies", replies, to_attr="shown_replies")


def _told(take: Any, drawn: object) -> Told:
    seed = take.spec.get("seed")
    if seed is None and isinstance(drawn, int):
        seed = drawn
    stem = f"{slugify(take.project.name) or 'take'}-take-{take.pk}"
    ending = take.output.file.rpartition(".")[2]
    return Told(take=take, file=f"{stem}.{ending}", seed=seed, threads=take.threads)


def describe(told: Told) -> dict[str, Any]:
    """One take of `manifest.json`; numbers of money as text, moments in ISO 8601."""
    take, output, spec = told.take, told.output, told.take.spec
    version = take.prompt_version
    asked = {name: spec.get(name) for name in PARAMETERS} | {"seed": told.seed}
    return {
        "take": take.pk,
        "file": told.file,
        "project": take.project.name,
        "shot": take.shot_id or take.pk,
        "came_from": take.parent_id,
        "extends": take.source_take_id,
        "answers_comment": take.answers_id,
        "lineage": take.get_lineage_display(),
        "operation": take.get_operation_display(),
        "model": take.model,
        "gateway": _gateway(take.provider),
        "prompt": spec.get("prompt", ""),
        "prompt_version": {"title": version.prompt.title, "number": version.number} if version else None,
        "parameters": asked,
        "inputs": [_input(entry) for entry in take.inputs.all()],
        "asked_by": take.asked_by.label if take.asked_by else None,
        "asked_at": take.created_at.isoformat(),
        "ready_at": output.created_at.isoformat(),
        "price": {"amount": _plain(take.amount), "currency": take.currency, "money": take.get_standing_display()},
        "media": _media(output),
        "review": {"state": take.get_review_state_display(), "verdicts": [_verdict(each) for each in _verdicts(take)]},
        "comments": [comment_facts(comment, output.rate) for comment in told.threads],
    }


def row_of(told: Told) -> list[Cell]:
    """The same as one line of `manifest.csv`, in the order of `COLUMNS`."""
    facts = describe(told)
    version, price = facts.pop("prompt_version") or {}, facts.pop("price")
    flat = facts | facts["parameters"] | facts["media"]
    flat |= {"prompt_title": version.get("title"), "prompt_version": version.get("number")}
    flat |= {"price": price["amount"], "currency": price["currency"], "money": price["money"]}
    flat |= {"review": facts["review"]["state"], "sound": "on" if flat["sound"] else "off"}
    flat["verdicts"] = "\n".join(_lines(facts["review"]["verdicts"], "{name}: {verdict}", "reason"))
    flat["inputs"] = "\n".join("{position}. {role}: {name} ({sha256})".format(**each) for each in facts["inputs"])
    flat["comments"] = "\n".join(_spoken(each) for each in facts["comments"])
    return [flat[name] for name in COLUMNS]


def comment_facts(comment: Comment, rate: Fraction) -> dict[str, Any]:
    """A remark with where it stands in the film, and the replies to it."""
    facts = {
        "comment": comment.pk,
        "frame": comment.frame,
        "end_frame": comment.end_frame,
        "timecode": None if comment.frame is None else timecode(comment.frame, rate),
        "end_timecode": None if comment.end_frame is None else timecode(comment.end_frame, rate),
        "author": comment.name,
        "text": comment.text,
        "at": comment.created_at.isoformat(),
        "resolved_at": comment.resolved_at.isoformat() if comment.resolved_at else None,
        "drawing": comment.drawing,
    }
    replies: list[Comment] = getattr(comment, "shown_replies", [])
    return facts | {
        "replies": [{"author": each.name, "text": each.text, "at": each.created_at.isoformat()} for each in replies]
    }


def _media(output: Output) -> dict[str, Any]:
    names = ("sha256", "size", "video_codec", "audio_codec", "width", "height", "frame_rate", "frames")
    return {name: getattr(output, name) for name in names} | {"seconds": str(output.seconds)}


def _input(entry: Any) -> dict[str, Any]:
    role = str(InputRole(entry.role).label) if entry.role in InputRole.values else entry.role
    asset = entry.asset
    return {"position": entry.position + 1, "role": role, "name": asset.name, "sha256": asset.sha256}


def _verdicts(take: Any) -> list[Review]:
    found: list[Review] = take.standing_verdicts
    return found


def _verdict(review: Review) -> dict[str, Any]:
    at = review.created_at.isoformat()
    return {"name": review.name, "verdict": review.get_verdict_display(), "reason": review.reason, "at": at}


def _gateway(provider: str) -> str:
    return registry.get(provider).name if provider in registry.PROVIDERS else provider


def _lines(entries: Sequence[dict[str, Any]], shape: str, more: str) -> Iterator[str]:
    for entry in entries:
        yield shape.format(**entry) + (f": {entry[more]}" if entry[more] else "")


def _spoken(comment: dict[str, Any]) -> str:
    until = f"–{comment['end_timecode']}" if comment["end_timecode"] else ""
    where = f"{comment['timecode']}{until} " if comment["timecode"] else ""
    replies = "".join(f" | {reply['author']}: {reply['text']}" for reply in comment["replies"])
    done = " (resolved)" if comment["resolved_at"] else ""
    return f"{where}{comment['author']}: {comment['text']}{replies}{done}"


def _plain(amount: Decimal | None) -> str | None:
    if amount is None:
        return None
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
