"""The numbers: each against rows that are really there."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django_q.models import OrmQ
from prometheus_client.exposition import generate_latest
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from studio.choices import AttemptOutcome, Standing
from studio.environment import BASE_DIR
from studio.lib.clock import now
from studio.models import Project
from studio.services import keys, queue, spending
from studio.services.audit import Actor
from studio.services.metrics import REGISTRY, version
from tests.factories import make_attempt, make_key, make_render
from tests.healthy import beat

pytestmark = pytest.mark.django_db


def scraped(name: str, **labels: str) -> list[float]:
    """The values of all samples of that name whose labels fit."""
    return [
        sample.value
        for family in text_string_to_metric_families(generate_latest(REGISTRY).decode())
        for sample in family.samples
        if sample.name == f"rushes_{name}" and labels.items() <= sample.labels.items()
    ]


def test_takes_are_counted_by_gateway_and_state(project: Project) -> None:
    for state in ("ready", "ready", "queued", "failed", "refused", "cancelled", "unconfirmed"):
        make_render(project, state=state)

    assert scraped("takes", gateway="tokenlab", state="ready") == [2]
    assert scraped("takes", gateway="tokenlab", state="running") == [0]
    assert scraped("takes", gateway="ark", state="ready") == [0]
    assert scraped("takes_ready_total", gateway="tokenlab") == [2]
    assert scraped("takes_failed", gateway="tokenlab") == [2]
    assert scraped("takes_unconfirmed") == [1]


def test_takes_of_doubtful_money_are_counted(project: Project) -> None:
    make_render(project, state="failed", standing=Standing.POSSIBLY)
    make_render(project, state="failed", standing=Standing.RELEASED)

    assert (
        scraped("takes_possibly_charged", gateway="tokenlab"),
        scraped("takes_possibly_charged", gateway="ark"),
    ) == (
        [1],
        [0],
    )


def test_attempts_are_counted_by_the_gateway_they_went_to(project: Project) -> None:
    ark = make_key(provider="ark")
    for key, outcome in ((ark, "unknown"), (ark, "accepted"), (make_key(), "accepted")):
        make_attempt(make_render(project, key), outcome=outcome)

    counts = {outcome: scraped("attempts", gateway="ark", outcome=outcome) for outcome in AttemptOutcome.values}
    assert counts == {"sending": [0], "accepted": [1], "refused": [0], "not_sent": [0], "unknown": [1]}


def test_keys_are_counted_by_what_can_be_done_with_them(db: None) -> None:
    usable, paused, refused, deleted = (make_key() for _ in range(4))
    keys.pause(key=paused, actor=Actor.shell())
    keys.pause_refused(key=refused, said="No.", meaning="Refused.")
    keys.delete(key=deleted, actor=Actor.shell())

    found = {name: scraped("keys", gateway="tokenlab", condition=name) for name in ("usable", "paused", "refused")}
    assert found == {"usable": [1], "paused": [1], "refused": [1]}


def test_queues_say_how_much_waits_and_how_long(db: None) -> None:
    for minutes in (1, 3):
        OrmQ.objects.create(key=queue.MEDIA, payload="", lock=now() - timedelta(minutes=minutes))
    OrmQ.objects.create(key=queue.MEDIA, payload="", lock=now() + timedelta(minutes=9))

    assert (scraped("queue_waiting", cluster="media"), scraped("queue_waiting", cluster="studio")) == ([2], [0])
    assert [round(age) for age in scraped("queue_oldest_seconds", cluster="media")] == [180]


def test_signs_of_life_have_an_age_and_what_never_lived_has_none(db: None) -> None:
    before = scraped("worker_beat_age_seconds") + scraped("tracker_beat_age_seconds")
    beat()

    after = [*scraped("worker_beat_age_seconds"), *scraped("tracker_beat_age_seconds")]
    assert (before, [age < 5 for age in after], scraped("workers_alive")) == ([], [True, True], [1])
    assert len(scraped("cluster_beat_age_seconds")) == len(queue.CLUSTERS)


def test_polls_that_are_late_are_counted(project: Project) -> None:
    for seconds in (-20, 10, 40, 100):
        make_render(project, state="waiting", next_poll_at=now() - timedelta(seconds=seconds))

    assert (scraped("polls_late"), [round(age) for age in scraped("polls_late_oldest_seconds")]) == ([2], [100])


def test_money_of_the_month_is_told_by_currency_and_standing(project: Project) -> None:
    last_month = spending.month_start(now()) - timedelta(days=1)
    paid: dict[str, Any] = {"standing": Standing.SETTLED, "state": "ready"}
    make_render(project, **paid, price=Decimal("1.25"))
    make_render(project, **paid, price=Decimal("40"), currency="credits")
    make_render(project, **paid, price=Decimal("9"), booked_at=last_month)
    make_render(project, state="running", estimate=Decimal("0.50"), booked_at=last_month)
    make_render(project, state="failed", standing=Standing.POSSIBLY, estimate=Decimal("0.30"))
    make_render(project, state="failed", standing=Standing.RELEASED)

    sums = {
        (currency, standing): scraped("money_this_month", gateway="tokenlab", currency=currency, standing=standing)
        for currency in ("USD", "credits")
        for standing in Standing.values
    }
    assert {labels: found for labels, found in sums.items() if found} == {
        ("USD", "settled"): [1.25],
        ("USD", "reserved"): [0.5],
        ("USD", "possibly"): [0.3],
        ("credits", "settled"): [40],
    }


def test_room_on_the_disk_is_told_as_long_as_it_can_be(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    (free,) = scraped("disk_free_bytes")
    settings.MEDIA_ROOT = tmp_path / "nowhere"

    assert (free > 0, scraped("disk_free_bytes")) == (True, [])


def test_build_says_its_version(db: None) -> None:
    assert scraped("build_info", version=version()) == [1]
    assert f'version = "{version()}"' in (BASE_DIR / "pyproject.toml").read_text()
