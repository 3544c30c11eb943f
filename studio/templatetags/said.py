"""Shows stored English sentences in the language of the page; built in, as nearly every page has some."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

from studio.services.said import phrase, said

register = template.Library()
register.filter("said", said)


@register.filter
def limits_said(sentence: str) -> str:
    """A line of what may be uploaded, `Image: JPEG or PNG, up to 30 MB.`, part by part."""
    kind, _colon, limits = sentence.removesuffix(".").partition(": ")
    return _("%(kind)s: %(limits)s.") % {"kind": said(kind), "limits": phrase(limits)}
