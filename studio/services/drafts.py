"""What stands in a person's composer: kept at every step, so that nothing typed or chosen is ever lost."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from studio.choices import Lineage
from studio.models import Asset, Comment, ComposerDraft, Project, PromptVersion, Render, Review, User
from studio.providers import registry
from studio.providers.capabilities import Capability
from studio.providers.checks import ADAPTIVE
from studio.providers.requests import RenderRequest
from studio.services.doors import BY_HAND

# The composer's fields, all kept as typed; a bad value is shown again with its reason.
FIELDS = (
    "prompt",
    "model",
    "key",
    "operation",
    "aspect_ratio",
    "duration",
    "resolution",
    "sound",
    "seed",
    "takes",
    "source_take",
)
TRAY_LIMIT = 30
# Values of variables that the text no longer has are kept for when it has them again, but not without end.
VARIABLE_LIMIT = 50


def draft_of(*, project: Project, user: User) -> ComposerDraft:
    """The person's draft in this project, started from the project's default settings."""
    draft, _ = ComposerDraft.objects.get_or_create(
        project=project, user=user, defaults={"data": {"values": defaults_of(project)}}
    )
    draft.project = project
    return draft


def defaults_of(project: Project) -> dict[str, str]:
    """The project's default settings as the composer's fields hold them."""
    return {name: str(value) for name, value in project.default_settings.items() if name in FIELDS}


def tray_ids(*, project: Project, user: User) -> list[int]:
    """The numbers of the references in the person's tray, in its order; a person without a draft gets none by this."""
    data = ComposerDraft.objects.filter(project=project, user=user).values_list("data", flat=True).first()
    return list((data or {}).get("tray", []))


@contextmanager
def _changing(draft: ComposerDraft) -> Iterator[dict[str, Any]]:
    """The draft's data, read and written under a lock: uploads of one drop and typing arrive at the same moment."""
    with transaction.atomic():
        locked = ComposerDraft.objects.select_for_update().get(pk=draft.pk)
        yield locked.data
        locked.save(update_fields=["data", "updated_at"])
    draft.data = locked.data


def keep(*, draft: ComposerDraft, values: Mapping[str, str], variables: Mapping[str, str]) -> None:
    """Keep what the form says now; a changed prompt is no longer the saved version it came from."""
    with _changing(draft) as data:
        before = data.get("values", {})
        data["values"] = before | {name: values[name] for name in FIELDS if name in values}
        kept = data.get("variables", {}) | dict(variables)
        data["variables"] = dict(list(kept.items())[-VARIABLE_LIMIT:])
        if "prompt" in values and values["prompt"] != before.get("prompt", ""):
            data.pop("prompt_version", None)


def add_to_tray(*, draft: ComposerDraft, assets: list[Asset]) -> None:
    """Put references at the end of the tray; one that lies there already stays where it is."""
    with _changing(draft) as data:
        tray = data.get("tray", [])
        data["tray"] = (tray + [asset.pk for asset in assets if asset.pk not in tray])[:TRAY_LIMIT]


def change_tray(*, draft: ComposerDraft, step: str, position: int) -> None:
    """`remove`, `up` or `down` for the reference at `position`; anything out of range changes nothing."""
    with _changing(draft) as data:
        tray: list[int] = data.get("tray", [])
        target = position + {"up": -1, "down": 1}.get(step, 0)
        if not (0 <= position < len(tray) and 0 <= target < len(tray)):
            return
        if step == "remove":
            del tray[position]
        else:
            tray[position], tray[target] = tray[target], tray[position]


def move_in_tray(*, draft: ComposerDraft, position: int, target: int) -> None:
    """Take the reference at `position` out and put it in at `target`, as a drag does."""
    with _changing(draft) as data:
        tray: list[int] = data.get("tray", [])
        if 0 <= position < len(tray) and 0 <= target < len(tray):
            tray.insert(target, tray.pop(position))


def use_version(*, draft: ComposerDraft, version: PromptVersion) -> None:
    """Start from a saved prompt version."""
    with _changing(draft) as data:
        data["values"] = data.get("values", {}) | {"prompt": version.text}
        data["prompt_version"] = version.pk


def use_settings(*, draft: ComposerDraft, render: Render, lineage: str = "") -> None:
    """Fill the composer with everything a take was made with; `lineage` says why, for the takes that follow."""
    with _changing(draft) as data:
        data.clear()
        data.update(_made_with(render))
        if lineage:
            data.update({"parent": render.pk, "lineage": lineage})
        if lineage == Lineage.VARY:
            # The same seed would give the same take again.
            data["values"]["seed"] = ""


