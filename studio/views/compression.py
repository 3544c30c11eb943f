"""Pages travel compressed: bare HTML is most of what a phone waits for before it paints.

A page that holds a secret beside somebody else's words would tell the secret by its length to whoever can have it
asked for again and again and watches the line (BREACH). Against that: Django writes a form's token differently into
every answer and lengthens every compressed one at random, the session's cookie does not come with requests that other
sites make in the background, and pages that show a secret are not compressed at all.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import add_never_cache_headers, patch_cache_control

# Files come as streams, and are small already as far as they can be.
KINDS = ("text/html", "text/javascript")
Given = ParamSpec("Given")


class CompressedPages(GZipMiddleware):
    """Compresses whole pages, fragments and the scripts' words; never a file, a stream or what must stay as it is."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_text = not response.streaming and response.get("Content-Type", "").startswith(KINDS)
        if not is_text or "no-transform" in response.get("Cache-Control", ""):
            return response
        answer: HttpResponseBase = super().process_response(request, response)
        return answer


def shows_secret(page: Callable[Given, HttpResponse]) -> Callable[Given, HttpResponse]:
    """For what makes a page with a secret on it, such as the address of a link: neither we nor a proxy compress it."""

    @wraps(page)
    def make(*args: Given.args, **named: Given.kwargs) -> HttpResponse:
        response = page(*args, **named)
        add_never_cache_headers(response)
        patch_cache_control(response, no_transform=True)
        return response

    return make
