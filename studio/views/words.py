"""The words of the scripts in the reader's language: Django's catalog for browsers, an address for each language."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import get_language, override, to_locale
from django.views.decorators.http import require_GET
from django.views.i18n import JavaScriptCatalog

# What the texts are written in has no catalog.
SPOKEN = frozenset(code for code, _name in settings.LANGUAGES) - {settings.LANGUAGE_CODE}
CATALOG = JavaScriptCatalog.as_view()


@require_GET
def catalog(request: HttpRequest, code: str) -> HttpResponseBase:
    """What `gettext` of the scripts answers with in the language `code`; kept for a year by whoever asks for this
    very version of it."""
    if code not in SPOKEN:
        raise Http404
    with override(code):
        response = CATALOG(request)
    is_this_version = request.GET.get("v") == _version(code)
    response["Cache-Control"] = "public, max-age=31536000, immutable" if is_this_version else "no-cache"
    return response


def address() -> str:
    """Where the page that is being written finds the words of its scripts; nothing where it is written in English."""
    code = get_language()
    return reverse("words", args=[code], query={"v": _version(code)}) if code in SPOKEN else ""


@cache
def _version(code: str) -> str:
    """A mark of what the catalog holds; one process never sees it change."""
    for folder in settings.LOCALE_PATHS:
        path = Path(folder) / to_locale(code) / "LC_MESSAGES" / "djangojs.mo"
        if path.is_file():
            return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    return "none"
