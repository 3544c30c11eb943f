"""What is said of a take, reference or prompt that a search looks at, read for many rows in a few questions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import translation

from studio.choices import AssetKind, Operation
from studio.models import Asset, AssetTag, Comment, Prompt, PromptTag, PromptVersion, Render, TakeTag

MODELS: dict[str, Any] = {"take": Render, "asset": Asset, "prompt": Prompt}
_TAGS: dict[str, tuple[Any, str]] = {
    "take": (TakeTag, "render"),
    "asset": (AssetTag, "asset"),
    "prompt": (PromptTag, "prompt"),
}


@dataclass(frozen=True)
class Entry:
    """One row's words in three parts: its own, the names around it, and what people say of it."""

    number: int
    project_id: int
    main: str
    names: str
    talk: str = ""


def entries_of(noun: str, numbers: list[int]) -> list[Entry]:
    """The entries of those of the rows that there are."""
    tags = _gathered(_tag_names(noun, numbers))
    read = {"take": _takes, "asset": _assets, "prompt": _prompts}[noun]
    # Choices by their English words: whoever has an entry written may read in any language.
    with translation.override(None):
        return list(read(numbers, tags))


def _takes(numbers: list[int], tags: dict[int, str]) -> Iterable[Entry]:
    said = Comment.objects.filter(render__in=numbers, removed_at=None).order_by("id").values_list("render", "text")
    talk = _gathered(said)
    for row in _rows(Render, numbers, "asked_by", "spec", "model", "provider", "operation"):
        operation = dict(Operation.choices).get(row["operation"], "")
        names = _joined(row, "model", "provider")
        text = str(row["spec"].get("prompt", ""))
        names = f"{row['pk']} {tags.get(row['pk'], '')} {names} {operation}"
        yield Entry(row["pk"], row["project_id"], text, names, talk.get(row["pk"], ""))


def _assets(numbers: list[int], tags: dict[int, str]) -> Iterable[Entry]:
    for row in _rows(Asset, numbers, "created_by", "name", "kind"):
        kind = dict(AssetKind.choices).get(row["kind"], "")
        yield Entry(row["pk"], row["project_id"], row["name"], f"{tags.get(row['pk'], '')} {_joined(row)} {kind}")


def _prompts(numbers: list[int], tags: dict[int, str]) -> Iterable[Entry]:
    newest = PromptVersion.objects.newest().filter(prompt__in=numbers)
    texts = dict(newest.values_list("prompt", "text"))
    for row in _rows(Prompt, numbers, "created_by", "title"):
        text = f"{row['title']} {texts.get(row['pk'], '')}"
        yield Entry(row["pk"], row["project_id"], text, f"{tags.get(row['pk'], '')} {_joined(row)}")


def _rows(model: Any, numbers: list[int], person: str, *columns: str) -> Iterable[dict[str, Any]]:
    names = {f"person_{part}": f"{person}__{part}" for part in ("display_name", "first_name", "last_name", "username")}
    wanted = ("pk", "project_id", "project__name", *columns, *names.values())
    for row in model.objects.filter(pk__in=numbers).values(*wanted):
        yield row | {"names": [row["project__name"], *(row[name] or "" for name in names.values())]}


def _joined(row: dict[str, Any], *columns: str) -> str:
    return " ".join([*row["names"], *(str(row[column]) for column in columns)])


def _tag_names(noun: str, numbers: list[int]) -> Iterable[tuple[int, str]]:
    model, owner = _TAGS[noun]
    found = model.objects.filter(**{f"{owner}__in": numbers})
    names: Iterable[tuple[int, str]] = found.order_by("tag__key").values_list(owner, "tag__name")
    return names


def _gathered(pairs: Iterable[tuple[int, str]]) -> dict[int, str]:
    gathered: defaultdict[int, list[str]] = defaultdict(list)
    for number, text in pairs:
        gathered[number].append(text)
    return {number: " ".join(texts) for number, texts in gathered.items()}
