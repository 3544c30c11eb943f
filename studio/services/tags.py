"""Tags of a project: put on takes, references and prompts, taken off again, and offered where one types."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from studio.lib.english import english
from studio.models import Asset, AssetTag, Project, Prompt, PromptTag, Render, Tag, TakeTag, User
from studio.services import search_index
from studio.services.transitions import note_all

LONGEST = 40
LONGEST_KEY = 80
# So many tags at one press, and so many offered while one types.
MOST_AT_ONCE = 20
OFFERED = 200


@dataclass(frozen=True)
class _Noun:
    """What a tag is put on: its rows, the rows that tie a tag to it, and how these name it."""

    rows: type[Model]
    ties: type[Model]
    field: str


NOUNS = {
    "take": _Noun(Render, TakeTag, "render_id"),
    "asset": _Noun(Asset, AssetTag, "asset_id"),
    "prompt": _Noun(Prompt, PromptTag, "prompt_id"),
}


def key_of(name: str) -> str:
    """What a tag is compared by."""
    return _tidied(name).casefold()


def names_in(text: str) -> list[str]:
    """The tags in what somebody typed with commas between them, each once, as first written.

    Raises ValidationError, in words for whoever typed, for none, too many, or one that is too long."""
    found: dict[str, str] = {}
    for name in map(_tidied, text.split(",")):
        if name:
            found.setdefault(name.casefold(), name)
    if not found:
        raise ValidationError(_("Write a tag first, or several with commas between them."))
    if len(found) > MOST_AT_ONCE:
        raise ValidationError(_("%(most)d tags at once at most; nothing was changed.") % {"most": MOST_AT_ONCE})
    for key, name in found.items():
        if len(name) > LONGEST or len(key) > LONGEST_KEY:
            raise ValidationError(
                _("“%(tag)s…” is too long: a tag has up to %(most)d characters.") % {"tag": name[:20], "most": LONGEST}
            )
    return list(found.values())


def put(*, project: Project, noun: str, ids: Iterable[int], names: Iterable[str], actor: User | None) -> int:
    """Put each tag on each of the project's takes, references or prompts (`noun`: take, asset, prompt); how many of
    them had not all of these tags before. Those of other projects are left alone.

    Raises ValidationError as `names_in` does, and for an archived project."""
    kind, wanted = NOUNS[noun], names_in(",".join(names))
    _refuse_if_archived(project)
    with transaction.atomic():
        here = _here(kind, project, ids)
        tags = _made(project, wanted)
        had = set(
            kind.ties._default_manager.filter(tag__in=tags, **_among(kind, here)).values_list("tag_id", kind.field)
        )
        missing = [(tag.pk, pk) for pk in here for tag in tags if (tag.pk, pk) not in had]
        rows = [kind.ties(**{"tag_id": tag, kind.field: pk}) for tag, pk in missing]
        kind.ties._default_manager.bulk_create(rows, ignore_conflicts=True, batch_size=500)
        said = english("Tagged: %(tags)s", tags=_listed(tags))
        return _changed(noun, {pk for _tag, pk in missing}, said, actor)


def take_off(*, project: Project, noun: str, ids: Iterable[int], names: Iterable[str], actor: User | None) -> int:
    """Take each of these tags off those of the project that have it; how many that were. ValidationError for an
    archived project."""
    kind, keys = NOUNS[noun], [key_of(name) for name in names]
    _refuse_if_archived(project)
    with transaction.atomic():
        tags = list(Tag.objects.filter(project=project, key__in=keys))
        ties = kind.ties._default_manager.filter(tag__in=tags, **_among(kind, _here(kind, project, ids)))
        had = set(ties.values_list(kind.field, flat=True))
        ties.delete()
        said = english("Tag removed: %(tags)s", tags=_listed(tags))
        return _changed(noun, had, said, actor)


def tags_of(project: Project, noun: str = "") -> QuerySet[Tag]:
    """The tags in use in a project, by name; with `noun` only those that are on one of those."""
    kinds = [NOUNS[noun]] if noun else list(NOUNS.values())
    used = Q()
    for kind in kinds:
        used |= Q(Exists(kind.ties._default_manager.filter(tag=OuterRef("pk"))))
    return Tag.objects.filter(used, project=project)


def _refuse_if_archived(project: Project) -> None:
    if project.archived_at is not None:
        raise ValidationError(_("This project is archived. A manager can bring it back in its settings."))


def _tidied(name: str) -> str:
    """In one line and one way of writing, without what cannot be seen."""
    plain = unicodedata.normalize("NFC", name[:2000])
    return " ".join("".join(letter if letter.isprintable() else " " for letter in plain).split())


def _here(kind: _Noun, project: Project, ids: Iterable[int]) -> list[int]:
    """Those of the project, held at once as the index of words holds them: two people may tag the same one."""
    rows: QuerySet[Any] = kind.rows._default_manager.filter(project=project, pk__in=list(ids))
    return list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))


def _among(kind: _Noun, here: Sequence[int]) -> dict[str, Any]:
    return {f"{kind.field}__in": here}


def _made(project: Project, names: Sequence[str]) -> list[Tag]:
    """The tags of these names; those that are new are made, by whoever comes first."""
    fresh = [Tag(project=project, name=name, key=name.casefold()) for name in sorted(names, key=str.casefold)]
    Tag.objects.bulk_create(fresh, ignore_conflicts=True)
    return list(Tag.objects.filter(project=project, key__in=[tag.key for tag in fresh]))


def _listed(tags: Iterable[Tag]) -> str:
    return ", ".join(tag.name for tag in tags)


def _changed(noun: str, numbers: set[int], said: str, actor: User | None) -> int:
    """What is looked for and what pages show follows; how many were changed."""
    if numbers:
        search_index.index(noun=noun, numbers=sorted(numbers))
        if noun == "take":
            note_all(takes=Render.objects.filter(pk__in=numbers), reason=said, actor=actor)
    return len(numbers)
