"""The life of a task over the wire: created, read, cancelled, kept over a restart, seen by its own key only."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from studio.sandbox.server import Sandbox
from tests.sandbox.caller import Caller


def test_create_answers_with_the_documented_envelope(caller: Caller) -> None:
    answer = caller.create(prompt="[fault:moderation]")

    body = answer.json()
    assert re.fullmatch(r"ldtask_[0-9a-f]{32}", body["id"])
    assert body == {
        "id": body["id"],
        "task_id": body["id"],
        "poll_url": f"/v1/tasks/{body['id']}",
        "status": "pending",
        "model": "seedance-2.0",
        "created": body["created"],
    }
    assert abs(body["created"] - time.time()) < 5
    assert answer.headers["X-Task-ID"] == body["id"]
    assert answer.headers["X-Request-ID"].startswith("req_")


def test_task_goes_from_pending_over_processing_to_completed(caller: Caller) -> None:
    task_id = caller.accepted()
    seen = [caller.read(task_id).json()["status"]]
    give_up = time.monotonic() + 60
    while seen[-1] != "completed" and time.monotonic() < give_up:
        time.sleep(0.02)
        status = caller.read(task_id).json()["status"]
        if status != seen[-1]:
            seen.append(status)

    assert seen == ["pending", "processing", "completed"]


def test_completed_answer_has_the_documented_members(caller: Caller, finished: dict[str, Any]) -> None:
    answer = caller.http.get(f"/v1/videos/generations/{finished['id']}")

    assert sorted(answer.json()) == [
        "billing_transaction_id",
        "created",
        "id",
        "model",
        "progress",
        "status",
        "updated",
        "video_url",
    ]
    assert answer.headers["X-Billing-Transaction-ID"] == finished["billing_transaction_id"]


def test_unknown_task_is_not_found(caller: Caller) -> None:
    for answer in (caller.read("ldtask_nothing"), caller.http.delete("/v1/tasks/ldtask_nothing")):
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "async_task_not_found")


def test_task_is_seen_by_its_own_key_only(sandbox: Sandbox, finished: dict[str, Any]) -> None:
    with Caller(sandbox.base_url, key="sk-test-somebody-else") as stranger:
        for answer in (stranger.read(finished["id"]), stranger.http.delete(f"/v1/tasks/{finished['id']}")):
            assert (answer.status_code, answer.json()["error"]["code"]) == (403, "task_not_owned")


def test_pending_task_can_be_cancelled_and_stays_readable(caller: Caller) -> None:
    task_id = caller.accepted(prompt="[fault:slow]")

    answer = caller.http.delete(f"/v1/tasks/{task_id}")

    assert answer.status_code == 200
    assert answer.json() == {
        "id": task_id,
        "task_id": task_id,
        "poll_url": f"/v1/tasks/{task_id}",
        "status": "failed",
        "cancelled": True,
        "cancellation_status": "cancelled",
        "error": "Task cancelled before execution",
    }
    assert caller.read(task_id).json()["cancelled"] is True
    assert caller.http.delete(f"/v1/tasks/{task_id}").status_code == 409


def test_finished_task_cannot_be_cancelled(caller: Caller, finished: dict[str, Any]) -> None:
    answer = caller.http.delete(f"/v1/tasks/{finished['id']}")

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "task_not_cancellable")


def test_mini_cannot_be_cancelled(caller: Caller) -> None:
    task_id = caller.accepted(model="seedance-2.0-mini", prompt="[fault:slow] [fault:moderation]")

    answer = caller.http.delete(f"/v1/tasks/{task_id}")

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "unsupported_task_cancel")


def test_tasks_and_films_outlive_a_restart(tmp_path: Path) -> None:
    with Sandbox(data_dir=tmp_path, pace=0.1) as first, Caller(first.base_url) as caller:
        done = caller.completed(output_audio=False)
        film = caller.http.get(done["video_url"]).content
        waiting = caller.accepted(output_audio=False, prompt="Still to be done")
        created = caller.read(waiting).json()["created"]
        sent = [create["task_id"] for create in first.creates]

    with Sandbox(data_dir=tmp_path, pace=0.1) as second, Caller(second.base_url) as caller:
        again = caller.read(done["id"]).json()
        ended = caller.ended(waiting)

        assert caller.http.get(again["video_url"]).content == film
        assert (ended["status"], ended["created"]) == ("completed", created)
        assert [create["task_id"] for create in second.creates] == sent == [done["id"], waiting]


def test_stopped_sandbox_leaves_no_half_made_film(tmp_path: Path) -> None:
    with Sandbox(data_dir=tmp_path, pace=0) as sandbox, Caller(sandbox.base_url) as caller:
        task_id = caller.accepted(duration=15, resolution="1080p")
        while caller.read(task_id).json()["status"] == "pending":
            time.sleep(0.01)

    assert list((tmp_path / "films").iterdir()) == []


@pytest.mark.parametrize(
    "authorization", [None, "Bearer", "Bearer nonsense-1234", "Bearer sk-revoked-1234", "Basic eDp5"]
)
def test_missing_or_wrong_key_is_refused(sandbox: Sandbox, authorization: str | None) -> None:
    headers = {"Authorization": authorization} if authorization else {}

    answer = httpx.get(f"{sandbox.base_url}/v1/tasks/ldtask_x", headers=headers)

    assert (answer.status_code, answer.json()["error"]["type"]) == (401, "invalid_api_key")


def test_only_the_given_keys_are_taken(tmp_path: Path) -> None:
    with (
        Sandbox(data_dir=tmp_path, keys=["sk-the-one-key"]) as sandbox,
        Caller(sandbox.base_url, key="sk-the-one-key") as known,
        Caller(sandbox.base_url) as unknown,
    ):
        assert known.read("ldtask_x").status_code == 404
        assert unknown.read("ldtask_x").status_code == 401


def test_key_is_kept_nowhere(sandbox: Sandbox, caller: Caller, finished: dict[str, Any]) -> None:
    key = caller.http.headers["Authorization"].split()[1]

    kept = [path.read_text() for path in (sandbox.gateway.store.films.parent / "tasks").iterdir()]
    create = sandbox.creates[0]

    assert [text for text in kept if key in text] == []
    assert create["key_suffix"] == key[-4:]
    assert sorted(create) == ["bill", "body", "created", "dialect", "erased", "film", "key_suffix", "status", "task_id"]


def test_unreadable_task_file_does_not_keep_the_sandbox_from_starting(tmp_path: Path) -> None:
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks" / "ldtask_broken.json").write_text('{"id": "ldta')

    with Sandbox(data_dir=tmp_path) as sandbox:
        assert sandbox.creates == []
