"""What an `<img>` of a take's poster needs to be asked for in the right size. Nothing is looked up here."""

from __future__ import annotations

from django import template

from studio.models import Output

register = template.Library()


@register.filter
def poster_choices(output: Output, page_url: str) -> str:
    """The `srcset` of a card's poster, by its width; empty while there is only the poster itself."""
    widths = sorted(map(int, output.card_posters or ()))
    return ", ".join(f"{page_url}poster/{width}/ {width}w" for width in widths)


@register.filter
def poster_at_first(output: Output, page_url: str) -> str:
    """The address of the smallest poster, for whoever does not know `srcset`."""
    widths = sorted(map(int, output.card_posters or ()))
    return f"{page_url}poster/{widths[0]}/" if widths else f"{page_url}poster/"
