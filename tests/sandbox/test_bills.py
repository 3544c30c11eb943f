"""The sandbox's own books under /_sandbox/creates: what each gateway charges for, and for what it does not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from studio.sandbox.server import Sandbox
from tests.sandbox.ark_caller import ArkCaller, words
from tests.sandbox.caller import SMALL, Caller
from tests.sandbox.other_callers import SeedanceCaller, TokenHubCaller

MANY = 1000
LAB_V3 = {"key": "sk-test-bills-v3", "model": "doubao-seedance-2.0"}
# 4 s of 864×496: 97 frames of 428,544 pixels, 1,024 to a token.
TOKENS = {"unit": "tokens", "quantity": "40594", "currency": "USD"}


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(data_dir=tmp_path_factory.mktemp("books"), pace=0.1, plain_films=True) as sandbox:
        yield sandbox


def bill_of(sandbox: Sandbox, task_id: str) -> Any:
    """As the page tells it, and not only the object behind it."""
    listed = httpx.get(f"{sandbox.base_url}/_sandbox/creates").json()["creates"]
    return next(create["bill"] for create in listed if create["task_id"] == task_id)


def test_tokenlab_charges_the_tokens_of_a_film_and_nothing_for_a_failure_or_a_cancel(books: Sandbox) -> None:
    with Caller(books.base_url) as caller:
        done = caller.completed(output_audio=False)
        failed = caller.ended(caller.accepted(prompt="[fault:moderation]"))
        waiting = caller.accepted(prompt="[fault:slow]")
        before = bill_of(books, waiting)
        caller.http.delete(f"/v1/tasks/{waiting}").raise_for_status()

    assert bill_of(books, done["id"]) == TOKENS
    assert (bill_of(books, failed["id"]), before, bill_of(books, waiting)) == (None, None, None)


def test_tokenlabs_other_door_charges_the_same(books: Sandbox) -> None:
    with ArkCaller(books.base_url, **LAB_V3) as lab:
        task = lab.ended(lab.accepted())

    assert bill_of(books, task["id"]) == TOKENS


@pytest.mark.parametrize(("region", "currency"), [("doubao", "CNY"), ("dreamina", "USD")])
def test_ark_charges_what_it_reports_as_used_in_the_money_of_its_region(
    books: Sandbox, region: str, currency: str
) -> None:
    with ArkCaller(books.base_url) as ark:
        task = ark.ended(ark.accepted(model=f"{region}-seedance-2-0-fast-260128", resolution="720p", duration=5))
        failed = ark.ended(ark.accepted(words("[fault:moderation]"), model=f"{region}-seedance-2-0-fast-260128"))

    assert task["usage"]["completion_tokens"] == 108900
    assert bill_of(books, task["id"]) == {"unit": "tokens", "quantity": "108900", "currency": currency}
    assert bill_of(books, failed["id"]) is None


def test_ark_still_charges_for_a_film_whose_record_was_erased(books: Sandbox) -> None:
    with ArkCaller(books.base_url) as ark:
        task = ark.ended(ark.accepted(model="dreamina-seedance-2-0-260128"))
        ark.http.delete(f"/api/v3/contents/generations/tasks/{task['id']}").raise_for_status()

    assert bill_of(books, task["id"]) == TOKENS


def test_tokenhub_charges_seconds_and_as_nothing_is_documented_keeps_those_of_a_failure(books: Sandbox) -> None:
    with TokenHubCaller(books.base_url) as hub:
        done = hub.ended(hub.accepted(duration=6))
        failed = hub.ended(hub.accepted(prompt="[fault:moderation]"))
        waiting = bill_of(books, hub.accepted(prompt="[fault:slow]"))

    assert bill_of(books, done["id"]) == {"unit": "seconds", "quantity": "6", "currency": "USD"}
    assert bill_of(books, failed["id"]) == {"unit": "seconds", "quantity": "4", "currency": "USD"}
    assert waiting is None


def test_tokenhub_charges_the_seconds_of_an_input_video_as_well(books: Sandbox, references: str) -> None:
    with TokenHubCaller(books.base_url) as hub:
        task = hub.ended(hub.accepted(video_url=f"{references}/clip.mp4", aspect_ratio="adaptive"))
    film = next(create["film"] for create in books.creates if create["task_id"] == task["id"])

    assert task["status"] == "succeeded"
    assert float(bill_of(books, task["id"])["quantity"]) > film["seconds"]


def test_open_api_charges_credits_on_accepting_and_keeps_them_whatever_comes(books: Sandbox) -> None:
    with SeedanceCaller(books.base_url) as api:
        answer = api.create(duration=5, resolution="720p").json()
        at_once = bill_of(books, answer["requestId"])
        slow = api.accepted(prompt="[fault:slow]", duration=5, resolution="720p")
        api.cancel(slow).raise_for_status()
        failed = api.ended(api.accepted(prompt="[fault:moderation]", duration=5, resolution="720p"))

    forty = {"unit": "credits", "quantity": str(answer["creditsCharged"]), "currency": "credits"}
    assert forty["quantity"] == "40"
    assert [at_once, bill_of(books, slow), bill_of(books, failed["requestId"])] == [forty] * 3


def test_gateway_that_bills_more_says_and_charges_the_same(books: Sandbox) -> None:
    dearer = "A calm sea [fault:bills-more]"
    with ArkCaller(books.base_url) as ark, TokenHubCaller(books.base_url) as hub, SeedanceCaller(books.base_url) as api:
        tokens = ark.ended(ark.accepted(words(dearer), model="dreamina-seedance-2-0-260128"))
        seconds = hub.ended(hub.accepted(prompt=dearer))
        answer = api.create(prompt=dearer, duration=5, resolution="720p").json()

    said = [tokens["usage"]["completion_tokens"], seconds["usage"]["video_duration"], answer["creditsCharged"]]
    tasks = [tokens["id"], seconds["id"], answer["requestId"]]
    assert said == [54126, 6, 54]
    assert [float(bill_of(books, task)["quantity"]) for task in tasks] == said


def test_creates_of_a_thousand_tasks_are_listed_quickly(books: Sandbox) -> None:
    with Caller(books.base_url) as caller:
        for number in range(MANY):
            caller.accepted(**SMALL | {"prompt": f"Take {number} [fault:moderation]"})

    started = time.monotonic()
    listed = httpx.get(f"{books.base_url}/_sandbox/creates").json()["creates"]

    assert len(listed) >= MANY
    assert time.monotonic() - started < 1
