"""TokenLab's copy of Ark's paths: whose key speaks which, the replay by Idempotency-Key, and what differs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from studio.sandbox.server import Sandbox
from tests.sandbox.ark_caller import TASKS, ArkCaller, error_of, media, words
from tests.sandbox.caller import Caller

KEY = "sk-test-caller-v3"
MODEL = "doubao-seedance-2.0"
HEADER = "Idempotency-Key"
CLIP = "https://clips.example/one.mp4"


@pytest.fixture(scope="module")
def module_lab(running_sandbox: Sandbox) -> Iterator[ArkCaller]:
    with ArkCaller(running_sandbox.base_url, KEY, model=MODEL) as caller:
        yield caller


@pytest.fixture
def lab(sandbox: Sandbox, module_lab: ArkCaller) -> ArkCaller:
    return module_lab


@pytest.fixture(scope="module")
def drawn(module_lab: ArkCaller) -> dict[str, Any]:
    return module_lab.ended(module_lab.accepted(generate_audio=None, seed=3))


def keyed(lab: ArkCaller, key: str, prompt: str = "[fault:moderation]", **fields: Any) -> httpx.Response:
    return lab.ask(prompt, headers={HEADER: key}, **fields)


def test_succeeded_task_has_its_length_as_a_string(drawn: dict[str, Any]) -> None:
    assert (drawn["status"], drawn["model"], drawn["duration"]) == ("succeeded", MODEL, "4")
    assert drawn["usage"]["completion_tokens"] == 40594
    assert drawn["generate_audio"] is False


def test_create_answers_with_the_id_alone(lab: ArkCaller) -> None:
    answer = lab.ask("[fault:moderation]")

    assert list(answer.json()) == ["id"]
    assert re.fullmatch(r"cgt-\d{14}-[a-z0-9]{5}", answer.json()["id"])
    assert answer.headers["X-Request-ID"].startswith("req_")
    assert "Idempotency-Replayed" not in answer.headers


@pytest.mark.parametrize(
    "model",
    [
        "doubao-seedance-2.0",
        "doubao-seedance-2-0-260128",
        "seedance-2.0",
        "seedance-2.0-fast",
        "seedance-2.0-mini",
    ],
)
def test_its_model_names_are_taken(lab: ArkCaller, model: str) -> None:
    assert lab.ask("[fault:moderation]", model=model).status_code == 200


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"resolution": "4k"}, "resolution"),
        ({"model": "seedance-2.0-fast", "resolution": "1080p"}, "resolution"),
        ({"priority": 1}, "priority"),
        ({"service_tier": "default"}, "service_tier"),
        ({"tools": []}, "tools"),
        ({"content": [media("image", CLIP, "last_frame")]}, "content"),
        ({"content": [media("video", CLIP, "reference_video")]}, "ratio"),
    ],
)
def test_what_it_does_not_take_is_refused(lab: ArkCaller, fields: dict[str, Any], param: str) -> None:
    answer = lab.create(**fields)

    assert error_of(answer) == (400, "InvalidParameter", param)
    assert sorted(answer.json()["error"]) == ["code", "message", "param"]


def test_model_of_ark_is_unknown_here(lab: ArkCaller) -> None:
    answer = lab.create(model="dreamina-seedance-2-0-260128")

    assert error_of(answer) == (404, "InvalidEndpointOrModel.NotFound", "model")


def test_key_decides_which_gateway_answers(sandbox: Sandbox, lab: ArkCaller, drawn: dict[str, Any]) -> None:
    with ArkCaller(sandbox.base_url) as ark, Caller(sandbox.base_url, key=KEY) as unified:
        assert error_of(ark.read(drawn["id"])) == (404, "NotFound", "id")
        assert error_of(ark.create(model=MODEL)) == (404, "InvalidEndpointOrModel.NotFound", "model")
        assert unified.read(drawn["id"]).status_code == 404
    refused = httpx.get(f"{sandbox.base_url}{TASKS}/x", headers={"Authorization": "Bearer sk-revoked-0001"})
    assert error_of(refused) == (401, "AuthenticationError", "")


def test_same_key_and_body_get_the_same_task(sandbox: Sandbox, lab: ArkCaller) -> None:
    before = len(sandbox.creates)

    first, second, third = (keyed(lab, "job-1") for _ in range(3))

    assert first.json() == second.json() == third.json()
    assert [answer.headers.get("Idempotency-Replayed") for answer in (first, second, third)] == [None, "true", "true"]
    assert len(sandbox.creates) == before + 1


def test_same_key_with_another_body_is_a_conflict(sandbox: Sandbox, lab: ArkCaller) -> None:
    keyed(lab, "job-2", duration=4)
    before = len(sandbox.creates)

    answer = keyed(lab, "job-2", duration=5)

    assert error_of(answer) == (409, "IdempotencyConflict", HEADER)
    assert len(sandbox.creates) == before


def test_body_must_be_the_same_to_the_byte(lab: ArkCaller) -> None:
    body = lab.http.build_request(
        "POST", TASKS, json={"model": MODEL, "content": [words("[fault:moderation]")]}
    ).content
    first = lab.http.post(TASKS, content=body, headers={HEADER: "job-3"})

    answer = lab.http.post(TASKS, content=body + b" ", headers={HEADER: "job-3"})

    assert first.status_code == 200
    assert error_of(answer) == (409, "IdempotencyConflict", HEADER)


def test_equal_bodies_without_a_key_are_two_tasks(lab: ArkCaller) -> None:
    assert lab.ask("[fault:moderation]").json() != lab.ask("[fault:moderation]").json()


def test_refused_try_binds_nothing(lab: ArkCaller) -> None:
    assert keyed(lab, "job-4", duration=3).status_code == 400
    assert keyed(lab, "job-4", duration=4).status_code == 200


def test_key_counts_for_its_api_key_only(sandbox: Sandbox, lab: ArkCaller) -> None:
    with ArkCaller(sandbox.base_url, "sk-somebody-else", model=MODEL) as other:
        assert keyed(other, "job-5").json() != keyed(lab, "job-5").json()


def test_replay_outlives_a_restart(tmp_path: Path) -> None:
    with Sandbox(data_dir=tmp_path, pace=0.1) as first, ArkCaller(first.base_url, KEY, model=MODEL) as lab:
        made = keyed(lab, "job-6").json()

    with Sandbox(data_dir=tmp_path, pace=0.1) as second, ArkCaller(second.base_url, KEY, model=MODEL) as lab:
        again, other = keyed(lab, "job-6"), keyed(lab, "job-6", seed=1)

        assert (again.json(), again.headers["Idempotency-Replayed"]) == (made, "true")
        assert error_of(other) == (409, "IdempotencyConflict", HEADER)
        assert [create["task_id"] for create in second.creates] == [made["id"]]


@pytest.mark.parametrize("fault", ["lost-answer", "cut-body", "bad-json", "server-error-after"])
def test_replay_finds_what_the_lost_answer_made(sandbox: Sandbox, lab: ArkCaller, fault: str) -> None:
    before = len(sandbox.creates)
    try:
        lost = keyed(lab, f"job-{fault}", f"[fault:{fault}]")
        assert not lost.is_success or lost.text == '{"id": "cgt-'
    except httpx.RemoteProtocolError:
        pass

    answer = keyed(lab, f"job-{fault}", f"[fault:{fault}]")

    task_id = sandbox.creates[-1]["task_id"]
    lab.delete(task_id)
    assert (answer.status_code, answer.json()) == (200, {"id": task_id})
    assert answer.headers["Idempotency-Replayed"] == "true"
    assert len(sandbox.creates) == before + 1


def test_fault_of_the_server_befalls_the_replay_too(sandbox: Sandbox, lab: ArkCaller) -> None:
    made = keyed(lab, "job-7")
    sandbox.set_fault("server-error-after")
    lost = keyed(lab, "job-7")
    sandbox.set_fault("")

    assert (lost.status_code, keyed(lab, "job-7").json()) == (500, made.json())


def test_replay_may_come_while_the_original_is_being_registered(sandbox: Sandbox, lab: ArkCaller) -> None:
    made, early, late = (keyed(lab, "job-8", "[fault:replay-in-progress]") for _ in range(3))
    lab.delete(made.json()["id"])

    assert error_of(early) == (409, "IdempotencyRequestInProgress", HEADER)
    assert (late.status_code, late.json(), late.headers["Idempotency-Replayed"]) == (200, made.json(), "true")


def test_tries_at_the_same_time_make_one_task(sandbox: Sandbox, lab: ArkCaller) -> None:
    before = len(sandbox.creates)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: keyed(lab, "job-9"), range(16)))

    made = {answer.json()["id"] for answer in answers if answer.is_success}
    refused = {error_of(answer)[1] for answer in answers if not answer.is_success}
    assert (len(made), len(sandbox.creates)) == (1, before + 1)
    assert refused <= {"IdempotencyRequestInProgress"}


def test_list_takes_the_ids_with_commas(lab: ArkCaller, drawn: dict[str, Any]) -> None:
    other = lab.accepted(words("[fault:moderation]"))

    page = lab.listed(filter__task_ids=f"{drawn['id']},{other}", page_size=1)

    assert (page["total"], [item["id"] for item in page["items"]]) == (2, [other])


def test_queued_task_is_cancelled_with_an_empty_answer(lab: ArkCaller) -> None:
    task_id = lab.accepted(words("[fault:slow]"))

    answer = lab.delete(task_id)

    assert (answer.status_code, answer.content) == (200, b"")
    assert lab.read(task_id).json()["status"] == "cancelled"
    assert error_of(lab.delete(task_id)) == (409, "task_not_cancellable", "id")


def test_finished_task_is_neither_cancelled_nor_erased(lab: ArkCaller, drawn: dict[str, Any]) -> None:
    assert error_of(lab.delete(drawn["id"])) == (409, "task_not_cancellable", "id")
    assert lab.read(drawn["id"]).json() == drawn


def test_cancel_that_comes_too_late_is_refused(lab: ArkCaller) -> None:
    task_id = lab.accepted(words("[fault:cancel-race]"))
    before = lab.read(task_id).json()["status"]

    assert (before, error_of(lab.delete(task_id))) == ("queued", (409, "task_not_cancellable", "id"))


def test_empty_balance_is_told_as_tokenlab_tells_it(lab: ArkCaller) -> None:
    assert error_of(lab.ask("[fault:insufficient-balance]")) == (402, "insufficient_balance", "")
