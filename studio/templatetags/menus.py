"""The menu of a card, drawn once for all takes that may be done the same with: a page shows it on each of its cards."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import trans_real

from studio.lib.outlines import Outlines, mark
from studio.models import Render
from studio.templatetags.takes import can_only_stop_waiting, refused_for_sound

register = template.Library()

TEMPLATE = "renders/_card_menu.html"
_OUTLINES = Outlines(most=500)


class Stencil:
    """A take with the mark in place of its number."""

    pk = mark("number")

    def __init__(self, take: Render) -> None:
        self._take = take

    def __getattr__(self, name: str) -> Any:
        return getattr(self._take, name)


@register.simple_tag(takes_context=True)
def card_menu(context: Context, take: Render, page_url: str) -> SafeString:
    """What `renders/_card_menu.html` says for the take."""
    may_spend = take.project_id in (context.get("spends_in") or ())
    outline = _OUTLINES.of(_facts(take, may_spend), lambda: _drawn(take, may_spend))
    values = {"number": str(take.pk), "page": page_url, "token": str(context.get("csrf_token", ""))}
    return mark_safe(outline.filled(values))  # noqa: S308  (a template's own output, a number, and Django's token)


def _drawn(take: Render, may_spend: bool) -> str:
    values = {
        "take": Stencil(take),
        "page_url": mark("page"),
        "spends_in": {take.project_id} if may_spend else set(),
        "csrf_token": mark("token"),
    }
    text: str = get_template(TEMPLATE).template.render(Context(values))  # type: ignore[attr-defined]
    return text


def _facts(take: Render, may_spend: bool) -> tuple[object, ...]:
    """All that the template asks of a take; `tests/templatetags/test_menus.py` draws each kind both ways."""
    return (
        trans_real.catalog(),
        take.state,
        take.review_state,
        may_spend,
        take.cancel_asked_at is None,
        take.may_be_charged,
        can_only_stop_waiting(take),
        refused_for_sound(take),
    )
