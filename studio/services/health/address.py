"""Whether the studio is set up for the address that people and gateways use. Calling it is `jobs/outside.py`'s."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings

from studio.lib.addresses import is_loopback_host
from studio.services.health.findings import Finding, ok, problem, warning


def public() -> list[Finding]:
    """The public address, who may come in, and what stands before the web server."""
    found = [_reach(), _host()]
    if settings.STUDIO_DEMO:
        found.append(_demo())
    if settings.DEBUG:
        advice = "Unset STUDIO_DEBUG: error pages show the inside of the studio."
        found.append(problem("debug pages", "They are on.", advice))
    return found


def _reach() -> Finding:
    url = urlsplit(settings.STUDIO_PUBLIC_URL)
    address = f"{url.scheme}://{url.netloc}"
    if is_loopback_host(url.hostname or ""):
        if settings.STUDIO_DEMO or settings.STUDIO_S3_BUCKET:
            return ok("public address", f"{address}, on this machine only.")
        return warning(
            "public address",
            f"{address} is reached from this machine only, so gateways can fetch no references and call nobody.",
            "Set STUDIO_PUBLIC_URL to an https address, or the STUDIO_S3_… settings; text to video works as it is.",
        )
    if url.scheme != "https":
        advice = "Set STUDIO_PUBLIC_URL to an https address."
        return problem("public address", f"{address} sends passwords in the clear.", advice)
    if settings.SECURE_PROXY_SSL_HEADER is None:
        return warning(
            "public address",
            f"{address} is https, but nothing tells the web server so: pages may lead to themselves for ever.",
            "Behind a proxy that ends TLS set STUDIO_BEHIND_PROXY=1, and let it send X-Forwarded-Proto.",
        )
    return ok("public address", f"{address}, behind a proxy that ends TLS.")


def _host() -> Finding:
    host = urlsplit(settings.STUDIO_PUBLIC_URL).hostname or ""
    if any(_fits(host.lower(), pattern.lower()) for pattern in settings.ALLOWED_HOSTS):
        return ok("host names", f"{host} is answered to.")
    return problem(
        "host names",
        f"{host} is not among the names that the web server answers to, so everybody gets an error.",
        "Add it to STUDIO_ALLOWED_HOSTS, or leave that setting out.",
    )


def _fits(host: str, pattern: str) -> bool:
    """As Django reads ALLOWED_HOSTS: everything, a domain with what lies under it, or one name."""
    if pattern.startswith("."):
        return host == pattern[1:] or host.endswith(pattern)
    return pattern in {"*", host, f"[{host}]"}


def _demo() -> Finding:
    hosts = (settings.STUDIO_HOST, urlsplit(settings.STUDIO_PUBLIC_URL).hostname or "")
    if all(is_loopback_host(host) for host in hosts):
        return ok("demo", "It lets in anybody on this machine, and nobody else.")
    return problem("demo", "It lets in anybody who reaches it.", "Unset STUDIO_DEMO at once.")
