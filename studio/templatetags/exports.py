"""What the list of exports needs to say."""

from __future__ import annotations

from django import template
from django.utils.http import urlencode

from studio.models import Export

register = template.Library()


@register.filter
def same_takes(export: Export) -> str:
    """The part of an address that asks for the same takes once more."""
    return urlencode([("take", number) for number in export.takes])
