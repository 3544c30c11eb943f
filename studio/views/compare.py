"""Two to four takes side by side or under a wipe, on one clock; and what differs between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from studio import access
from studio.lib.word_diff import Piece
from studio.models import Render
from studio.services import compare
from studio.views.compare_rows import LETTERS, prompts, rows
from studio.views.takes import number

FEWEST = 2
# The shapes that the page has room made for; a file's own may be a few pixels off.
RATIOS = {"9:16": 9 / 16, "3:4": 3 / 4, "1:1": 1.0, "4:3": 4 / 3, "16:9": 16 / 9, "21:9": 21 / 9}


@dataclass(frozen=True)
class Cell:
    """One take in its place; `without` is the address of the page without it, empty where too few would be left."""

    letter: str
    take: Render
    prompt: list[Piece]
    without: str


@dataclass(frozen=True)
class Offer:
    """A take to choose from: in place `letter` already, else with the addresses that put it there or beside them."""

    take: Render
    letter: str
    places: list[tuple[str, str]]
    added: str


@login_required
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The comparison of `?take=1&take=2`; one take alone gets its siblings beside it."""
    ids = [pk for pk in map(number, request.GET.getlist("take")) if pk]
    chosen = compare.comparable(user=access.person(request), ids=ids)
    if not chosen:
        raise Http404(_("None of these takes can be compared."))
    offered = compare.siblings(take=chosen[0])
    takes = compare.filled(chosen=chosen, offered=offered)
    context = _context(takes, offered) | {"is_cut": len(set(ids)) > compare.MOST == len(takes)}
    return render(request, "compare/page.html", context)


def _context(takes: Sequence[Render], offered: Sequence[Render]) -> dict[str, Any]:
    shown = [take.pk for take in takes]
    projects = {take.project for take in takes}
    facts = rows(takes)
    return {
        "section": "projects",
        "project": takes[0].project if len(projects) == 1 else None,
        "cells": _cells(takes),
        "offers": [_offer(take, shown) for take in _strip(takes, offered)],
        "same_prompt": len({take.spec.get("prompt") for take in takes}) == 1,
        "different": [row for row in facts if row.differs],
        "alike": [row for row in facts if not row.differs],
        "has_sound": any(take.output.audio_codec for take in takes),
        **_shape(takes),
    }


def _cells(takes: Sequence[Render]) -> list[Cell]:
    shown = [take.pk for take in takes]
    removable = len(takes) > FEWEST
    return [
        Cell(letter, take, prompt, _address([pk for pk in shown if pk != take.pk]) if removable else "")
        for letter, take, prompt in zip(LETTERS, takes, prompts(takes), strict=False)
    ]


def _strip(takes: Sequence[Render], offered: Sequence[Render]) -> list[Render]:
    """Those shown first, then the siblings that are not."""
    shown = {take.pk for take in takes}
    return [*takes, *(take for take in offered if take.pk not in shown)]


def _offer(take: Render, shown: list[int]) -> Offer:
    if take.pk in shown:
        return Offer(take, LETTERS[shown.index(take.pk)], [], "")
    places = [
        (LETTERS[place], _address(compare.swapped(shown=shown, place=place, pk=take.pk))) for place in range(len(shown))
    ]
    return Offer(take, "", places, _address([*shown, take.pk]) if len(shown) < compare.MOST else "")


def _address(ids: Sequence[int]) -> str:
    return reverse("compare", query={"take": ids})


def _shape(takes: Sequence[Render]) -> dict[str, str]:
    """The nearest known shapes of the widest and the tallest film: the cells are made to hold both."""
    ratios = [take.output.width / take.output.height for take in takes if take.output.height] or [16 / 9]
    return {"widest": _nearest(max(ratios)), "tallest": _nearest(min(ratios))}


def _nearest(ratio: float) -> str:
    return min(RATIOS, key=lambda name: abs(RATIOS[name] / ratio - 1))
