"""From a request to the view that answers it; the words for a page that is not there are the gateway's own."""

from __future__ import annotations

import re
from collections.abc import Callable

from studio.sandbox.gateway import Gateway
from studio.sandbox.messages import Refusal, Reply, Request

View = Callable[..., Reply]
Routes = tuple[tuple[str, re.Pattern[str], View], ...]
Refuse = Callable[[int, str], Refusal]


def routes(*rows: tuple[str, str, View]) -> Routes:
    return tuple((method, re.compile(path), view) for method, path, view in rows)


def dispatch(table: Routes, gateway: Gateway, request: Request, refuse: Refuse) -> Reply:
    """The view's answer, or what it or the table refused with."""
    method = "GET" if request.method == "HEAD" else request.method
    found = [(verb, view, match) for verb, path, view in table if (match := path.fullmatch(request.path))]
    try:
        for verb, view, match in found:
            if verb == method:
                return view(gateway, request, *match.groups())
        if found:
            raise refuse(405, f"{request.method} is not allowed here")
        raise refuse(404, "There is no such endpoint")
    except Refusal as refused:
        return refused.reply
