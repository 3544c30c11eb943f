"""Filters for the tree of a shot: how a take came from another, in words."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

from studio.models import Render

register = template.Library()


@register.filter
def how_it_came(take: Render) -> str:
    """“Varies”, “Answers a note on” and so on, of the take that it came from; of old ones nobody wrote down how."""
    return take.get_lineage_display() or _("Comes from")
