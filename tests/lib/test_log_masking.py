"""What the log keeps of addresses and errors that open doors."""

from __future__ import annotations

import logging

import pytest

from studio.lib.log_masking import MaskedLog


def logged(message: str, *args: object, error: Exception | None = None) -> str:
    info = (type(error), error, None) if error else None
    record = logging.LogRecord("studio", logging.WARNING, "", 0, message, args, info)
    assert MaskedLog().filter(record)
    return f"{record.getMessage()} {record.exc_text or ''}".strip()


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/invitations/1-17.6PqEabc_-9/", "/invitations/[removed]/"),
        ("/r/eyJhIjoxfQ~1abc/plate.png", "/r/[removed]/plate.png"),
        ("/g/12-Ab_c-9.6PqEabc_-9/takes/2/video/", "/g/[removed]/takes/2/video/"),
        ("/g/12-Ab_c-9.6PqEabc_-9", "/g/[removed]"),
        ("/projects/demo/", "/projects/demo/"),
    ],
)
def test_path_is_logged_without_what_opens_it(path: str, kept: str) -> None:
    assert logged("%s: %s", "Not Found", path) == f"Not Found: {kept}"


def test_error_is_logged_without_its_key() -> None:
    assert logged("broke off", error=ValueError("key sk-live-0123456789abcdef refused")) == (
        "broke off ValueError: key [removed] refused"
    )
