"""Undoing a deletion: what the button beside the word of it sends, and which takes that means."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest

from studio import access
from studio.choices import BulkAct
from studio.models import BulkWork, Render
from studio.services import bulk
from studio.views.chosen import MOST, ticked
from studio.views.takes import number

_WORK = "work "


def undo_of(work: BulkWork) -> str:
    """What names all that a work has deleted; nothing for other acts, and where it deleted nothing."""
    return f"{_WORK}{work.pk}" if work.act == BulkAct.DELETE and work.changed else ""


def undo_of_takes(takes: Iterable[Render]) -> str:
    """The same for takes that were deleted one by one."""
    return ",".join(str(take.pk) for take in takes)


def numbers_to_bring_back(request: HttpRequest) -> list[int]:
    """The deleted takes that the form names, or all that one's own deletion has taken away which it names (404 for
    others'); whose they are is looked at when they are brought back."""
    undo = request.POST.get("undo", "")
    if undo.startswith(_WORK):
        return bulk.gone_with(work=access.bulk_work(request, number(undo.removeprefix(_WORK)) or 0))
    named = [*ticked(request), *(pk for pk in map(number, undo.split(",")) if pk)]
    return list(dict.fromkeys(named))[:MOST]
