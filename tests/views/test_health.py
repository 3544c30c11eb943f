"""The three addresses for machines: no session, no cookie, nothing kept, and no secret in any answer."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client, override_settings
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from studio.lib.clock import now
from studio.models import Lease, ProviderKey, User
from studio.services.health import storage
from tests.healthy import put_in_order

TOKEN = "a-token-for-prometheus-4711"
OPEN = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def key(db: None, settings: Settings, tmp_path: Path) -> ProviderKey:
    """A studio in order, whose numbers may be read with a token."""
    settings.STUDIO_METRICS_TOKEN = TOKEN
    return put_in_order(settings, tmp_path)


def is_bare(response: Any) -> bool:
    return "no-store" in response["Cache-Control"] and not response.cookies and not response.has_header("Vary")


def test_healthz_says_ok_without_asking_the_database(client: Client) -> None:
    # Without the mark for it, a test that touches the database fails.
    response = client.get("/healthz")

    assert (response.status_code, response.content, response["Content-Type"]) == (200, b"ok", "text/plain")
    assert is_bare(response)


@pytest.mark.parametrize("host", ["10.0.0.7:8700", "anything.example.com", "not a host", ""])
@override_settings(SECURE_SSL_REDIRECT=True, ALLOWED_HOSTS=["rushes.example.com"])
def test_healthz_answers_a_balancer_that_knows_neither_the_name_nor_tls(host: str) -> None:
    response = Client().get("/healthz", headers={"Host": host})

    assert (response.status_code, response.has_header("Location"), response.content) == (200, False, b"ok")


@override_settings(SECURE_SSL_REDIRECT=True, ALLOWED_HOSTS=["rushes.example.com"])
def test_every_other_address_keeps_the_rules_of_hosts_and_tls(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "django.security.DisallowedHost")
    paths = ("/metrics", "/healthz/", "/healthzz", "/sign-in/")

    elsewhere = [Client().get(path, headers={"Host": "10.0.0.7"}).status_code for path in paths]
    plain = [Client().get(path, headers={"Host": "rushes.example.com"}).status_code for path in paths]

    assert (elsewhere, plain) == ([400] * 4, [301] * 4)


def test_head_of_a_probe_is_answered_and_a_post_is_not(client: Client) -> None:
    assert (client.head("/healthz").status_code, client.post("/healthz").status_code) == (200, 405)


def test_readyz_says_that_all_is_well_and_what_it_looked_at(client: Client, key: ProviderKey) -> None:
    response = client.get("/readyz")

    body = response.json()
    assert (response.status_code, body["ready"], body["reasons"]) == (200, True, [])
    assert [each["check"] for each in body["checks"]] == ["migrations", "worker", "tracker", "disk"]
    assert is_bare(response)


def test_readyz_costs_two_queries(
    client: Client, key: ProviderKey, django_assert_num_queries: Callable[[int], Any]
) -> None:
    client.get("/readyz")

    with django_assert_num_queries(2):
        client.get("/readyz")


def test_readyz_names_a_worker_that_stopped(client: Client, key: ProviderKey) -> None:
    long_ago = now() - timedelta(minutes=3)
    Lease.objects.update(beat_at=long_ago, expires_at=long_ago)

    response = client.get("/readyz")

    assert (response.status_code, response.json()["reasons"]) == (
        503,
        [
            "worker: No worker runs, so nothing is sent, followed or fetched.",
            "tracker: It was heard of 3 min ago. Nobody follows the tasks at the gateways.",
        ],
    )


def test_readyz_that_says_no_leaves_the_log_alone(
    client: Client, key: ProviderKey, caplog: pytest.LogCaptureFixture
) -> None:
    Lease.objects.all().delete()

    assert client.get("/readyz").status_code == 503
    assert [record.name for record in caplog.records] == []


def test_readyz_of_a_tracker_at_work_needs_no_beat_of_its_cluster(client: Client, key: ProviderKey) -> None:
    Lease.objects.filter(name="heartbeat:track").update(beat_at=now() - timedelta(minutes=9))

    assert client.get("/readyz").status_code == 200


def test_readyz_names_a_migration_that_is_missing(client: Client, key: ProviderKey) -> None:
    MigrationRecorder.Migration.objects.filter(app="studio", name="0001_initial").delete()

    response = client.get("/readyz")

    assert (response.status_code, response.json()["reasons"]) == (
        503,
        ["migrations: 1 migration is not applied: studio 0001_initial."],
    )


def test_readyz_names_a_full_disk(client: Client, key: ProviderKey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "free_bytes", lambda: 0)

    response = client.get("/readyz")

    assert (response.status_code, response.json()["reasons"]) == (
        503,
        ["disk: 0.0 MB are free where takes are kept."],
    )


def test_readyz_names_a_database_that_is_away_and_tells_nothing_of_it(client: Client, key: ProviderKey) -> None:
    def away(*_: Any) -> None:
        raise OperationalError('connection to "10.1.2.3", user "rushes" failed')

    with connection.execute_wrapper(away):
        response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["reasons"][0] == "database: The database does not answer (OperationalError)."
    assert b"10.1.2.3" not in response.content


def test_readyz_tells_strangers_no_path(client: Client, key: ProviderKey, settings: Settings, tmp_path: Path) -> None:
    well = client.get("/readyz").content
    settings.MEDIA_ROOT = tmp_path / "nowhere"
    broken = client.get("/readyz").content

    assert [str(tmp_path).encode() in said for said in (well, broken)] == [False, False]


@pytest.mark.parametrize("headers", [{}, OPEN])
def test_metrics_are_not_there_without_the_setting(client: Client, db: None, headers: dict[str, str]) -> None:
    assert client.get("/metrics", headers=headers).status_code == 404


@pytest.mark.parametrize(
    "given",
    ["", "Bearer", "Bearer ", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}", TOKEN, "Bearer \xfc"],
)
def test_metrics_are_refused_without_the_token(client: Client, key: ProviderKey, given: str) -> None:
    response = client.get("/metrics", headers={"Authorization": given})

    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")
    assert TOKEN.encode() not in response.content


def test_metrics_do_not_open_for_a_session(client_of: Callable[[User], Client], admin: User, key: ProviderKey) -> None:
    assert client_of(admin).get("/metrics").status_code == 401


def test_metrics_are_prometheus_text_and_hold_no_secret(client: Client, key: ProviderKey) -> None:
    response = client.get("/metrics", headers=OPEN)

    families = {family.name for family in text_string_to_metric_families(response.content.decode())}
    assert (response.status_code, response["Content-Type"].partition(";")[0]) == (200, "text/plain")
    assert ({"rushes_takes", "rushes_queue_waiting", "rushes_money_this_month"} - families, response.cookies) == (
        set(),
        {},
    )
    assert [secret in response.content.decode() for secret in (key.secret, key.hint, TOKEN)] == [False] * 3


def test_metrics_of_a_database_that_is_away_are_none(client: Client, key: ProviderKey) -> None:
    def away(*_: Any) -> None:
        raise OperationalError('connection to "10.1.2.3", user "rushes" failed')

    with connection.execute_wrapper(away):
        response = client.get("/metrics", headers=OPEN)

    assert (response.status_code, response.content) == (503, b"The database does not answer.")


def test_metrics_speak_open_metrics_when_asked_to(client: Client, key: ProviderKey) -> None:
    response = client.get("/metrics", headers=OPEN | {"Accept": "application/openmetrics-text; version=1.0.0"})

    assert response["Content-Type"].startswith("application/openmetrics-text")
    assert response.content.endswith(b"# EOF\n")


def test_metrics_cost_eight_queries(
    client: Client, key: ProviderKey, django_assert_num_queries: Callable[[int], Any]
) -> None:
    with django_assert_num_queries(8):
        client.get("/metrics", headers=OPEN)
