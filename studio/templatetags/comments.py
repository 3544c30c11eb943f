"""Writes the conversations on a take: hundreds of comments, of which nearly all are of a few shapes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from django import template
from django.template.base import Template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from studio.lib.outlines import Outline, mark
from studio.models import Render
from studio.views.remarks import Remark

register = template.Library()
Values = Mapping[str, str | bool]


@register.simple_tag(takes_context=True)
def conversations(context: template.Context, threads: Iterable[Remark]) -> SafeString:
    """Each of the `threads` with its replies, as `comments/_comment.html` and `_reply.html` write one."""
    begins, replies, answers = (_Moulds(context, name) for name in ("comment", "reply", "answer"))
    written = []
    for thread in threads:
        # From here on it is a mere text, like the others.
        under = _together(replies.cast(_plain(reply)) for reply in thread["replies"])
        answered = _together(answers.cast(_answer(take)) for take in thread["answers"])
        written.append(begins.cast(_plain(thread) | {"replies": under, "answers": answered}))
    return _together(written)


class _Moulds:
    """One template, run once for each shape of what it writes: which of the values are there, and which are true.

    A mould has a mark for each text, where the comments' own are put in without running the template again."""

    def __init__(self, context: template.Context, name: str) -> None:
        engine = (context.template or Template("")).engine
        self._context, self._template = context, engine.get_template(f"comments/_{name}.html")
        self._moulds: dict[tuple[bool, ...], Outline] = {}

    def cast(self, values: Values) -> str:
        """What the template writes of the values; these have the same names in the same order each time."""
        shape = tuple(map(bool, values.values()))
        mould = self._moulds.get(shape)
        if mould is None:
            mould = self._moulds[shape] = self._made(values)
        return mould.filled({name: _safe(text) for name, text in values.items() if isinstance(text, str)})

    def _made(self, values: Values) -> Outline:
        marks = {name: value if isinstance(value, bool) else value and mark(name) for name, value in values.items()}
        with self._context.push(remark=marks):
            return Outline(self._template.render(self._context))


def _plain(remark: Remark) -> dict[str, str | bool]:
    return {name: value for name, value in remark.items() if isinstance(value, (str, bool))}


def _answer(take: Render) -> Values:
    return {"number": str(take.pk), "address": reverse("render-detail", args=[take.pk])}


def _safe(text: str) -> str:
    return text if isinstance(text, SafeString) else escape(text)


def _together(pieces: Iterable[str]) -> SafeString:
    return mark_safe("".join(pieces))  # noqa: S308  (all of them were written by templates)
