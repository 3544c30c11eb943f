"""What a migration does to rows that are there already."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from studio.models import Render
from tests.factories import make_project, make_render

LINK = "https://files.example.com/take.mp4?signature=0123456789"


def migrate(name: str) -> Any:
    executor = MigrationExecutor(connection)
    executor.migrate([("studio", name)])
    return executor.loader.project_state([("studio", name)]).apps


@pytest.fixture
def back_again(transactional_db: None) -> Iterator[None]:
    yield
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes("studio"))


def test_links_of_results_are_encrypted_and_can_be_had_in_the_clear_again(back_again: None) -> None:
    fetching, waiting = (make_render(make_project()) for _ in range(2))
    plain = migrate("0003_reference_copies").get_model("studio", "Render").objects
    plain.filter(pk=fetching.pk).update(result_url=LINK)

    migrate("0004_encrypted_result_links")
    with connection.cursor() as cursor:
        cursor.execute("SELECT result_url FROM studio_render ORDER BY id")
        stored = [row[0] for row in cursor.fetchall()]
    read = [Render.objects.get(pk=take.pk).result_url for take in (fetching, waiting)]
    migrate("0003_reference_copies")

    assert [stored[0].startswith("gAAAA"), stored[1]] == [True, ""]
    assert read == [LINK, ""]
    assert list(plain.order_by("pk").values_list("result_url", flat=True)) == [LINK, ""]
