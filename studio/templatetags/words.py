"""`{% translate "…" %}` as Django has it, but kept once it is known: a page of takes shows a thousand such words."""

from __future__ import annotations

from django import template
from django.template.base import FilterExpression, Parser, Token
from django.template.context import Context
from django.templatetags.i18n import TranslateNode, do_translate
from django.utils.translation import trans_real

register = template.Library()


class KeptWords(TranslateNode):
    """Words that stand in the template itself, by the catalog that they were looked up in."""

    def __init__(self, filter_expression: FilterExpression) -> None:
        super().__init__(filter_expression, noop=False)
        self._kept: dict[object, str] = {}

    def render(self, context: Context) -> str:
        """The words in the language of this moment."""
        # By the catalog, not by its name: another catalog of the same name begins afresh.
        catalog = trans_real.catalog()
        if not isinstance(catalog, trans_real.DjangoTranslation):
            # No language is active, and Django makes a new catalog each time that happens.
            return super().render(context)
        if catalog not in self._kept:
            self._kept[catalog] = super().render(context)
        return self._kept[catalog]


@register.tag("translate")
def translate(parser: Parser, token: Token) -> TranslateNode:
    """Django's tag; plain words without options are kept."""
    bits = token.split_contents()
    if len(bits) == 2 and bits[1][0] in "\"'" and bits[1][-1] == bits[1][0]:
        return KeptWords(parser.compile_filter(bits[1]))
    node: TranslateNode = do_translate(parser, token)
    return node