def answer_note(*, draft: ComposerDraft, comment: Comment) -> None:
    """Fill the composer with what the commented take was made with; the takes that follow answer the comment.

    Raises ValidationError for one that was taken away."""
    if comment.removed_at is not None:
        raise ValidationError(
            _("This comment has been removed, so nothing is left to answer. The composer is as it was.")
        )
    _answer(draft, comment.render, answers=comment.pk)


def answer_verdict(*, draft: ComposerDraft, review: Review) -> None:
    """The same for the reason of a verdict, which stands beside the prompt until the press."""
    _answer(draft, review.render, verdict=review.pk)


def _answer(draft: ComposerDraft, render: Render, **note: int) -> None:
    use_settings(draft=draft, render=render, lineage=Lineage.NOTE)
    with _changing(draft) as data:
        data.update(note)


def leave_note(*, draft: ComposerDraft) -> None:
    """What is rendered next answers nothing any more; all that was typed and chosen stays."""
    with _changing(draft) as data:
        if data.get("lineage") == Lineage.NOTE:
            _forget_parent(data)


def _made_with(render: Render) -> dict[str, Any]:
    request = RenderRequest.from_json(render.spec)
    return {
        "values": {
            "prompt": request.prompt,
            "model": registry.studio_model_of(f"{request.provider}:{request.model}") or request.model,
            # A gateway that the studio chose is chosen afresh; one that a person chose stays.
            "key": str(render.key_id) if render.door_reason == BY_HAND else "",
            "operation": request.operation.value,
            "aspect_ratio": request.aspect_ratio,
            "duration": str(request.duration),
            "resolution": request.resolution,
            "sound": "on" if request.sound else "",
            "seed": "" if request.seed is None else str(request.seed),
            "takes": "1",
            "source_take": str(render.source_take_id or ""),
        },
        "tray": [file.asset_id for file in request.inputs],
        "prompt_version": render.prompt_version_id,
    }


def extend(*, draft: ComposerDraft, render: Render) -> None:
    """Set the composer up to go on from a take, in its own settings; the take itself decides the key."""
    with _changing(draft) as data:
        data.clear()
        data.update(_made_with(render) | {"tray": [], "prompt_version": None})
        data["values"] |= {"operation": "video-extension", "source_take": str(render.pk), "prompt": ""}


def start_from_frame(*, draft: ComposerDraft, render: Render, frame: Asset) -> None:
    """Set the composer up to begin with the last frame of a take."""
    with _changing(draft) as data:
        data.clear()
        data.update(_made_with(render) | {"tray": [frame.pk], "prompt_version": None})
        data["values"] |= {"operation": "image-to-video", "source_take": "", "prompt": ""}
        data.update({"parent": render.pk, "lineage": "remix"})


def take_own_shape(*, draft: ComposerDraft, capability: Capability | None, seconds: Decimal | None) -> None:
    """Let an edited video keep its shape, and its length as far as the model has one like it."""
    if capability is None:
        return
    changes = {"aspect_ratio": ADAPTIVE} if ADAPTIVE in capability.aspect_ratios else {}
    if seconds is not None and capability.durations:
        changes["duration"] = str(min(capability.durations, key=lambda length: abs(length - seconds)))
    with _changing(draft) as data:
        data["values"] = data.get("values", {}) | changes


def next_submission(*, draft: ComposerDraft, submission: uuid.UUID) -> None:
    """The press has been carried out; the next one is another. Two presses of the same form stay one."""
    # The second of them finds the draft at what was chosen since, maybe another note: that is not its to forget.
    if renew_submission(draft=draft, submission=submission):
        with _changing(draft) as data:
            _forget_parent(data)


def _forget_parent(data: dict[str, Any]) -> None:
    for name in ("parent", "lineage", "answers", "verdict"):
        data.pop(name, None)


def renew_submission(*, draft: ComposerDraft, submission: uuid.UUID) -> bool:
    """Give the draft another submission than this used one; False where somebody has already."""
    renewed = ComposerDraft.objects.filter(pk=draft.pk, submission=submission).update(submission=uuid.uuid4())
    draft.refresh_from_db(fields=["submission", "data"])
    return bool(renewed)
