"""Ark's list, and its DELETE, which cancels or erases depending on how far the task has come."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from studio.sandbox.server import Sandbox
from tests.sandbox.ark_caller import TASKS, ArkCaller, error_of, words

FAST = "dreamina-seedance-2-0-fast-260128"


@pytest.fixture(scope="module")
def cellar(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox of this file alone, since what is listed depends on what was made."""
    with Sandbox(data_dir=tmp_path_factory.mktemp("cellar"), pace=0.2) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def shelf(cellar: Sandbox) -> Iterator[tuple[ArkCaller, list[str]]]:
    """One key's tasks in the order they were made: failed, cancelled, expired, and two of another model."""
    with ArkCaller(cellar.base_url, key="ark-of-the-shelf") as ark:
        failed = ark.accepted(words("[fault:moderation]"))
        cancelled = ark.accepted(words("[fault:slow]"))
        ark.delete(cancelled)
        expired = ark.accepted(words("[fault:expires]"))
        others = [ark.accepted(words("[fault:moderation]"), model=FAST, service_tier="default") for _ in range(2)]
        tasks = [failed, cancelled, expired, *others]
        for task_id in tasks:
            ark.ended(task_id)
        yield ark, tasks


def ids(page: dict[str, Any]) -> list[str]:
    return [item["id"] for item in page["items"]]


def test_list_is_newest_first_and_the_same_as_the_reads(shelf: tuple[ArkCaller, list[str]]) -> None:
    ark, tasks = shelf

    page = ark.listed()

    assert (page["total"], sorted(page)) == (5, ["items", "total"])
    assert page["items"] == [ark.read(task_id).json() for task_id in reversed(tasks)]


def test_list_has_pages(shelf: tuple[ArkCaller, list[str]]) -> None:
    ark, tasks = shelf

    pages = [ark.listed(page_num=number, page_size=2) for number in (1, 2, 3, 4)]

    assert [ids(page) for page in pages] == [tasks[:2:-1], tasks[2:0:-1], tasks[:1], []]
    assert [page["total"] for page in pages] == [5] * 4


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"filter__status": "failed"}, [4, 3, 0]),
        ({"filter__status": "cancelled"}, [1]),
        ({"filter__status": "expired"}, [2]),
        ({"filter__status": "running"}, []),
        ({"filter__model": FAST}, [4, 3]),
        ({"filter__model": FAST, "page_size": 1}, [4]),
        ({"filter__model": "doubao-seedance-2-0-260128", "filter__status": "failed"}, [0]),
        ({"filter__service_tier": "default"}, [4, 3, 2, 1, 0]),
        ({"filter__service_tier": "flex"}, []),
    ],
)
def test_list_can_be_filtered(shelf: tuple[ArkCaller, list[str]], filters: dict[str, Any], expected: list[int]) -> None:
    ark, tasks = shelf

    assert ids(ark.listed(**filters)) == [tasks[number] for number in expected]


def test_list_takes_the_ids_one_by_one(shelf: tuple[ArkCaller, list[str]]) -> None:
    ark, tasks = shelf

    repeated = ark.listed(filter__task_ids=[tasks[0], tasks[3], "cgt-nothing"])
    with_comma = ark.listed(filter__task_ids=f"{tasks[0]},{tasks[3]}")

    assert (ids(repeated), repeated["total"]) == ([tasks[3], tasks[0]], 2)
    assert with_comma == {"total": 0, "items": []}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("page_num", "0"),
        ("page_num", "-1"),
        ("page_num", "one"),
        ("page_size", "0"),
        ("page_size", "501"),
        ("filter.status", "done"),
    ],
)
def test_wrong_filter_is_refused(shelf: tuple[ArkCaller, list[str]], name: str, value: str) -> None:
    answer = shelf[0].http.get(TASKS, params={name: value})

    assert error_of(answer) == (400, "InvalidParameter", name)


def test_usual_page_holds_twenty_and_the_largest_five_hundred(cellar: Sandbox) -> None:
    with ArkCaller(cellar.base_url, key="ark-with-a-lot") as ark:
        tasks = [ark.accepted(words("[fault:moderation]")) for _ in range(21)]

        assert ids(ark.listed()) == tasks[:0:-1]
        assert ids(ark.listed(page_size=500)) == tasks[::-1]


