"""Fetches the test picture as a gateway would, and says in an admin's words what is in the way."""

from __future__ import annotations

import time

import httpx
from django.conf import settings

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
        return (
            "from here this address leads into a private network. A gateway on the internet cannot go there; if the "
            "name means another, public address outside, that cannot be seen from here."
        )
    except httpx.TimeoutException:
        return "it did not answer in time. Is a firewall or a proxy in the way?"
    except httpx.ConnectError as error:
        if "CERTIFICATE" in str(error).upper():
            return "its certificate is not accepted here, and gateways will not accept it either."
        return "no connection was made. Is it running, and does its name lead here?"
    except httpx.HTTPError as error:
        return f"the connection broke off ({type(error).__name__})."


def _status_trouble(response: httpx.Response) -> str:
    status = response.status_code
    if status == 200:
        return ""
    if response.is_redirect:
        return f"it sends on to another address ({status}), and gateways may not follow. Name the final address."
    if status in (401, 403):
        return f"it asks for a login or refuses ({status}). References have to be open to whoever has the link."
    if status == 404:
        return "it answered 404. Does the address lead to this very studio, and does every machine use the same keys?"
    return f"it answered {status}."


def _content_trouble(response: httpx.Response) -> str:
    kind = response.headers.get("content-type", "")
    if kind != "image/png":
        return f"it came as {kind or 'nothing in particular'} instead of image/png. Something in between changes it."
    until, found = time.monotonic() + DEADLINE_SECONDS, b""
    for block in response.iter_raw():
        found += block
        if len(found) > len(CHECK_PICTURE) or time.monotonic() > until:
            break
    return (
        "" if found == CHECK_PICTURE else "other bytes came back than were put there. Something in between changes it."
    )
