"""Fetches the test picture as a gateway would, and says in an admin's words what is in the way."""

from __future__ import annotations

import time

import httpx
from django.conf import settings

from studio.lib.english import english
from studio.media.check_picture import CHECK_PICTURE
from studio.media.download_errors import DownloadRefused
from studio.media.downloads import make_client

DEADLINE_SECONDS = 20


def why_not_fetched(url: str) -> str:
    """Why the picture does not come back from `url` as it was put there; empty when it does."""
    try:
        with (
            make_client(allow_loopback=settings.STUDIO_ALLOW_LOOPBACK_PROVIDERS) as client,
            client.stream("GET", url, headers={"Accept-Encoding": "identity"}) as response,
        ):
            return _status_trouble(response) or _content_trouble(response)
    except DownloadRefused:
        return english(
            "from here this address leads into a private network. A gateway on the internet cannot go "
            "there; if the name means another, public address outside, that cannot be seen from here."
        )
    except httpx.TimeoutException:
        return english("it did not answer in time. Is a firewall or a proxy in the way?")
    except httpx.ConnectError as error:
        if "CERTIFICATE" in str(error).upper():
            return english("its certificate is not accepted here, and gateways will not accept it either.")
        return english("no connection was made. Is it running, and does its name lead here?")
    except httpx.HTTPError as error:
        return english("the connection broke off (%(kind)s).", kind=type(error).__name__)


def _status_trouble(response: httpx.Response) -> str:
    status = response.status_code
    if status == 200:
        return ""
    if response.is_redirect:
        return english(
            "it sends on to another address (%(status)s), and gateways may not follow. Name the final address.",
            status=status,
        )
    if status in (401, 403):
        return english(
            "it asks for a login or refuses (%(status)s). References have to be open to whoever has the link.",
            status=status,
        )
    if status == 404:
        return english(
            "it answered 404. Does the address lead to this very studio, and does every machine use the same keys?"
        )
    return english("it answered %(status)s.", status=status)


def _content_trouble(response: httpx.Response) -> str:
    kind = response.headers.get("content-type", "")
    if kind != "image/png":
        return english(
            "it came as %(kind)s instead of image/png. Something in between changes it.",
            kind=kind or "nothing in particular",
        )
    until, found = time.monotonic() + DEADLINE_SECONDS, b""
    for block in response.iter_raw():
        found += block
        if len(found) > len(CHECK_PICTURE) or time.monotonic() > until:
            break
    return (
        ""
        if found == CHECK_PICTURE
        else english("other bytes came back than were put there. Something in between changes it.")
    )
