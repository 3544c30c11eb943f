"""What `doctor` asks over the network: the web server of this machine and, with --online, the world outside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx
from django.conf import settings

from studio.jobs.gateways import client
from studio.models import ProviderKey
from studio.providers.clients import ConnectionWatch
from studio.services.health import clocks
from studio.services.health.findings import Finding, ok, problem, warning
from studio.services.health.report import Look

SECONDS = 10.0
HERE_SECONDS = 2.0
# What the studio itself answers there.
WE = b"ok"


def web_server() -> Finding:
    """Whether the web server answers on this machine; one that only runs workers has none."""
    address = f"{_own_host()}:{settings.STUDIO_PORT}"
    try:
        answer = _call(f"http://{address}/healthz", HERE_SECONDS)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return warning(
            "web server",
            f"It does not answer on {address} ({type(error).__name__}).",
            "Start it with `manage.py up`; a machine that only runs workers needs none.",
        )
    if answer == (200, WE):
        return ok("web server", f"It answers on {address}.")
    advice = "See what listens there, and stop it or name another port with STUDIO_PORT."
    return warning("web server", f"Something else answers on {address}, with HTTP {answer[0]}.", advice)


def _own_host() -> str:
    host: str = settings.STUDIO_HOST.strip("[]")
    with suppress(ValueError):
        if (ip := ip_address(host)).is_unspecified:
            # It listens on every address of this machine; that is none to call.
            host = "127.0.0.1" if ip.version == 4 else "::1"
    return f"[{host}]" if ":" in host else host


def _call(url: str, seconds: float) -> tuple[int, bytes]:
    with client().stream("GET", url, timeout=seconds) as answer:
        # No more is read of it: whatever answers there may go on for ever.
        return answer.status_code, next(answer.iter_bytes(len(WE) + 1), b"")


def public_address() -> Finding:
    """Whether the studio answers under its public address, as people and gateways call it."""
    check = "public address from here"
    try:
        answer = _call(f"{settings.STUDIO_PUBLIC_URL}/healthz", SECONDS)
    except httpx.HTTPError as error:
        return problem(
            check,
            f"It does not answer ({type(error).__name__}).",
            "See whether the web server and the proxy run, and whether the name leads to this machine.",
        )
    if answer == (200, WE):
        return ok(check, "The studio answers there.")
    return problem(
        check,
        f"Something else answers there, with HTTP {answer[0]}.",
        "Look at the proxy, and at what STUDIO_PUBLIC_URL names.",
    )


def gateway_clocks() -> Iterator[Finding]:
    """The time by each gateway's own answer; it is asked without a key, and whatever it answers will do."""
    places: dict[str, str] = {}
    for base_url in ProviderKey.objects.present().order_by().values_list("base_url", flat=True).distinct():
        places.setdefault(urlsplit(base_url).netloc, base_url)
    yield from map(_clock, places.values())


def _clock(base_url: str) -> Finding:
    host = urlsplit(base_url).hostname or ""
    check = f"clock of {host}"
    try:
        watch = {"trace": ConnectionWatch(host)}
        with client().stream("GET", base_url, timeout=SECONDS, extensions=watch) as answer:
            theirs = _date(answer.headers.get("date", ""))
    except (httpx.HTTPError, OSError) as error:
        advice = "See whether this machine may call out; takes there wait until it answers."
        return warning(check, f"It does not answer ({type(error).__name__}).", advice)
    if theirs is None:
        return ok(check, "It answers, and tells no time.")
    return clocks.compare(check, f"The clock of {host}", theirs)


def _date(header: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(header)
    except ValueError:
        return None
    return found if found.tzinfo else None


HERE: dict[str, Look] = {"web server": web_server}
LOOKS: dict[str, Look] = {"public address from here": public_address, "clocks of the gateways": gateway_clocks}
