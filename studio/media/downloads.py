"""Fetches a result from a link that someone else chose: streamed, resumed, limited, never with a key.

A failed call keeps what has arrived; calling again with the same destination goes on from there.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from studio.lib.addresses import is_loopback_host
from studio.lib.english import english
from studio.media.addresses import VettedBackend, VettedTransport
from studio.media.download_errors import DownloadInterrupted, DownloadRefused, LinkGone
from studio.media.partfiles import Downloaded, PartFile

MAX_REDIRECTS = 3
_REDIRECTS = (301, 302, 303, 307, 308)
_GONE = (403, 404, 410)
_REPORT_EVERY = 64 * 1024
_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")

Progress = Callable[[int, int | None], None]


def make_client(allow_loopback: bool) -> httpx.Client:
    """A client for downloads only: no proxy or password from the environment, no redirects by itself."""
    return httpx.Client(
        transport=VettedTransport(VettedBackend(allow_loopback)),
        timeout=httpx.Timeout(30, connect=10),
        trust_env=False,
        follow_redirects=False,
    )


def download(
    url: str,
    destination: Path,
    *,
    client: httpx.Client,
    size_limit: int,
    deadline_seconds: float,
    allow_loopback: bool,
    on_progress: Progress | None = None,
) -> Downloaded:
    """Fetches the link into the destination, whole or not at all; `on_progress` gets (received, total or None)."""
    deadline = time.monotonic() + deadline_seconds
    with PartFile(Path(destination)) as part:
        for headers in (part.resume_headers(), {}):
            with _answer(client, url, headers, allow_loopback) as response:
                if response.status_code == 416 and _is_complete(response, part):
                    return part.finish()
                if not _can_begin(response, part, bool(headers)):
                    continue
                total = _total(response, part, size_limit)
                _receive(response, part, total, size_limit, deadline, on_progress)
                return part.finish()
    raise DownloadInterrupted("confused", english("The server's answer did not fit what was asked for."))


@contextmanager
def _answer(client: httpx.Client, url: str, headers: dict[str, str], allow_loopback: bool) -> Iterator[httpx.Response]:
    """The answer at the end of the redirects, open for reading; each address on the way is checked."""
    try:
        target = _checked(httpx.URL(url), allow_loopback)
        for _ in range(MAX_REDIRECTS + 1):
            response = client.send(_request(client, target, headers), stream=True)
            try:
                if response.status_code not in _REDIRECTS:
                    _check_status(response)
                    yield response
                    return
                # Only a link that began on this machine may lead to this machine.
                target = _checked(
                    target.join(response.headers.get("location", "")),
                    allow_loopback and is_loopback_host(target.host),
                )
            finally:
                response.close()
    except httpx.InvalidURL as error:
        raise DownloadRefused("bad_link", english("This link is not a web address.")) from error
    except httpx.HTTPError as error:
        raise DownloadInterrupted(
            "connection", english("The connection failed (%(kind)s).", kind=type(error).__name__)
        ) from error
    raise DownloadRefused("redirects", english("This link leads on and on."))


def _request(client: httpx.Client, url: httpx.URL, headers: dict[str, str]) -> httpx.Request:
    request = client.build_request("GET", url, headers={**headers, "Accept-Encoding": "identity"})
    for name in ("authorization", "cookie"):
        request.headers.pop(name, None)
    return request


def _checked(url: httpx.URL, allow_loopback: bool) -> httpx.URL:
    if url.userinfo:
        raise DownloadRefused("bad_link", english("This link carries a name or password."))
    local = allow_loopback and is_loopback_host(url.host)
    if not url.host or url.scheme not in ("http", "https"):
        raise DownloadRefused("bad_link", english("This link is not a web address."))
    if is_loopback_host(url.host) and not local:
        raise DownloadRefused("private_address", english("This link leads into a private network."))
    if url.scheme == "http" and not local:
        raise DownloadRefused("not_secure", english("This link is not secure (https)."))
    return url


def _check_status(response: httpx.Response) -> None:
    status = response.status_code
    if status in _GONE:
        raise LinkGone("gone", english("The link no longer works (the server answered %(status)s).", status=status))
    if status not in (200, 206, 416):
        raise DownloadInterrupted("status", english("The server answered %(status)s.", status=status))
    if status == 416:
        return
    if response.headers.get("content-encoding", "identity").lower() not in ("", "identity"):
        raise DownloadRefused(
            "encoded", english("The server sends this file compressed, although it was asked not to.")
        )


def _can_begin(response: httpx.Response, part: PartFile, resuming: bool) -> bool:
    """Makes the part fit the answer; False when the answer is of no use and the whole file has to be asked for."""
    if response.status_code == 200:
        part.restart(_validator(response))
        return True
    match = _CONTENT_RANGE.fullmatch(response.headers.get("content-range", "").strip())
    fits = response.status_code == 206 and resuming and match is not None and int(match[1]) == part.size
    # Some servers ignore If-Range and send the rest of another file.
    if fits and _validator(response) in ("", part.validator()):
        return True
    part.restart("")
    return False


def _validator(response: httpx.Response) -> str:
    """What names this very file in If-Range: a strong tag, else the date; weak tags do not count there."""
    etag: str = response.headers.get("etag", "")
    if etag and not etag.startswith("W/"):
        return etag
    date: str = response.headers.get("last-modified", "")
    return date


def _is_complete(response: httpx.Response, part: PartFile) -> bool:
    """Nothing is left to send: the last call died between the last byte and the last step."""
    return bool(part.size) and response.headers.get("content-range", "") == f"bytes */{part.size}"


def _total(response: httpx.Response, part: PartFile, size_limit: int) -> int | None:
    """The size of the whole file where the server says it."""
    length = response.headers.get("content-length", "")
    total = part.size + int(length) if length.isdecimal() else None
    match = _CONTENT_RANGE.fullmatch(response.headers.get("content-range", "").strip())
    if response.status_code == 206 and match:
        total = int(match[3])
    if total is not None and total > size_limit:
        part.restart("")
        raise _too_large(size_limit)
    return total


def _receive(
    response: httpx.Response,
    part: PartFile,
    total: int | None,
    size_limit: int,
    deadline: float,
    on_progress: Progress | None,
) -> None:
    reported = part.size
    for block in response.iter_raw():
        if part.size + len(block) > size_limit:
            part.restart("")
            raise _too_large(size_limit)
        part.append(block)
        if on_progress and part.size - reported >= _REPORT_EVERY:
            reported = part.size
            on_progress(part.size, total)
        if time.monotonic() > deadline:
            raise DownloadInterrupted("slow", english("The download took too long; it goes on from here."))
    if total is not None and part.size > total:
        part.restart("")
    if total is not None and part.size != total:
        raise DownloadInterrupted(
            "short", english("Only %(size)s of %(total)s bytes arrived.", size=part.size, total=total)
        )
    if not part.size:
        raise DownloadInterrupted("empty", english("The server sent an empty file."))
    if on_progress:
        on_progress(part.size, total)


def _too_large(size_limit: int) -> DownloadRefused:
    return DownloadRefused(
        "too_large", english("The file is larger than %(limit)s MB.", limit=size_limit // (1024 * 1024))
    )
