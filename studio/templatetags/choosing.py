"""The choices of a select. A tag and not a loop: a gallery offers a hundred of them, and each is three words long."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
_CHOSEN = mark_safe(" selected")


@register.simple_tag
def options(choices: Iterable[tuple[object, object]], *chosen: object) -> SafeString:
    """An `<option>` for each pair of value and label; selected are those whose value is among `chosen`."""
    wanted = {str(value) for value in chosen}
    rows = ((value, _CHOSEN if str(value) in wanted else "", label) for value, label in choices)
    return format_html_join("", '<option value="{}"{}>{}</option>', rows)
