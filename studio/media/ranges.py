"""Answers for stored files: whole, in ranges, unchanged, or handed to nginx.

A browser that pauses a video stops reading and holds its thread, so a range is answered in part, at most `cap` bytes;
browsers ask on from there. Several ranges at once and ranges that make no sense are ignored: the whole file is sent,
as the standard allows. A download by name is never cut short, since download managers take a short answer for a fault.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from django.conf import settings
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    HttpResponseNotModified,
    StreamingHttpResponse,
)
from django.utils.http import content_disposition_header, http_date, parse_etags, parse_http_date_safe, quote_etag

BLOCK = 256 * 1024
CAP = 2 * 1024 * 1024
_ONE_RANGE = re.compile(r"bytes=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.IGNORECASE)


def ranged_response(
    request: HttpRequest,
    path: Path,
    *,
    content_type: str,
    etag: str,
    last_modified: datetime | None = None,
    download_name: str | None = None,
    cap: int = CAP,
    immutable: bool = True,
) -> HttpResponseBase:
    """The answer to a GET or HEAD for one file; whoever calls has checked that this person may have it."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    etag = quote_etag(etag)
    modified = int(last_modified.timestamp()) if last_modified else None
    response: HttpResponseBase
    if _is_unchanged(request, etag, modified):
        response = HttpResponseNotModified()
    else:
        response = _send(request, Path(path), etag, modified, None if download_name else cap)
        response["Content-Type"] = content_type
        if download_name and response.status_code != 416:
            response["Content-Disposition"] = content_disposition_header(True, _safe(download_name)) or "attachment"
    _describe(response, etag, modified, immutable)
    return response


def _send(request: HttpRequest, path: Path, etag: str, modified: int | None, cap: int | None) -> HttpResponseBase:
    accelerated = _accelerated(path)
    if accelerated is not None:
        return accelerated
    try:
        file = path.open("rb")
    except OSError as error:
        raise Http404("This file is not there.") from error
    size = os.fstat(file.fileno()).st_size
    wanted = _wanted(request, size, etag, modified)
    if wanted is not None and wanted[0] >= size:
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    start, end = wanted or (0, size)
    if wanted and cap:
        end = min(end, start + cap)
    response = _body(request, file, start, end)
    response["Content-Length"] = str(end - start)
    if wanted:
        response.status_code = 206
        response["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return response


def _body(request: HttpRequest, file: BinaryIO, start: int, end: int) -> HttpResponseBase:
    if request.method == "HEAD":
        file.close()
        return HttpResponse()
    return StreamingHttpResponse(FileSlice(file, start, end))


def _wanted(request: HttpRequest, size: int, etag: str, modified: int | None) -> tuple[int, int] | None:
    """The range asked for as (start, end); a start at or past the size cannot be met; None is the whole file."""
    # Only GET has ranges; HEAD tells about the whole file.
    match = _ONE_RANGE.fullmatch(request.headers.get("Range", "").strip())
    if match is None or request.method != "GET" or not _range_still_holds(request, etag, modified):
        return None
    first, last = match.groups()
    if not first:
        if not last:
            return None
        return (max(0, size - int(last)), size) if int(last) else (size, size)
    if last and int(last) < int(first):
        return None
    return int(first), min(size, int(last) + 1) if last else size


def _range_still_holds(request: HttpRequest, etag: str, modified: int | None) -> bool:
    """If-Range: a strong tag or the exact date of what the browser already holds a part of."""
    condition = request.headers.get("If-Range", "").strip()
    if not condition:
        return True
    if condition.startswith(('"', "W/")):
        return condition == etag and not etag.startswith("W/")
    return modified is not None and parse_http_date_safe(condition) == modified


def _is_unchanged(request: HttpRequest, etag: str, modified: int | None) -> bool:
    """If-None-Match decides where it is sent; the date is asked only without it."""
    known = request.headers.get("If-None-Match")
    if known is not None:
        tags = [tag.strip().removeprefix("W/") for tag in parse_etags(known)]
        return "*" in tags or etag.removeprefix("W/") in tags
    since = parse_http_date_safe(request.headers.get("If-Modified-Since", ""))
    return modified is not None and since is not None and modified <= since


def _describe(response: HttpResponseBase, etag: str, modified: int | None, immutable: bool) -> None:
    response["ETag"] = etag
    if modified is not None:
        response["Last-Modified"] = http_date(modified)
    response["Accept-Ranges"] = "bytes"
    response["X-Content-Type-Options"] = "nosniff"
    if response.status_code == 416:
        response["Cache-Control"] = "no-store"
    else:
        response["Cache-Control"] = "private, max-age=31536000, immutable" if immutable else "private, no-cache"


def _safe(name: str) -> str:
    """A file name without path, quotes or control characters, so that no header can be broken by it."""
    plain = re.sub(r"[\x00-\x1f\x7f]", "", name.replace("\\", "/")).rsplit("/", 1)[-1].strip(". ")
    return plain.replace('"', "'")[:150] or "download"


def _accelerated(path: Path) -> HttpResponse | None:
    """An answer that tells nginx which file to send; nginx then does the ranges and holds the slow readers."""
    prefix = getattr(settings, "STUDIO_MEDIA_ACCEL", "")
    root = Path(settings.MEDIA_ROOT).resolve() if prefix else None
    if root is None or not path.resolve().is_relative_to(root):
        return None
    inside = path.resolve().relative_to(root).as_posix()
    return HttpResponse(headers={"X-Accel-Redirect": f"{prefix.rstrip('/')}/{quote(inside)}"})


class FileSlice:
    """Bytes of an open file in blocks; closes the file at the end, and when the answer is dropped half-way."""

    def __init__(self, file: BinaryIO, start: int, end: int) -> None:
        self.file = file
        self.left = end - start
        self.file.seek(start)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        block = self.file.read(min(BLOCK, self.left)) if self.left > 0 else b""
        if not block:
            self.close()
            raise StopIteration
        self.left -= len(block)
        return block

    def close(self) -> None:
        """Called by Django when the answer is over, in whatever way."""
        self.file.close()
        self.left = 0
