"""What the shell says, in the services' terms: `ROLE=PATH` and `NAME=VALUE` pairs in, one flat row per take out."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings as django_settings
from django.core.exceptions import ValidationError

from studio.choices import LIVE, InputRole, Operation, RenderState
from studio.media import storage
from studio.models import Asset, Project, Render
from studio.providers.capabilities import Capability
from studio.providers.checks import unknown_parameters
from studio.services import key_limits, key_waiting
from studio.services.assets import add_asset
from studio.services.proofs import is_provable
from studio.services.requests import Choice, has_output

SOURCE_TAKE = "source_take"
NO_WORKER = "No worker has taken it up. Is manage.py up or manage.py qcluster running?"
MAY_BE_CHARGED = "It may have been charged: do not render it again before this is settled."
YES, NO = {"1", "on", "true", "yes"}, {"0", "off", "false", "no"}


@dataclass
class ShellInput:
    """The references in their order, and the take to extend."""

    assets: list[tuple[InputRole, Asset]] = field(default_factory=list)
    source_take: Render | None = None


def read_inputs(*, project: Project, pairs: Sequence[str]) -> ShellInput:
    """Take in the files of `ROLE=PATH` pairs; raises ValidationError or media.errors.Rejected."""
    found = ShellInput()
    for pair in pairs:
        role, equals, value = pair.partition("=")
        if not equals or role not in {*InputRole.values, SOURCE_TAKE}:
            raise ValidationError(
                f"“{pair}” is not ROLE=PATH with a role of {', '.join(InputRole.values)}, {SOURCE_TAKE}."
            )
        if role == SOURCE_TAKE:
            found.source_take = _take(project, value)
        else:
            found.assets.append((InputRole(role), _asset(project, Path(value))))
    return found


def _take(project: Project, value: str) -> Render:
    takes = project.renders.present().select_related("key", "output")
    take = takes.filter(pk=int(value)).first() if value.isascii() and value.isdigit() else None
    if take is None:
        raise ValidationError(f"There is no take {value} in this project.")
    return take


def _asset(project: Project, path: Path) -> Asset:
    if not path.is_file():
        raise ValidationError(f"There is no file {path}.")
    with tempfile.NamedTemporaryFile(dir=django_settings.FILE_UPLOAD_TEMP_DIR, delete=False) as copy:
        digest = hashlib.sha256()
        with path.open("rb") as source:
            shutil.copyfileobj(_Hashed(source, digest), copy)
    asset, _ = add_asset(
        project=project, created_by=None, path=Path(copy.name), sha256=digest.hexdigest(), name=path.name
    )
    return asset


class _Hashed:
    """Reads a file and hashes what passes, so that a long one is read once."""

    def __init__(self, source: Any, digest: Any) -> None:
        self.source = source
        self.digest = digest

    def read(self, size: int = -1) -> bytes:
        block: bytes = self.source.read(size)
        self.digest.update(block)
        return block


def shell_choice(
    *, capability: Capability, operation: Operation, prompt: str, settings: Sequence[str], inputs: ShellInput
) -> Choice:
    """The choice for a request, with the model's defaults where nothing was set; raises ValidationError."""
    values = dict(_pairs(settings))
    if unknown := unknown_parameters(values):
        raise ValidationError([problem.message for problem in unknown])
    ratio = capability.default_aspect_ratio_for(operation)
    return Choice(
        provider=capability.provider,
        model=capability.model,
        operation=operation,
        prompt=prompt,
        duration=_number("duration", values.get("duration", str(capability.default_duration))),
        resolution=values.get("resolution", capability.default_resolution),
        aspect_ratio=values.get("aspect_ratio", ratio),
        sound=_truth(values["sound"]) if "sound" in values else capability.default_sound,
        seed=_number("seed", values["seed"]) if values.get("seed") else None,
        inputs=inputs.assets,
        source_take=inputs.source_take,
    )


def _pairs(settings: Sequence[str]) -> list[tuple[str, str]]:
    pairs = []
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals:
            raise ValidationError(f"“{setting}” is not NAME=VALUE.")
        pairs.append((name, value))
    return pairs


def _number(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValidationError(f"“{text}” is not a whole number for {name}.") from None


def _truth(text: str) -> bool:
    if text.lower() in YES | NO:
        return text.lower() in YES
    raise ValidationError(f"“{text}” is neither on nor off for sound.")


def describe(render: Render) -> dict[str, Any]:
    """One take as plain data; money as text, so that no digit is lost."""
    is_unconfirmed = render.state == RenderState.UNCONFIRMED
    said = [render.error_said, render.error_meaning, render.error_advice, MAY_BE_CHARGED if is_unconfirmed else ""]
    words = " ".join(filter(None, said))
    return {
        "id": render.pk,
        "state": str(render.state),
        "provider": render.provider,
        "model": render.model,
        "key": render.key.label,
        "door_reason": render.door_reason,
        "operation": str(render.operation),
        "estimate": None if render.estimate is None else format(render.estimate, "f"),
        "currency": render.currency,
        "file": str(storage.absolute(render.output.file)) if has_output(render) else None,
        "error": words or None,
        "looking": is_unconfirmed and is_provable(render),
    }


def is_settled(render: Render) -> bool:
    """Whether nothing moves it any more but a person; what is unconfirmed may still be proven."""
    return render.state not in LIVE and not (render.state == RenderState.UNCONFIRMED and is_provable(render))


def why_queued(render: Render) -> str:
    """Why it is still queued, as far as that can be known here; nothing for a take that is not."""
    if render.state != RenderState.QUEUED:
        return ""
    told = render.error_meaning or key_waiting.reason_of(key=render.key) or key_limits.room(key=render.key).reason
    if told:
        return told
    if render.tries or render.attempts.exists():
        last = render.events.last()
        return f"{last.reason.rstrip('.')}." if last else ""
    return NO_WORKER
