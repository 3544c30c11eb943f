"""The card of a take. That of a finished one is drawn once for all that look alike and filled in with what each says of
itself: a page shows two dozen of them, and a template takes ten times as long for each."""

from __future__ import annotations

from html import escape
from typing import Any

from django import template
from django.template.context import Context
from django.template.defaultfilters import truncatechars
from django.template.loader import get_template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import trans_real

from studio.choices import RenderState
from studio.lib.outlines import Outlines, mark
from studio.models import Render
from studio.templatetags.menus import Stencil
from studio.templatetags.pictures import poster_at_first, poster_choices
from studio.templatetags.takes import asked_ratio, card_money, model_name, short_seconds

register = template.Library()

TEMPLATE = "renders/_card_drawn.html"
_OUTLINES = Outlines(most=500)
_LONGEST_TITLE = 140
# So many posters of a page are fetched before all else.
_EARLY = 3
# What goes between the names of tags, which stand in one mark.
_NEXT_TAG = "</span><span>"


@register.simple_tag(takes_context=True)
def card(context: Context, take: Render, oob: bool = False) -> SafeString:
    """The card of `take`, as `marked` (views/marks.py) made it; `oob` for one that takes the place of an older one."""
    flags = _flags(context, take, oob)
    texts = texts_of(take)
    token = str(context.get("csrf_token", ""))
    if "poster" not in texts:
        return drawn(take, flags, texts | {"tags": take.tag_names}, token)
    facts = (trans_real.catalog(), *flags.values(), *_facts(take))
    outline = _OUTLINES.of(facts, lambda: _outlined(take, flags, texts))
    values = {name: escape(text) for name, text in texts.items()}
    tags = _NEXT_TAG.join(map(escape, take.tag_names))
    filled = outline.filled({**values, "number": str(take.pk), "tags": tags, "token": token})
    return mark_safe(filled)  # noqa: S308  (a template's own output, and what was escaped)


def drawn(take: Any, flags: dict[str, bool], texts: dict[str, Any], token: str) -> SafeString:
    """What the template makes of it."""
    spends_in = {take.project_id} if flags["may_spend"] else set()
    values = {"take": take, "texts": texts, "spends_in": spends_in, "csrf_token": token, **flags}
    found: SafeString = get_template(TEMPLATE).template.render(Context(values))  # type: ignore[attr-defined]
    return found


def texts_of(take: Render) -> dict[str, str]:
    """What a card says of its take alone, by its name in the template; what there is no file for is empty."""
    page = reverse("render-detail", args=[take.pk])
    texts = {
        "page": page,
        "ratio": asked_ratio(take),
        "rating": str(take.rating),
        "title": truncatechars(take.spec.get("prompt") or take.get_operation_display(), _LONGEST_TITLE),
        "model": model_name(take),
        "person": take.asked_by.label if take.asked_by else _("From the shell"),
        "money": card_money(take),
    }
    if take.state == RenderState.READY and (output := getattr(take, "output", None)) is not None:
        texts |= {
            "poster": poster_at_first(output, page),
            "posters": poster_choices(output, page),
            "frames": str(output.filmstrip_frames),
            "width": str(output.width),
            "height": str(output.height),
            "seconds": short_seconds(output.seconds),
        }
    return texts


def _outlined(take: Render, flags: dict[str, bool], texts: dict[str, str]) -> SafeString:
    marks = {name: mark(name) for name in texts}
    return drawn(Stencil(take), flags, {**marks, "tags": [mark("tags")] if take.tag_names else []}, mark("token"))


def _flags(context: Context, take: Render, oob: bool) -> dict[str, bool]:
    """What the page says of the card."""
    loop, request = context.get("forloop"), context.get("request")
    is_first = loop is not None and loop["counter0"] < _EARLY
    return {
        "oob": oob or bool(context.get("oob")),
        "selects": bool(context.get("selects")),
        "may_spend": take.project_id in (context.get("spends_in") or ()),
        "early": is_first and not getattr(request, "htmx", False),
    }


def _facts(take: Render) -> tuple[object, ...]:
    """All that the template asks of a finished take; `tests/templatetags/test_cards.py` draws each kind both ways."""
    output = take.output
    return (
        take.review_state,
        bool(take.rating),
        take.is_favourite,
        bool(take.tag_names),
        bool(output.poster),
        bool(output.card_posters),
        bool(output.filmstrip),
        output.height > output.width,
    )
