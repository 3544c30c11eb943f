"""What the doctor says of takes that do not move, clocks, keys and addresses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.db import connection
from pytest_django import Settings

from studio.choices import Standing
from studio.lib.clock import later, now
from studio.models import Lease, Project, ProviderKey, RenderEvent
from studio.models.encryption import Token
from studio.services import keys
from studio.services.audit import Actor
from studio.services.health import clocks, report
from tests.factories import make_key, make_render
from tests.healthy import wrong

LOST = Token(Fernet(Fernet.generate_key()).encrypt(b"sk-lost").decode())


def ago(**time: float) -> Any:
    return now() - timedelta(**time)


STUCK = [
    ({"state": "queued", "state_at": 11}, "queued takes", "problem", "queued without a reason, the oldest for 11 min"),
    (
        {"state": "submitting", "state_at": 9},
        "takes being sent",
        "problem",
        "being sent, the oldest for 9 min: nobody holds them any more",
    ),
    (
        {"state": "waiting", "next_poll_at": 4},
        "looks at the gateways",
        "problem",
        "not asked about when planned, the oldest 4 min late",
    ),
    (
        {"state": "running", "state_at": 60 * 30},
        "takes at the gateways",
        "warning",
        "at a gateway for a long time, the oldest for 30 hours",
    ),
    (
        {"state": "fetching", "state_at": 45},
        "downloads",
        "warning",
        "rendered but not fetched, the oldest for 45 min",
    ),
    (
        {"state": "unconfirmed", "state_at": 3, "standing": Standing.POSSIBLY},
        "unconfirmed takes",
        "warning",
        "sent without an answer, the oldest 3 min ago",
    ),
    (
        {"state": "failed", "state_at": 60 * 24 * 3, "standing": Standing.POSSIBLY},
        "possibly charged takes",
        "warning",
        "ended without a file and without a word about their money, the oldest 3 days ago",
    ),
]


@pytest.mark.parametrize(("columns", "check", "level", "words"), STUCK, ids=[row[1] for row in STUCK])
def test_take_that_stays_too_long_is_said(
    healthy: ProviderKey, project: Project, columns: dict[str, Any], check: str, level: str, words: str
) -> None:
    values = {name: ago(minutes=value) if name.endswith("_at") else value for name, value in columns.items()}
    take = make_render(project, healthy, **values)

    assert wrong() == {check: (level, f"1 take {words} (take {take.pk}).")}


@pytest.mark.parametrize(
    "columns",
    [
        {"state": "queued", "error_meaning": "Waiting for a free place."},
        {"state": "queued", "not_before": 20},
        {"state": "waiting", "next_poll_at": 1},
        {"state": "failed", "standing": Standing.RELEASED},
        {"state": "ready", "standing": Standing.SETTLED},
    ],
)
def test_take_that_waits_for_a_reason_is_not_stuck(
    healthy: ProviderKey, project: Project, columns: dict[str, Any]
) -> None:
    values = {name: later(value) if isinstance(value, int) else value for name, value in columns.items()}
    make_render(project, healthy, state_at=ago(minutes=15), **values)

    assert wrong() == {}


@pytest.mark.parametrize("who", ["event", "beat"])
def test_clock_that_was_set_back_is_a_problem(healthy: ProviderKey, project: Project, who: str) -> None:
    if who == "event":
        RenderEvent.objects.create(
            render=make_render(project, healthy), to_state="queued", reason="", created_at=later(3605)
        )
    else:
        Lease.objects.filter(name="track").update(beat_at=later(3605))

    words = "Something was written 60 min in the future: a clock was set back, or another machine's is ahead."
    assert wrong() == {"recorded times": ("problem", words)}


@pytest.mark.parametrize(
    ("ahead", "level", "words"),
    [
        (1, "ok", "Their clock agrees with this machine's."),
        (-5, "warning", "Their clock is 5 s behind this machine's."),
        (65, "problem", "Their clock is 65 s ahead of this machine's."),
    ],
)
def test_clock_that_differs_is_said_by_how_much(ahead: int, level: str, words: str) -> None:
    with time_machine.travel(now(), tick=False):
        found = clocks.compare("clock", "Their clock", later(ahead))

    assert (found.level, found.found) == (level, words)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no clock of its own")
def test_clock_of_the_database_that_differs_is_a_problem(healthy: ProviderKey) -> None:
    with time_machine.travel(now() + timedelta(seconds=40), tick=False):
        assert wrong() == {"database clock": ("problem", "The database's clock is 40 s behind this machine's.")}


def test_key_that_is_paused_or_refused_is_said(healthy: ProviderKey) -> None:
    check = "key TokenLab “main”"
    keys.pause(key=healthy, actor=Actor.shell())
    paused = wrong()
    keys.resume(key=healthy, actor=Actor.shell())
    keys.pause_refused(key=healthy, said="Invalid key", meaning="The gateway does not accept the key.")

    assert paused == {check: ("warning", "It is paused, and its takes wait.")}
    assert wrong() == {check: ("problem", "The gateway refused it, so it is paused and its takes wait.")}


@pytest.mark.parametrize(
    ("columns", "level", "words"),
    [
        ({"checked_at": None}, "warning", "It was never checked."),
        ({"check_result": {"verdict": "unreachable"}}, "warning", "Its last check was not good (unreachable)."),
        (
            {"secret": LOST},
            "problem",
            "Its stored secret cannot be read with the present STUDIO_SECRET_KEYS.",
        ),
    ],
)
def test_key_that_is_not_known_to_work_is_said(
    healthy: ProviderKey, columns: dict[str, Any], level: str, words: str
) -> None:
    make_key(label="local", base_url="http://127.0.0.1:8701")
    ProviderKey.objects.filter(pk=healthy.pk).update(**columns)

    assert wrong() == {"key TokenLab “main”": (level, words)}


def test_key_for_this_machine_needs_no_check(healthy: ProviderKey) -> None:
    ProviderKey.objects.update(base_url="http://127.0.0.1:8701", checked_at=None, check_result={})

    assert wrong() == {}


def test_studio_without_a_key_says_so(healthy: ProviderKey) -> None:
    ProviderKey.objects.all().delete()

    assert wrong() == {"keys": ("warning", "There is no key, so nothing can be rendered.")}


def test_secret_of_a_key_is_nowhere_in_it(healthy: ProviderKey) -> None:
    said = str(report.examine())

    assert (healthy.secret in said, healthy.secret[-4:] in said, healthy.hint in said) == (False, False, False)


ADDRESSES = [
    ({"STUDIO_DEMO": False}, "public address", "warning"),
    ({"STUDIO_PUBLIC_URL": "https://rushes.example.com", "STUDIO_DEMO": False}, "public address", "warning"),
    ({"STUDIO_PUBLIC_URL": "http://rushes.example.com", "STUDIO_DEMO": False}, "public address", "problem"),
    ({"ALLOWED_HOSTS": ["another.example.com"]}, "host names", "problem"),
    ({"STUDIO_HOST": "0.0.0.0"}, "demo", "problem"),
    ({"DEBUG": True}, "debug pages", "problem"),
]


@pytest.mark.parametrize(("changed", "check", "level"), ADDRESSES)
def test_address_that_cannot_work_or_is_open_to_all_is_said(
    healthy: ProviderKey, settings: Settings, changed: dict[str, Any], check: str, level: str
) -> None:
    settings.ALLOWED_HOSTS = ["127.0.0.1", ".example.com"]
    for name, value in changed.items():
        setattr(settings, name, value)

    assert {name: found[0] for name, found in wrong().items()} == {check: level}


def test_address_behind_a_proxy_is_in_order(healthy: ProviderKey, settings: Settings) -> None:
    settings.STUDIO_DEMO, settings.STUDIO_PUBLIC_URL = False, "https://rushes.example.com"
    settings.SECURE_PROXY_SSL_HEADER, settings.ALLOWED_HOSTS = ("HTTP_X_FORWARDED_PROTO", "https"), [".example.com"]

    assert wrong() == {}
