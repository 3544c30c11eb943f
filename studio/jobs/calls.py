"""One call to the address that a project named: signed, without redirects, and only to where it may go."""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from standardwebhooks import Webhook

from studio.choices import HookFormat
from studio.jobs.carrying import CannotSend, Carried, Fate
from studio.lib.clock import now
from studio.lib.english import english
from studio.lib.masking import mask
from studio.media.download_errors import DownloadRefused
from studio.media.downloads import make_client
from studio.models import Dispatch, ProjectHook
from studio.models.encryption import UnreadableSecret
from studio.providers.addresses import UnsafeAddress, checked_call_url
from studio.providers.clients import ConnectionWatch, ForbiddenPeer
from studio.services import dispatches

TIMEOUT = httpx.Timeout(10.0, connect=5.0, pool=5.0)
WHOLE_SECONDS = 20.0
# Of an answer only its beginning is of interest.
MAX_ANSWER_BYTES = 4096
GONE = 410
SHORTEST_SECRET = 8
NOT_THERE = english("The project names no address any more.")
INSIDE = english("The host leads to an address that is not public, so nothing was sent.")
NOT_REACHED = english("Nobody could be reached there. Nothing was sent.")
UNREADABLE = english("The stored address cannot be read with the present STUDIO_SECRET_KEYS. Enter it anew.")
NO_ANSWER = english("It was sent, but no answer came. It may have arrived, so it is not sent again by itself.")
_SLACK = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def carry(dispatch: Dispatch) -> Carried:
    """Make the call, once. Raises CannotSend while nothing has left."""
    hook = dispatch.hook
    if hook is None or not hook.has_address:
        raise CannotSend(NOT_THERE)
    try:
        url = checked_call_url(hook.url, allow_loopback=settings.STUDIO_ALLOW_LOOPBACK_PROVIDERS)
        secret = hook.secret
    except UnsafeAddress as error:
        raise CannotSend(str(error)) from None
    except UnreadableSecret:
        raise CannotSend(UNREADABLE) from None
    body = json.dumps(payload_of(dispatch, hook), ensure_ascii=False)
    return _called(url, body, _headers(dispatch, secret, body), secret)


def payload_of(dispatch: Dispatch, hook: ProjectHook) -> dict[str, Any]:
    """What is told: the line that people read in the studio and where it leads, and nothing else of the take."""
    content = dispatch.content
    url = f"{settings.STUDIO_PUBLIC_URL}{content['path']}"
    if hook.format == HookFormat.SLACK:
        project, text = (str(content[name]).translate(_SLACK) for name in ("project", "text"))
        return {"text": f"{project}: {text}\n<{url.translate(_SLACK)}|Open in Rushes>"}
    return {name: content[name] for name in ("type", "created_at", "project", "take", "text")} | {"url": url}


def _headers(dispatch: Dispatch, secret: str, body: str) -> dict[str, str]:
    headers = {
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "Content-Type": "application/json",
        "User-Agent": "rushes",
        # A connection that was kept may be dead, and then nobody knows whether the call arrived.
        "Connection": "close",
        "webhook-id": f"msg_{dispatches.name_of(dispatch)}",
    }
    if secret:
        moment = datetime.fromtimestamp(int(now().timestamp()), UTC)
        headers["webhook-timestamp"] = str(int(moment.timestamp()))
        headers["webhook-signature"] = Webhook(secret).sign(headers["webhook-id"], moment, body)
    return headers


@lru_cache(maxsize=2)
def _client(allow_loopback: bool) -> httpx.Client:
    """As for downloads: it connects to addresses only that were vetted, so a name that leads inside opens nothing."""
    return make_client(allow_loopback)


def _called(url: str, body: str, headers: dict[str, str], secret: str) -> Carried:
    watch = ConnectionWatch(httpx.URL(url).host)
    client = _client(settings.STUDIO_ALLOW_LOOPBACK_PROVIDERS)
    request = client.build_request(
        "POST", url, content=body.encode(), headers=headers, extensions={"trace": watch, "timeout": TIMEOUT.as_dict()}
    )
    failure: Exception | None = None
    try:
        status, said, pause = _answer(client, request)
    except Exception as error:
        failure = error
    # Judged out here, so that no traceback leads into frames that hold the address.
    if failure is not None:
        return _without_answer(failure, watch)
    return _judged(status, mask(said, url, *_pieces(url), secret), pause)


def _pieces(url: str) -> list[str]:
    """What of the address may be its secret: a listener that knows nothing of it often repeats the path alone."""
    target = urlsplit(url).path, urlsplit(url).query
    pieces = ["?".join(target), *target, *re.split(r"[/?&=]", "/".join(target))]
    return [piece for piece in pieces if len(piece) >= SHORTEST_SECRET]


def _answer(client: httpx.Client, request: httpx.Request) -> tuple[int, str, str]:
    deadline = time.monotonic() + WHOLE_SECONDS
    response = client.send(request, stream=True, follow_redirects=False)
    try:
        body = b""
        try:
            for chunk in response.iter_raw():
                body += chunk
                if len(body) > MAX_ANSWER_BYTES or time.monotonic() > deadline:
                    break
        except httpx.HTTPError:
            # The status was read, and that is the answer.
            pass
        said = " ".join(body[:MAX_ANSWER_BYTES].decode("utf-8", "replace").split())
        return response.status_code, said, response.headers.get("retry-after", "")
    finally:
        response.close()


def _without_answer(error: Exception, watch: ConnectionWatch) -> Carried:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, DownloadRefused | ForbiddenPeer):
            return Carried(Fate.REFUSED, INSIDE)
        cause = cause.__cause__ or cause.__context__
    if not watch.has_sent:
        return Carried(Fate.NOT_NOW, f"{NOT_REACHED} ({type(error).__name__})", is_silent=True)
    return Carried(Fate.UNKNOWN, f"{NO_ANSWER} ({type(error).__name__})", is_silent=True)


def _judged(status: int, said: str, pause: str) -> Carried:
    words = f" “{said[:120]}”" if said else ""
    if 200 <= status < 300:
        return Carried(Fate.SENT)
    if 300 <= status < 400:
        return Carried(
            Fate.REFUSED, english("It answered with a redirect (%(status)s), which is not followed.", status=status)
        )
    if status == GONE:
        return Carried(
            Fate.REFUSED,
            english("It answered %(status)s: nobody listens there any more.", status=status) + words,
        )
    if 400 <= status < 500:
        seconds = min(float(pause), 3600.0) if pause.isdecimal() and len(pause) < 8 else None
        return Carried(Fate.NOT_NOW, english("It answered %(status)s.", status=status) + words, seconds=seconds)
    # It may have been passed on before something broke.
    return Carried(
        Fate.UNKNOWN,
        english("It answered %(status)s, so it may have arrived and is not sent again.", status=status) + words,
    )
