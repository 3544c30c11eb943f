"""References and prompts as a library: found by words, tags and kind, in an order, a page at a time; and what is known
of each: what it is used in and where it is from. Only reading, at a cost that does not grow with the library."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import BaseExpression
from django.db.models.functions import Lower
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from studio.models import Asset, AssetTag, Output, Project, PromptTag, PromptVersion, Render, RenderInput
from studio.services import search, tags

# What services/assets.py calls the last frame of a take when it becomes a reference.
_LAST_FRAME = re.compile(r"Take (\d{1,18}), last frame\.png", re.ASCII)
_FRAME = ("render__project_id", "render_id", "last_frame")
SHOWN_TAKES = 6


@dataclass(frozen=True)
class Order:
    """One order of a library: by `key` and then by id, both the same way."""

    label: str | Promise
    key: str | BaseExpression
    is_descending: bool


NEWEST, CHANGED = "newest", "changed"
ASSET_ORDERS = {
    NEWEST: Order(_("Newest first"), "pk", True),
    "oldest": Order(_("Oldest first"), "pk", False),
    "name": Order(_("By name"), Lower("name"), False),
    "largest": Order(_("Largest first"), "size", True),
}
PROMPT_ORDERS = {
    CHANGED: Order(_("Changed last first"), "pk", True),
    NEWEST: Order(_("Newest first"), "prompt_id", True),
    "oldest": Order(_("Oldest first"), "prompt_id", False),
    "title": Order(_("By title"), Lower("prompt__title"), False),
}


@dataclass(frozen=True)
class Asked:
    """What is wanted of a library; whatever is empty narrows nothing. All these tags have to be on it."""

    words: str = ""
    tags: Sequence[str] = ()
    kind: str = ""
    sort: str = ""

    def __bool__(self) -> bool:
        return bool(self.words or self.tags or self.kind)


def references(*, project: Project, asked: Asked) -> QuerySet[Asset]:
    """The references of a project that fit."""
    found = project.assets.in_library().select_related("created_by")
    if asked.kind:
        found = found.filter(kind=asked.kind)
    if asked.words:
        found = found.filter(pk__in=search.found(noun="asset", words=asked.words, projects=[project.pk]))
    for name in asked.tags:
        tied = AssetTag.objects.filter(tag__project=project, tag__key=tags.key_of(name))
        found = found.filter(Exists(tied.filter(asset=OuterRef("pk"))))
    return found


def prompts(*, project: Project, asked: Asked, archived: bool) -> QuerySet[PromptVersion]:
    """The newest version of each prompt of a project that fits."""
    found = PromptVersion.objects.newest().filter(prompt__project=project, prompt__archived_at__isnull=not archived)
    if asked.words:
        found = found.filter(prompt__in=search.found(noun="prompt", words=asked.words, projects=[project.pk]))
    for name in asked.tags:
        tied = PromptTag.objects.filter(tag__project=project, tag__key=tags.key_of(name))
        found = found.filter(Exists(tied.filter(prompt=OuterRef("prompt"))))
    return found.select_related("prompt", "created_by")


def page_of(rows: QuerySet[Any], *, order: Order, before: int | None, size: int) -> tuple[list[Any], int | None]:
    """`size` rows behind the row with the id `before`, and the id that the next page is asked for with, None for the
    last one. What lies behind a row that is not there is the beginning."""
    key = F(order.key) if isinstance(order.key, str) else order.key
    sorted_rows = rows.annotate(sorted_by=key)
    sign, beyond = ("-", "lt") if order.is_descending else ("", "gt")
    if before is not None and (value := _key_of(rows, order, before)) is not None:
        further = Q(**{f"sorted_by__{beyond}": value}) | Q(**{f"pk__{beyond}": before})
        sorted_rows = sorted_rows.filter(further, **{f"sorted_by__{beyond}e": value})
    found = list(sorted_rows.order_by(f"{sign}sorted_by", f"{sign}pk")[: size + 1])
    return found[:size], found[size - 1].pk if len(found) > size else None


def _key_of(rows: QuerySet[Any], order: Order, pk: int) -> Any:
    if order.key == "pk":
        return pk
    key = F(order.key) if isinstance(order.key, str) else order.key
    # Of these rows alone: where the row of a stranger would stand tells how it is called.
    return rows.order_by().filter(pk=pk).annotate(placed_by=key).values_list("placed_by", flat=True).first()


def uses_of_references(ids: Collection[int]) -> dict[int, int]:
    """In how many takes that nobody has deleted each of these references is."""
    used = RenderInput.objects.filter(asset__in=ids, render__deleted_at=None).order_by()
    return dict(used.values_list("asset").annotate(number=Count("render", distinct=True)))


def uses_of_prompts(ids: Collection[int]) -> dict[int, int]:
    """How many takes that nobody has deleted were made from any version of each of these prompts."""
    used = Render.objects.present().filter(prompt_version__prompt__in=ids).order_by()
    return dict(used.values_list("prompt_version__prompt").annotate(number=Count("pk")))


def takes_with(*, asset: Asset) -> list[Render]:
    """The newest takes that the reference is in."""
    uses = RenderInput.objects.filter(asset=asset).values("render")
    return list(Render.objects.in_gallery().filter(pk__in=uses)[:SHOWN_TAKES])


def frames_of(assets: Iterable[Asset]) -> dict[int, int]:
    """Of the references that are last frames of takes: from which take each is."""
    named = [(asset, int(match[1])) for asset in assets if (match := _LAST_FRAME.fullmatch(asset.name))]
    if not named:
        return {}
    framed = Output.objects.filter(render__in={take for _asset, take in named}, render__deleted_at=None)
    files = {(project, take): file for project, take, file in framed.values_list(*_FRAME)}
    # Anybody may call a file so: it is one when it is the very file, and of a take of the same project.
    return {asset.pk: take for asset, take in named if asset.file == files.get((asset.project_id, take))}


def tags_on(noun: str, ids: Collection[int]) -> dict[int, list[str]]:
    """The tags on each of these references or prompts (`noun`: asset, prompt), by name."""
    ties = tags.NOUNS[noun].ties._default_manager.filter(**{f"{noun}__in": ids}).order_by("tag__key")
    found: dict[int, list[str]] = {}
    for number, name in ties.values_list(f"{noun}_id", "tag__name"):
        found.setdefault(number, []).append(name)
    return found
