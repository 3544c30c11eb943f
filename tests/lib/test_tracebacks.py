"""Pages of unhandled errors: useful to a developer, and without a secret in any variable."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field

import pytest
from django.test import RequestFactory
from django.views.debug import ExceptionReporter
from pytest_django import Settings

SECRET = "1f3c9a52-7be0-4d1c-9a55-0c6d2e8f9b21"
SENT = "another-" + "secret-1234"


@dataclass
class Door:
    """Holds a secret as a connection does, which its `repr` does not show."""

    secret: str = field(repr=False)


def fail(headers: dict[str, str]) -> None:
    raw = [f"Bearer {value}".encode() for value in headers.values()]
    raise ZeroDivisionError(len(raw))


def use(door: Door) -> None:
    colour = "red"
    fail({"Authorization": f"Bearer {door.secret}", "Accept": colour})


def page(**form: str) -> str:
    request = RequestFactory().post("/keys/new/", form)
    cleaned_data = {"label": "Main", "secret": SECRET}
    try:
        use(Door(cleaned_data["secret"]))
    except ZeroDivisionError:
        reporter = ExceptionReporter(request, *sys.exc_info())
        return reporter.get_traceback_html() + reporter.get_traceback_text()
    return ""


@pytest.mark.parametrize("debug", [True, False])
def test_traceback_shows_variables_but_no_secret(settings: Settings, debug: bool) -> None:
    settings.DEBUG = debug

    shown = page(label="Main", secret=SECRET)

    assert ("&#x27;red&#x27;" in shown, SECRET in shown, "[removed]" in shown) == (True, False, True)


def test_traceback_takes_what_was_sent_in_a_form_out_of_every_frame(settings: Settings) -> None:
    settings.DEBUG = True
    request = RequestFactory().post("/keys/new/", {"secret": SENT})
    copied = f"got {SENT}"
    try:
        fail({"x": copied})
    except ZeroDivisionError:
        reporter = ExceptionReporter(request, *sys.exc_info())

    assert SENT not in reporter.get_traceback_html()
