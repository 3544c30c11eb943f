"""The menu of a card, drawn once for all takes that may be done the same with: a page shows it on each of its cards."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import trans_real

from studio.models import Render
from studio.templatetags.takes import can_only_stop_waiting, refused_for_sound

register = template.Library()

TEMPLATE = "renders/_card_menu.html"
# Where the number of a take and the token of a form belong; no text of a menu holds such words.
NUMBER, TOKEN = "NUMBER-OF-THE-TAKE", "TOKEN-OF-THE-FORM"  # noqa: S105
_MOST_KEPT = 500
_kept: dict[tuple[object, ...], str] = {}


class Stencil:
    """A take with the mark in place of its number."""

    pk = NUMBER

    def __init__(self, take: Render) -> None:
        self._take = take

    def __getattr__(self, name: str) -> Any:
        return getattr(self._take, name)


@register.simple_tag(takes_context=True)
def card_menu(context: Context, take: Render, page_url: str) -> SafeString:
    """What `renders/_card_menu.html` says for the take."""
    may_spend = take.project_id in (context.get("spends_in") or ())
    facts = _facts(take, may_spend)
    drawn = _kept.get(facts)
    if drawn is None:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        values = {
            "take": Stencil(take),
            "page_url": page_url.replace(str(take.pk), NUMBER),
            "spends_in": {take.project_id} if may_spend else set(),
            "csrf_token": TOKEN,
        }
        drawn = _kept[facts] = get_template(TEMPLATE).template.render(Context(values))  # type: ignore[attr-defined]
    mine = drawn.replace(NUMBER, str(take.pk)).replace(TOKEN, str(context.get("csrf_token", "")))
    return mark_safe(mine)  # noqa: S308  (a template's own output, a number, and Django's token)


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
