"""Where a key may travel: https to public hosts (loopback on request), and never off its own origin.

Names are judged by their spelling here; the address behind a name is vetted on connecting, in `clients`."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote

import httpx

from studio.lib.addresses import is_loopback_host, is_public, literal
from studio.lib.english import english

_UNSAFE_CHARACTERS = re.compile(r"[^\x21-\x7e]|\\")
_PRIVATE_SUFFIXES = (".localhost", ".local", ".internal", ".lan", ".home", ".arpa", ".intranet")


class UnsafeAddress(ValueError):
    """The message never repeats the address: it may carry a key."""


def checked_base_url(url: str, *, allow_loopback: bool) -> str:
    """The base URL without trailing slash, or an UnsafeAddress that says what to change."""
    parsed = _parsed(url.strip())
    if parsed.userinfo or parsed.query or parsed.fragment:
        raise UnsafeAddress(english("The base URL must not hold a user name, a query (?) or a fragment (#)."))
    if is_loopback_host(parsed.host):
        if not allow_loopback:
            raise UnsafeAddress(
                english("Gateways on this machine are switched off here (STUDIO_ALLOW_LOOPBACK_PROVIDERS).")
            )
        if parsed.scheme not in ("http", "https"):
            raise UnsafeAddress(english("The base URL must begin with http:// or https://."))
    else:
        if parsed.scheme != "https":
            raise UnsafeAddress(english("The base URL must begin with https://."))
        if not _is_public_host(parsed.host):
            raise UnsafeAddress(english("The base URL must name a public host on the internet."))
    return str(parsed).rstrip("/")


def checked_call_url(url: str, *, allow_loopback: bool) -> str:
    """The address of a chat service or the like, which may hold a token in its path or query; else UnsafeAddress."""
    parsed = _parsed(url.strip())
    if parsed.userinfo or parsed.fragment:
        raise UnsafeAddress(english("The address must not hold a user name or a fragment (#)."))
    if is_loopback_host(parsed.host):
        if not allow_loopback:
            raise UnsafeAddress(
                english("Addresses on this machine are switched off here (STUDIO_ALLOW_LOOPBACK_PROVIDERS).")
            )
    elif parsed.scheme != "https":
        raise UnsafeAddress(english("The address must begin with https://."))
    elif not _is_public_host(parsed.host):
        raise UnsafeAddress(english("The address must name a public host on the internet."))
    return str(parsed)


def url_under(base_url: str, path: str) -> httpx.URL:
    """The URL of one of our own paths below the base URL."""
    if not path.startswith("/") or path.startswith("//"):
        raise UnsafeAddress(english("A path below the base URL must begin with one slash."))
    return _on_origin(base_url, base_url + path)


def under(base_url: str, path: str) -> str:
    """The same in writing."""
    return str(url_under(base_url, path))


def followed(base_url: str, reference: str) -> str:
    """The URL of an address that the gateway gave us, in writing: only if it stays on the gateway's own origin."""
    return str(followed_url(base_url, reference))


def followed_url(base_url: str, reference: str) -> httpx.URL:
    """The same, ready for sending."""
    if reference.startswith("//") or not (reference.startswith("/") or "://" in reference):
        raise UnsafeAddress(english("The gateway gave an address that cannot be followed."))
    base = _base(base_url)
    absolute = str(base.copy_with(path="/", query=None)).rstrip("/") + reference if reference[0] == "/" else reference
    return _on_origin(base_url, absolute)


def _on_origin(base_url: str, absolute: str) -> httpx.URL:
    target = _parsed(absolute)
    if _origin(target) != _origin(_base(base_url)) or target.userinfo or target.fragment:
        raise UnsafeAddress(english("The address leads away from the gateway's own host, so it was not used."))
    return target


@lru_cache(maxsize=256)
def _base(base_url: str) -> httpx.URL:
    """A base URL is the same for thousands of calls; only those that were checked come here, and they hold no key."""
    return _parsed(base_url)


def _parsed(url: str) -> httpx.URL:
    """Parsed by the same code that sends, so that both see the same host."""
    if _UNSAFE_CHARACTERS.search(url):
        raise UnsafeAddress(english("The address holds characters that do not belong in an address."))
    _require_plain_path(url)
    try:
        parsed = httpx.URL(url)
        valid = parsed.scheme in ("http", "https") and bool(parsed.host) and (parsed.port or 1) < 65536
    except (httpx.InvalidURL, ValueError):
        valid = False
    if not valid:
        raise UnsafeAddress(english("The address is not complete: it needs https:// and a host."))
    return parsed


def _require_plain_path(url: str) -> None:
    """On the raw text, as parsing resolves dots; decoded twice, as a proxy may decode once more than we do."""
    if "%" not in url and "/." not in url and "\\" not in url:
        return
    path = unquote(unquote(re.split(r"[?#]", url)[0]))
    if "\\" in path or {".", ".."} & set(path.split("/")):
        raise UnsafeAddress(english("The address holds “..” or a backslash, so it was not used."))


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    default = {"http": 80, "https": 443}[url.scheme]
    return url.scheme, url.host.lower(), url.port or default


def _is_public_host(host: str) -> bool:
    address = literal(host)
    if address is not None:
        return is_public(address)
    name = host.lower().rstrip(".")
    last = name.rpartition(".")[2]
    # "127.1" and "0x7f.1" are names to a parser and addresses to a resolver.
    looks_numeric = bool(re.fullmatch(r"[0-9]+|0x[0-9a-f]*", last))
    return "." in name and not looks_numeric and not name.endswith(_PRIVATE_SUFFIXES)
