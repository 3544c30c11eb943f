"""Reads a page of Ark's task list. Single tasks are read by `upstream.parse`, since other gateways pass them on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from studio.lib.english import english
from studio.providers import reading
from studio.providers.upstream import parse


@dataclass(frozen=True, slots=True)
class ListedTask:
    """One task of the list; None and the empty word stand for what the list does not tell."""

    remote_id: str
    model: str
    created_at: Decimal | None
    seed: int | None
    seconds: Decimal | None
    ratio: str
    resolution: str
    sound: bool | None
    has_ended: bool


def page(document: Mapping[str, Any]) -> list[ListedTask]:
    """The tasks of one page; raises ValueError where it is no list, as nothing could be told from it."""
    items = document.get("items")
    if items is None and document.get("total") == 0:
        return []
    if not isinstance(items, list):
        raise ValueError(english("The answer holds no list of tasks."))
    return [_listed(item) for item in items if isinstance(item, Mapping)]


def _listed(item: Mapping[str, Any]) -> ListedTask:
    sound = item.get("generate_audio")
    return ListedTask(
        remote_id=reading.followable_id(item.get("id")),
        model=reading.text(item.get("model")),
        created_at=reading.amount(item.get("created_at")),
        seed=_seed(item.get("seed")),
        seconds=reading.amount(item.get("duration")),
        ratio=reading.text(item.get("ratio")),
        resolution=reading.text(item.get("resolution")),
        sound=sound if isinstance(sound, bool) else None,
        has_ended=parse.status(item).has_ended,
    )


def _seed(value: Any) -> int | None:
    """−1 stands for “any”, so it tells nothing."""
    found = reading.amount(value)
    return int(found) if found is not None and found == found.to_integral_value() else None
