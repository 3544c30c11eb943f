"""What a migration does to rows that are there already."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.factories import make_output, make_project, make_render

ASKED_AT, PAID_AT, ENDED_AT = (datetime(2026, 10, 31, 12, minute, tzinfo=UTC) for minute in (0, 7, 9))
LINK = "https://files.example.com/take.mp4?signature=0123456789"


def migrate(name: str) -> Any:
    executor = MigrationExecutor(connection)
    executor.migrate([("studio", name)])
    return executor.loader.project_state([("studio", name)]).apps


def renders(apps: Any) -> Any:
    return apps.get_model("studio", "Render").objects


@pytest.fixture
def back_again(transactional_db: None) -> Iterator[None]:
    yield
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes("studio"))


def test_links_of_results_are_encrypted_and_can_be_had_in_the_clear_again(back_again: None) -> None:
    fetching, waiting = (make_render(make_project()) for _ in range(2))
    plain = renders(migrate("0003_reference_copies"))
    plain.filter(pk=fetching.pk).update(result_url=LINK)

    encrypted = renders(migrate("0004_encrypted_result_links"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT result_url FROM studio_render ORDER BY id")
        stored = [row[0] for row in cursor.fetchall()]
    read = [take.result_url for take in encrypted.order_by("pk")]
    migrate("0003_reference_copies")

    assert [stored[0].startswith("gAAAA"), stored[1]] == [True, ""]
    assert read == [LINK, ""]
    assert list(plain.order_by("pk").values_list("result_url", flat=True)) == [LINK, ""]


# What a take had come to before its standing was told: its state, the last step of its ledger, and what that means.
STORIES = [
    ("running", "reserved", "reserved"),
    ("ready", "settled", "settled"),
    ("failed", "settled", "settled"),
    ("cancelled", "released", "released"),
    ("refused", "released", "released"),
    ("failed", "reserved", "possibly"),
    ("cancelled", "reserved", "possibly"),
    ("expired", "reserved", "possibly"),
    ("unconfirmed", "reserved", "possibly"),
]


def test_takes_get_their_standing_and_may_lose_it_again(back_again: None) -> None:
    before, entries = old_takes()

    now_known = renders(migrate("0006_standings")).order_by("pk")
    told = list(now_known.values_list("state", "standing"))
    booked = list(now_known.filter(standing="settled").values_list("booked_at", flat=True))
    doubts = list(entries.filter(kind="possibly").values_list("amount", "currency", "created_at"))
    migrate("0005_money")

    assert told == [(state, standing) for state, _, standing in STORIES]
    assert booked == [PAID_AT] * 2
    assert doubts == [(Decimal("0.42"), "USD", ENDED_AT)] * 4
    assert list(entries.order_by("pk").values_list("kind", flat=True)) == before


def old_takes() -> tuple[list[str], Any]:
    """A take for each story as the version before it left them; the steps of their ledgers, and where more are."""
    takes = [make_render(make_project(), state=state, state_at=ENDED_AT) for state, _, _ in STORIES]
    old = migrate("0005_money")
    entries, kinds = old.get_model("studio", "LedgerEntry").objects, []
    renders(old).update(standing="reserved")
    for take, (_, last, _) in zip(takes, STORIES, strict=True):
        for kind in dict.fromkeys(("estimated", "reserved", last)):
            amount, moment = Decimal("0.42"), PAID_AT if kind == "settled" else ASKED_AT
            entries.create(render_id=take.pk, kind=kind, amount=amount, currency="USD", note="-", created_at=moment)
            kinds.append(kind)
    return kinds, entries


def test_takes_learn_their_shape_and_length_from_request_or_file(back_again: None) -> None:
    project = make_project()
    specs: list[dict[str, Any]] = [
        {"aspect_ratio": "9:16", "resolution": "720p", "duration": 5},
        {"aspect_ratio": None, "resolution": None, "duration": -1},
        {"aspect_ratio": "adaptive", "duration": None},
        {"aspect_ratio": "adaptive"},
    ]
    takes = [make_render(project) for _ in specs]
    make_output(takes[2])
    old = migrate("0009_shots")
    for take, spec in zip(takes, specs, strict=True):
        renders(old).filter(pk=take.pk).update(spec=spec)
    old.get_model("studio", "Output").objects.update(width=720, height=1280, seconds=Decimal("5.042"))

    told = renders(migrate("0010_library")).order_by("pk").values_list("aspect_ratio", "resolution", "seconds")

    assert list(told) == [
        ("9:16", "720p", Decimal(5)),
        ("", "", None),
        ("9:16", "", Decimal("5.042")),
        ("adaptive", "", None),
    ]


def test_takes_learn_of_the_first_take_of_their_shot(back_again: None) -> None:
    project = make_project()
    first, other = make_render(project), make_render(project)
    second = make_render(project, parent=first, lineage="extend")
    third, fourth = (make_render(project, parent=second, lineage="vary") for _ in range(2))
    fifth = make_render(project, parent=other, lineage="retry")
    # A chain longer than what one update takes in at once.
    chain = [make_render(project)]
    for _ in range(502):
        chain.append(make_render(project, chain[0].key, parent=chain[-1]))
    old = migrate("0008_review_room")
    renders(old).update(shot=None)

    takes = renders(migrate("0009_shots"))

    shots = dict(takes.values_list("pk", "shot"))
    expected = {first.pk: None, other.pk: None, second.pk: first.pk, third.pk: first.pk, fourth.pk: first.pk}
    assert {pk: shots[pk] for pk in expected} == expected
    assert (shots[fifth.pk], {shots[take.pk] for take in chain[1:]}) == (other.pk, {chain[0].pk})
