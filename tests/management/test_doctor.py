"""`manage.py doctor`: its lines, its exit code, and that it speaks when nearly nothing else can."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import Settings

from studio.environment import BASE_DIR
from studio.jobs import outside
from studio.lib.clock import now
from studio.models import Lease, ProviderKey
from studio.services import keys
from studio.services.audit import Actor
from studio.services.health import findings
from tests.healthy import put_in_order


@pytest.fixture
def key(db: None, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ProviderKey:
    """A studio in order, with its web server."""
    monkeypatch.setattr(outside, "HERE", {"web server": lambda: findings.ok("web server", "It answers.")})
    return put_in_order(settings, tmp_path)


def doctor(*words: str) -> tuple[int, str]:
    """The exit code, and what was printed."""
    out = io.StringIO()
    try:
        call_command("doctor", *words, stdout=out, no_color=True)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


def alone(**variables: str) -> tuple[int, dict[str, Any]]:
    """The same as a process of its own, in the given environment."""
    command = [sys.executable, "manage.py", "doctor", "--json"]
    env = os.environ | {"STUDIO_DEMO": "1"} | variables
    done = subprocess.run(command, cwd=BASE_DIR, env=env, capture_output=True, text=True, check=False)
    return done.returncode, json.loads(done.stdout)


def test_doctor_of_a_studio_in_order_ends_well(key: ProviderKey) -> None:
    code, said = doctor()

    lines = said.splitlines()
    assert (code, lines[-1]) == (0, "0 problems, 0 warnings.")
    assert lines[1] == "ok       migrations: All are applied."


def test_doctor_warns_without_failing(key: ProviderKey) -> None:
    keys.pause(key=key, actor=Actor.shell())

    code, said = doctor()

    assert (code, said.splitlines()[-1]) == (0, "0 problems, 1 warning.")
    assert (
        "warning  key TokenLab “main”: It is paused, and its takes wait.\n"
        "         → Resume it in the keys room when it may be used again.\n"
    ) in said


def test_doctor_fails_when_the_worker_stopped(key: ProviderKey) -> None:
    long_ago = now() - timedelta(minutes=7)
    Lease.objects.update(beat_at=long_ago, expires_at=long_ago)

    code, said = doctor()

    assert (code, said.splitlines()[-1]) == (1, "5 problems, 0 warnings.")
    assert (
        "problem  worker: No worker runs, so nothing is sent, followed or fetched.\n"
        "         → Start one with `manage.py qcluster`, or everything with `manage.py up`.\n"
    ) in said


def test_doctor_looks_for_the_web_server_of_this_machine_without_being_asked(
    key: ProviderKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = {"web server": lambda: findings.warning("web server", "It is down.", "Start it.")}
    monkeypatch.setattr(outside, "HERE", look)

    code, said = doctor()

    assert (code, said.splitlines()[-3:]) == (
        0,
        ["warning  web server: It is down.", "         → Start it.", "0 problems, 1 warning."],
    )


def test_doctor_tells_programs_the_same(key: ProviderKey) -> None:
    code, said = doctor("--json")

    told = json.loads(said)
    assert (code, told["healthy"], told["findings"][1]) == (
        0,
        True,
        {"check": "migrations", "level": "ok", "found": "All are applied.", "advice": ""},
    )


def test_doctor_looks_outside_only_when_asked(key: ProviderKey, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = {"the world": lambda: findings.problem("the world", "It is gone.", "Wait.")}
    monkeypatch.setattr(outside, "LOOKS", looks)

    assert [doctor()[0], doctor("--online")[0]] == [0, 1]


def test_doctor_of_a_new_database_names_the_missing_migrations(tmp_path: Path) -> None:
    code, told = alone(STUDIO_DATA_DIR=str(tmp_path))

    assert (code, told["healthy"]) == (1, False)
    assert [(each["check"], each["level"]) for each in told["findings"][:3]] == [
        ("database", "ok"),
        ("migrations", "problem"),
        ("data folder", "ok"),
    ]


def test_doctor_speaks_without_a_database_and_tells_no_password(tmp_path: Path) -> None:
    address = "postgresql://studio:marked-password@127.0.0.1:9/studio"

    code, told = alone(STUDIO_DATA_DIR=str(tmp_path), DATABASE_URL=address)

    assert (code, told["findings"][0]["found"]) == (1, "The database does not answer (OperationalError).")
    assert "marked-password" not in json.dumps(told)
