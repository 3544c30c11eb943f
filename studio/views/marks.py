"""What a card shows beside the take itself: the heart of whoever looks, and the tags; of a page in two queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest

from studio import access
from studio.models import Favourite, Render, TakeTag


def marked(request: HttpRequest, takes: Iterable[Render]) -> list[Render]:
    """The takes, each with `is_favourite` and `tag_names` set."""
    found = list(takes)
    numbers = [take.pk for take in found]
    mine = Favourite.objects.filter(user=access.person(request), render__in=numbers)
    hearts = set(mine.values_list("render_id", flat=True)) if numbers else set()
    names: dict[int, list[str]] = defaultdict(list)
    ties = TakeTag.objects.filter(render__in=numbers).order_by("tag__key").values_list("render_id", "tag__name")
    for number, name in ties if numbers else ():
        names[number].append(name)
    for take in found:
        take.is_favourite, take.tag_names = take.pk in hearts, tuple(names[take.pk])
    return found


def card_context(request: HttpRequest, take: Render, **further: Any) -> dict[str, Any]:
    """Everything for `renders/_card.html` of one take."""
    marked(request, [take])
    spends_in = {take.project_id} if access.may(request, take.project, access.WHO_SPENDS) else set()
    return {"take": take, "spends_in": spends_in, "selects": True, **further}
