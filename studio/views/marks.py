"""What a card shows beside the take itself: the heart of whoever looks, and the tags; of a page in one query."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet, Value
from django.http import HttpRequest

from studio import access
from studio.models import Favourite, Render, TakeTag, User


def marked(request: HttpRequest, takes: Iterable[Render]) -> list[Render]:
    """The takes, each with `is_favourite` and `tag_names` set."""
    found = list(takes)
    numbers = [take.pk for take in found]
    hearts: set[int] = set()
    tags: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for number, is_heart, key, name in _marks(access.person(request), numbers) if numbers else ():
        if is_heart:
            hearts.add(number)
        else:
            tags[number].append((key, name))
    for take in found:
        take.is_favourite = take.pk in hearts
        take.tag_names = tuple(name for _key, name in sorted(tags[take.pk]))
    return found


def _marks(user: User, numbers: list[int]) -> QuerySet[Any, tuple[int, bool, str, str]]:
    """The hearts of the user and the tags of these takes, in no order."""
    mine = Favourite.objects.filter(user=user, render__in=numbers)
    hearts = mine.values_list("render_id", Value(True), Value(""), Value(""))
    ties = TakeTag.objects.filter(render__in=numbers).order_by()
    return hearts.union(ties.values_list("render_id", Value(False), "tag__key", "tag__name"), all=True)


def card_context(request: HttpRequest, take: Render, **further: Any) -> dict[str, Any]:
    """Everything for `renders/_card.html` of one take."""
    marked(request, [take])
    spends_in = {take.project_id} if access.may(request, take.project, access.WHO_SPENDS) else set()
    return {"take": take, "spends_in": spends_in, "selects": True, **further}
