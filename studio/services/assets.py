"""References: taking in an uploaded file, preparing it, and taking it out of the library."""

from __future__ import annotations

from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from studio.choices import ROLE_KINDS, AssetKind
from studio.lib.clock import now
from studio.lib.english import english
from studio.media import storage
from studio.media.errors import Rejected
from studio.media.info import MediaInfo
from studio.media.probe import probe
from studio.models import Asset, Output, Project, Render, User
from studio.providers import registry
from studio.providers.capabilities import MediaLimits
from studio.providers.input_checks import file_messages
from studio.providers.requests import InputFile
from studio.services import search_index
from studio.services.queue import enqueue

PREPARATION_TRIES = 3
# Takes that are sent at once may prepare the same file side by side.
PREPARATION_TRIES_IN_ALL = 30


def add_asset(*, project: Project, created_by: User | None, path: Path, sha256: str, name: str) -> tuple[Asset, bool]:
    """Take in the file at `path`, which is moved or removed; returns the asset and whether it is new here.

    Raises media.probe.Rejected with a sentence for the person, leaving nothing behind.
    """
    try:
        if project.archived_at is not None:
            raise Rejected("archived", _("This project is archived. A manager can bring it back in its settings."))
        info = probe(path)
        _require_a_taker(info)
        stored = storage.reference_name(sha256, info.extension)
        storage.adopt(path, stored)
    finally:
        path.unlink(missing_ok=True)
    return _record(project, created_by, sha256, _clean_name(name, info), info, stored)


def widest_limits() -> dict[AssetKind, MediaLimits]:
    """What any model takes, by kind: the first record of each stands for all, since they share upstream's limits."""
    limits: dict[AssetKind, MediaLimits] = {}
    for model in registry.all_capabilities():
        for kind, each in model.media.items():
            limits.setdefault(kind, each)
    return limits


def _require_a_taker(info: MediaInfo) -> None:
    """Refuse a file that no model of any gateway would take, with the first one's reason."""
    described = InputFile(
        role=next(role for role, kind in ROLE_KINDS.items() if kind == info.kind),
        kind=info.kind,
        mime=info.mime,
        extension=info.extension,
        size=info.size,
        width=info.width,
        height=info.height,
        seconds=info.seconds,
        name=english("This file"),
    )
    takers = [model.media[info.kind] for model in registry.all_capabilities() if info.kind in model.media]
    reasons = [file_messages(limits, described) for limits in takers]
    if all(reasons):
        raise Rejected("limits", " ".join(reasons[0]) if reasons else _("No model here takes such a file."))


def add_last_frame(*, render: Render, created_by: User | None) -> Asset:
    """The last frame of a take as a reference of its project; raises ValidationError while there is none.

    The picture was made and hashed by the job, so there is nothing to probe in a page request.
    """
    output = Output.objects.filter(render=render).exclude(last_frame="").first()
    if output is None or not storage.take_up(output.last_frame):
        raise ValidationError(_("The last frame of this take is not there yet. Try again in a moment."))
    sha256 = Path(output.last_frame).stem
    info = MediaInfo(
        kind=AssetKind.IMAGE,
        format="png",
        mime="image/png",
        extension="png",
        size=storage.absolute(output.last_frame).stat().st_size,
        width=output.width,
        height=output.height,
    )
    return _record(render.project, created_by, sha256, f"Take {render.pk}, last frame.png", info, output.last_frame)[0]


def _record(
    project: Project, created_by: User | None, sha256: str, name: str, info: MediaInfo, stored: str
) -> tuple[Asset, bool]:
    try:
        with transaction.atomic():
            asset = Asset.objects.create(
                project=project,
                created_by=created_by,
                sha256=sha256,
                name=name,
                kind=info.kind,
                mime=info.mime,
                extension=info.extension,
                size=info.size,
                width=info.width,
                height=info.height,
                seconds=info.seconds,
                file=stored,
            )
            search_index.index(noun="asset", numbers=[asset.pk])
            enqueue("studio.jobs.posters.prepare_asset", asset.pk)
    except IntegrityError:
        return _again(project, sha256), False
    return asset, True


def _again(project: Project, sha256: str) -> Asset:
    asset = Asset.objects.get(project=project, sha256=sha256)
    if asset.removed_at is not None:
        Asset.objects.filter(pk=asset.pk).update(removed_at=None)
        asset.removed_at = None
    return asset


def _clean_name(name: str, info: MediaInfo) -> str:
    """The file's own name without folders or control characters, for people to recognise it by."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(character for character in base if character.isprintable()).strip()
    return kept[:200] or f"{info.kind}.{info.extension}"


def remove_asset(*, asset: Asset) -> None:
    """Take a reference out of the library; renders that used it keep it."""
    Asset.objects.filter(pk=asset.pk, removed_at=None).update(removed_at=now())


def begin_preparation(*, asset: Asset, tries: int = PREPARATION_TRIES) -> bool:
    """Count the try before the dangerous work, so that a file that kills its worker is given up on."""
    return bool(
        Asset.objects.filter(pk=asset.pk, prepared_at=None, preparation_tries__lt=tries).update(
            preparation_tries=F("preparation_tries") + 1
        )
    )


def record_preparation(*, asset: Asset, outgoing: str, thumbnail: str) -> None:
    """The preview and the copy for gateways are made."""
    Asset.objects.filter(pk=asset.pk).update(
        outgoing=outgoing, thumbnail=thumbnail, prepared_at=now(), preparation_error=""
    )


def record_preparation_error(*, asset: Asset, message: str) -> None:
    """The file could not be prepared; the person sees why."""
    Asset.objects.filter(pk=asset.pk).update(preparation_error=message[:300])
