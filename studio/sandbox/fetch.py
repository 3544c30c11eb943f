"""Fetching references the way a gateway does: by plain HTTP, with time-outs, a size limit and honest reasons."""

from __future__ import annotations

import base64
import http.client
import shutil
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import BinaryIO

from studio.sandbox.jobs import Source

CONNECT_SECONDS = 10.0
WHOLE_SECONDS = 60.0
MEGABYTE = 1024 * 1024
CHUNK = 64 * 1024
LARGEST = {"image": 30 * MEGABYTE, "video": 200 * MEGABYTE, "audio": 15 * MEGABYTE}


def _http_only() -> urllib.request.OpenerDirector:
    """An opener without proxies, files or FTP: a redirect cannot lead out of HTTP either."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.HTTPHandler,
        urllib.request.HTTPSHandler,
        urllib.request.HTTPRedirectHandler,
        urllib.request.HTTPDefaultErrorHandler,
        urllib.request.HTTPErrorProcessor,
        urllib.request.UnknownHandler,
    ):
        opener.add_handler(handler())
    return opener


_opener = _http_only()


class InputError(Exception):
    """A reference that could not be used; the message is told to the caller."""

    def __init__(self, source: Source, reason: str) -> None:
        self.code = "input_unusable"
        self.message = f"{source.field}: {reason}"
        super().__init__(self.message)


def fetch(source: Source, target: Path) -> None:
    """Bring a reference into a file."""
    if source.url.startswith("data:"):
        target.write_bytes(base64.b64decode(source.url.partition(",")[2]))
        return
    request = urllib.request.Request(source.url, headers={"User-Agent": "rushes-sandbox"})  # noqa: S310
    try:
        with _opener.open(request, timeout=CONNECT_SECONDS) as answer, target.open("wb") as file:
            _copy(source, answer, file)
    except urllib.error.HTTPError as problem:
        raise InputError(source, f"the URL was answered with HTTP {problem.code}") from problem
    except urllib.error.URLError as problem:
        raise InputError(source, f"the URL could not be reached ({problem.reason})") from problem
    except (OSError, ValueError, http.client.HTTPException) as problem:
        raise InputError(source, f"the download broke off ({problem or type(problem).__name__})") from problem


def _copy(source: Source, answer: http.client.HTTPResponse, file: BinaryIO) -> None:
    limit = LARGEST[source.kind]
    give_up = time.monotonic() + WHOLE_SECONDS
    expected = answer.length
    while chunk := answer.read1(CHUNK):
        file.write(chunk)
        if file.tell() > limit:
            raise InputError(source, f"the file is larger than {limit // MEGABYTE} MB")
        if time.monotonic() > give_up:
            raise InputError(source, f"the file did not arrive within {WHOLE_SECONDS:.0f} seconds")
    if expected is not None and file.tell() < expected:
        raise InputError(source, f"the file broke off after {file.tell()} of {expected} bytes")


def clean_up(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
