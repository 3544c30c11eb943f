"""The same life of a take at every gateway, told by the payloads that its documents publish."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from studio.choices import Operation
from studio.environment import BASE_DIR
from studio.providers.answers import NO_USAGE, RemoteState, Usage
from tests.contract.gateways import CONTRACTS, PAIR_NAMES, PAIRS, Contract, calling
from tests.contract.recorded import Told, recorded, telling

# What each says of itself in these files: first state, the video's address, what it counted, what it took on accepting.
SAID: dict[str, tuple[RemoteState, str, Usage, Usage]] = {
    "tokenlab": (RemoteState.WAITING, "https://assets.abc/videos/abc123.mp4", NO_USAGE, NO_USAGE),
    "tokenlab-v3": (RemoteState.WAITING, "https://abc.mp4", Usage(tokens=108_900, seconds=Decimal(5)), NO_USAGE),
    "tokenhub": (RemoteState.WAITING, "https://xxx.volces.com/output-video.mp4", Usage(seconds=Decimal(5)), NO_USAGE),
    "seedance": (
        RemoteState.WAITING,
        "https://pub-your-bucket.r2.dev/open-api-results/req_1234567890.mp4",
        NO_USAGE,
        Usage(charged=Decimal(40), currency="credits"),
    ),
    "ark": (RemoteState.WAITING, "https://abc.mp4", Usage(tokens=108_900, seconds=Decimal(5)), NO_USAGE),
}


@pytest.mark.parametrize(("contract", "operation"), PAIRS, ids=PAIR_NAMES)
def test_recorded_take_is_read_from_its_create_to_its_film(contract: Contract, operation: Operation) -> None:
    answers = [Told(body) for body in recorded(contract)]
    with telling(*answers) as (host, asked), calling(contract, host, "https://example.com") as caller:
        created = caller.create(caller.request(operation, parent="ldtask_parent"))
        finished = caller.status(created)

    first, video_url, usage, charge = SAID[contract.name]
    assert (created.status.state, created.charge) == (first, charge)
    assert (finished.state, finished.video_url, finished.usage) == (RemoteState.SUCCEEDED, video_url, usage)
    assert [each["method"] for each in asked] == ["POST", "GET"]
    assert asked[1]["path"].endswith(created.remote_id)


@pytest.mark.parametrize(
    ("name", "fixture"),
    [
        ("tokenlab", "tokenlab/fixtures/create_text_fast_seed_000.json"),
        ("tokenhub", "tokenhub/fixtures/create_text_seed_002.json"),
        ("seedance", "seedance/fixtures/create_text_seed_004.json"),
    ],
)
def test_recorded_request_says_nothing_that_ours_does_not(name: str, fixture: str) -> None:
    contract = next(each for each in CONTRACTS if each.name == name)
    example = json.loads((BASE_DIR / "tests/providers" / fixture).read_bytes())
    ours = {"metadata", "webhookUrl"}

    answers = [Told(body) for body in recorded(contract)]
    with telling(*answers) as (host, asked), calling(contract, host, "https://example.com") as caller:
        caller.create(
            caller.request(
                Operation.TEXT_TO_VIDEO,
                example["prompt"],
                duration=5,
                resolution="720p",
                aspect_ratio="16:9",
                model=example["model"],
            )
        )

    sent = asked[0]["body"]
    assert {field: sent[field] for field in example if field not in ours} == {
        field: value for field, value in example.items() if field not in ours
    }
