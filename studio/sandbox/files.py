"""Serving finished films: whole, in ranges, conditionally, and not at all once a link has expired."""

from __future__ import annotations

import re
import time
from email.utils import formatdate, parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path

from studio.sandbox.gateway import Gateway
from studio.sandbox.messages import FilePart, Reply, Request
from studio.sandbox.tasks import COMPLETED, Task

LINK_SECONDS = 24 * 3600
TYPES = {"mp4": "video/mp4", "png": "image/png"}

_NAME = re.compile(r"/files/([0-9a-f]{32})\.(mp4|png)")
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def answer(gateway: Gateway, request: Request) -> Reply:
    found = _NAME.fullmatch(request.path)
    task = gateway.store.by_film(found.group(1)) if found else None
    if found is None or task is None or task.status(time.time()) != COMPLETED:
        return _text(404, "There is no such file.")
    if request.method not in ("GET", "HEAD"):
        return _text(405, "Files can only be read.", {"Allow": "GET, HEAD"})
    if time.time() > task.ended + LINK_SECONDS:
        return _text(403, "This link has expired.")
    return _refused_link(gateway, request, task) or _file(gateway, request, task, *found.groups())


def _refused_link(gateway: Gateway, request: Request, task: Task) -> Reply | None:
    fault = gateway.fault_for_read(task)
    if fault == "not-a-video":
        page = "<!doctype html><title>Sign in</title><p>Please sign in to see this video.</p>"
        return Reply(200, page.encode(), {"Content-Type": "text/html; charset=utf-8"})
    if fault == "link-expires-once" and "renewed" not in request.query:
        gateway.store.count(task.id, "link refused")
        return _text(403, "This link has expired.")
    return _text(403, "This link has expired.") if fault == "expired-link" else None


def _file(gateway: Gateway, request: Request, task: Task, name: str, suffix: str) -> Reply:
    path = gateway.store.films / f"{name}.{suffix}"
    if not path.is_file():
        return _text(404, "There is no such file.")
    size = path.stat().st_size
    headers = _headers(path, TYPES[suffix])
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return Reply(304, headers=headers)
    span = _span(request, headers, size)
    if span is None:
        return _text(416, "That range is not in the file.", {"Content-Range": f"bytes */{size}"})
    start, end = span
    status = HTTPStatus.OK
    if _asks_for_part(request, headers):
        status = HTTPStatus.PARTIAL_CONTENT
        headers["Content-Range"] = f"bytes {start}-{end}/{size}"
    is_cut = suffix == "mp4" and _breaks_off(gateway, request, task)
    part = FilePart(path, start, end - start + 1, cut=is_cut)
    return Reply(status, headers=headers, file=part)


def _headers(path: Path, kind: str) -> dict[str, str]:
    facts = path.stat()
    return {
        "Content-Type": kind,
        "Accept-Ranges": "bytes",
        "ETag": f'"{facts.st_size:x}-{facts.st_mtime_ns:x}"',
        "Last-Modified": formatdate(facts.st_mtime, usegmt=True),
        "Cache-Control": "private, max-age=3600",
    }


def _asks_for_part(request: Request, headers: dict[str, str]) -> bool:
    """A range counts only if it is one we understand and the file is still the one the caller has a part of."""
    if not _RANGE.fullmatch(request.headers.get("Range", "")):
        return False
    known = request.headers.get("If-Range")
    if known is None or known == headers["ETag"]:
        return True
    try:
        return parsedate_to_datetime(known) == parsedate_to_datetime(headers["Last-Modified"])
    except ValueError:
        return False


def _span(request: Request, headers: dict[str, str], size: int) -> tuple[int, int] | None:
    """First and last byte to send; None when the range lies outside the file."""
    if not _asks_for_part(request, headers):
        return 0, size - 1
    found = _RANGE.fullmatch(request.headers["Range"])
    first, last = found.groups() if found else ("", "")
    if not first:
        wanted = int(last or 0)
        return (max(size - wanted, 0), size - 1) if wanted else None
    start, end = int(first), min(int(last or size), size - 1)
    return (start, end) if start <= end else None


def _breaks_off(gateway: Gateway, request: Request, task: Task) -> bool:
    if request.method != "GET" or gateway.fault_for_read(task) != "cut-download":
        return False
    return gateway.store.count(task.id, "download") == 1


def _text(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    return Reply(status, message.encode(), {"Content-Type": "text/plain; charset=utf-8", **(headers or {})})
