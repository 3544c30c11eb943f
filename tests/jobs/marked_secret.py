"""Secrets with a mark in them, and a look into every place where one could be left behind."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.views.debug import ExceptionReporter
from pytest_django import Settings

from studio.jobs import polls, track
from studio.models import Project, ProviderKey, Render
from studio.sandbox.server import Sandbox
from studio.services.spend_scope import Grouping
from tests.factories import make_user

# What its masked form leaves out; not even a part of it may be seen.
MARK = "MARKED0123456789abcdef"


SECRET, TOKEN, NEXT = f"sk-{MARK}9f2c", f"mt-{MARK}77aa", f"sk-{MARK}eeee"


METRICS_TOKEN = "scrape-0123456789abcdef"


@pytest.fixture
def key(studio_project: Project, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> ProviderKey:
    """Added as an admin adds it."""
    return add(sandbox.base_url, SECRET)


def add(base_url: str, secret: str) -> ProviderKey:
    lines = io.StringIO(f"{secret}\n{TOKEN}\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", lines)
        words = ["--provider", "tokenlab", "--label", f"Key {base_url} {secret[-2:]}", "--secret-stdin"]
        call_command("addkey", *words, "--with-balance-token", "--base-url", base_url)
    return ProviderKey.objects.latest("pk")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(track, "IDLE_SECONDS", 0.02)
    monkeypatch.setattr(track, "FLUSH_SECONDS", 0.02)
    monkeypatch.setattr(track, "FINISH_SECONDS", 0.5)
    monkeypatch.setattr(polls, "poll_seconds", lambda provider, base_url: 0.05)


@pytest.fixture
def look(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str], settings: Settings, tmp_path: Path
) -> Iterator[Callable[[], list[str]]]:
    """Gives the places in which the mark was found; logs everything, also what libraries say to nobody."""
    settings.DEBUG = True
    settings.STUDIO_METRICS_TOKEN = METRICS_TOKEN
    said = io.StringIO()

    def places() -> list[str]:
        told = {"database": database(), "dump": dump(), "log": caplog.text + tracebacks(caplog.records)}
        told |= pages() | {"doctor": doctor(), "metrics": metrics()}
        captured = capsys.readouterr()
        said.write(captured.out + captured.err)
        told["shell"] = said.getvalue()
        told["files"] = "".join(
            path.read_bytes().decode("latin-1") for path in (tmp_path / "media").rglob("*") if path.is_file()
        )
        return [place for place, text in told.items() if MARK.lower() in text.lower()]

    with caplog.at_level(logging.DEBUG):
        yield places


def database() -> str:
    """Every value of every table, as the database itself holds it."""
    rows: list[Any] = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608  (tables of our own)
            rows += cursor.fetchall()
    return repr(rows)


def dump() -> str:
    out = io.StringIO()
    call_command("dumpdata", stdout=out)
    return out.getvalue()


def tracebacks(records: list[logging.LogRecord]) -> str:
    """What Django would show or send of each error, with its variables."""
    reporters = [ExceptionReporter(None, *record.exc_info) for record in records if record.exc_info]
    return "".join(each.get_traceback_html() + each.get_traceback_text() for each in reporters)


def pages() -> dict[str, str]:
    """Every page that says something of keys or takes, as an admin sees it."""
    client = Client()
    client.force_login(make_user(is_studio_admin=True), backend="studio.views.backends.PersonBackend")
    paths = [reverse("key-list"), reverse("key-create"), reverse("audit-list")]
    paths += [f"{reverse('key-create')}?gateway=tokenlab"]
    paths += [reverse("key-detail", args=[each.pk]) for each in ProviderKey.objects.present()]
    paths += [reverse("key-check-result", args=[each.pk]) for each in ProviderKey.objects.present()]
    paths += [reverse("key-delete", args=[each.pk]) for each in ProviderKey.objects.present()]
    for take in Render.objects.all():
        paths += [reverse("render-detail", args=[take.pk]), reverse("render-card", args=[take.pk])]
    for name in ("project-detail", "project-takes", "project-settings"):
        paths += [reverse(name, args=[each.slug]) for each in Project.objects.all()]
    paths += [reverse("render-send-again", args=[each.pk]) for each in Render.objects.filter(state="unconfirmed")]
    paths += [reverse("gallery"), f"{reverse('changes')}?since=0"]
    paths += [reverse(name) for name in ("spend", "spend-takes", "spend-export", "price-list", "budget-list", "readyz")]
    paths += [reverse("spend", query={"by": by}) for by in Grouping]
    paths += [reverse("spend-export", query={"rows": "takes"})]
    return {path: client.get(path, follow=True).getvalue().decode() for path in paths}


def doctor() -> str:
    """Everything that it says, whichever way it ends."""
    out = io.StringIO()
    for words in ([], ["--json"]):
        with suppress(SystemExit):
            call_command("doctor", *words, stdout=out)
    return out.getvalue()


def metrics() -> str:
    return Client().get(reverse("metrics"), headers={"Authorization": f"Bearer {METRICS_TOKEN}"}).content.decode()
