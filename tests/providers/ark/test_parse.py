"""A page of Ark's task list, as far as it can be read."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from studio.providers.ark import parse
from studio.providers.ark.parse import ListedTask
from tests.providers.ark.factories import MODEL, SEED, SENT_AT, TASK, listed


def test_page_tells_what_a_task_is_known_by() -> None:
    (task,) = parse.page({"total": 1, "items": [listed()]})

    assert task == ListedTask(
        remote_id=TASK,
        model=MODEL,
        created_at=Decimal(int(SENT_AT.timestamp()) + 2),
        seed=SEED,
        seconds=Decimal(5),
        ratio="16:9",
        resolution="720p",
        sound=True,
        has_ended=False,
    )


def test_page_of_an_ended_task_with_its_length_as_a_text() -> None:
    (task,) = parse.page({"items": [listed(status="succeeded", duration="5")]})

    assert (task.has_ended, task.seconds) == (True, Decimal(5))


def test_page_leaves_open_what_the_list_does_not_tell() -> None:
    bare = listed(seed=None, duration=None, ratio=None, resolution=None, generate_audio=None, created_at=None)

    (task,) = parse.page({"items": [bare]})

    assert (task.seed, task.seconds, task.ratio, task.resolution, task.sound, task.created_at) == (
        None,
        None,
        "",
        "",
        None,
        None,
    )


def test_page_without_tasks_is_empty() -> None:
    assert (parse.page({"items": [], "total": 0}), parse.page({"total": 0})) == ([], [])


@pytest.mark.parametrize("document", [{}, {"items": None, "total": 3}, {"items": {"id": TASK}}, {"error": {}}])
def test_page_that_is_no_list_proves_nothing(document: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no list of tasks"):
        parse.page(document)