def test_other_keys_see_nothing(cellar: Sandbox, shelf: tuple[ArkCaller, list[str]]) -> None:
    with ArkCaller(cellar.base_url, key="ark-of-a-stranger") as stranger:
        assert stranger.listed() == {"total": 0, "items": []}
        assert error_of(stranger.read(shelf[1][0])) == (404, "NotFound", "id")
        assert error_of(stranger.delete(shelf[1][0])) == (404, "NotFound", "id")


def test_queued_task_is_cancelled_and_stays_readable(cellar: Sandbox) -> None:
    with ArkCaller(cellar.base_url) as ark:
        task_id = ark.accepted(words("[fault:slow]"))

        answer = ark.delete(task_id)

        assert (answer.status_code, answer.content) == (200, b"")
        assert ark.read(task_id).json()["status"] == "cancelled"
        assert error_of(ark.delete(task_id)) == (400, "InvalidParameter", "id")
        assert ark.read(task_id).json()["status"] == "cancelled"


def test_running_task_is_left_alone(cellar: Sandbox) -> None:
    with ArkCaller(cellar.base_url) as ark:
        task_id = ark.accepted(duration=15)
        while ark.read(task_id).json()["status"] == "queued":
            time.sleep(0.01)

        refused = ark.delete(task_id)

        assert error_of(refused) == (400, "InvalidParameter", "id")
        assert ark.read(task_id).json()["status"] == "running"


@pytest.mark.parametrize("fault", ["moderation", "expires"])
def test_delete_erases_a_failed_or_expired_task(cellar: Sandbox, fault: str) -> None:
    with ArkCaller(cellar.base_url) as ark:
        task_id = ark.accepted(words(f"[fault:{fault}]"))
        ark.ended(task_id)

        answer = ark.delete(task_id)

        assert (answer.status_code, answer.content) == (200, b"")
        assert error_of(ark.read(task_id)) == (404, "NotFound", "id")


def test_delete_erases_a_succeeded_task_for_good(tmp_path: Path) -> None:
    with Sandbox(data_dir=tmp_path, pace=0.1) as sandbox, ArkCaller(sandbox.base_url) as ark:
        task = ark.ended(ark.accepted())
        link = task["content"]["video_url"]

        answer = ark.delete(task["id"])

        assert (answer.status_code, answer.content) == (200, b"")
        assert error_of(ark.read(task["id"])) == (404, "NotFound", "id")
        assert error_of(ark.delete(task["id"])) == (404, "NotFound", "id")
        assert ark.listed(filter__task_ids=[task["id"]]) == {"total": 0, "items": []}
        assert ark.http.get(link).status_code == 200

    with Sandbox(data_dir=tmp_path, pace=0.1) as again, ArkCaller(again.base_url) as ark:
        assert error_of(ark.read(task["id"])) == (404, "NotFound", "id")
        assert [create["task_id"] for create in again.creates] == [task["id"]]


def test_cancel_that_comes_too_late_erases_the_task(cellar: Sandbox) -> None:
    with ArkCaller(cellar.base_url) as ark:
        task_id = ark.accepted(words("[fault:cancel-race]"))
        before = ark.read(task_id).json()["status"]

        answer = ark.delete(task_id)

        assert (before, answer.status_code, answer.content) == ("queued", 200, b"")
        assert error_of(ark.read(task_id)) == (404, "NotFound", "id")
        assert ark.listed(filter__task_ids=[task_id])["total"] == 0


@pytest.mark.parametrize(("index", "days"), [(0, 7), (1, 1)])
def test_old_tasks_are_forgotten(cellar: Sandbox, shelf: tuple[ArkCaller, list[str]], index: int, days: int) -> None:
    ark, tasks = shelf
    store = cellar.gateway.store
    task = store.get(tasks[index])
    assert task is not None
    too_old = time.time() - days * 24 * 3600 - 1

    store.add(replace(task, created=too_old, ended=too_old))
    forgotten = ark.read(task.id).status_code, ark.listed()["total"]
    store.add(task)

    assert (forgotten, ark.read(task.id).status_code) == ((404, 4), 200)
