"""`content[]` against the items that Ark publishes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from studio.choices import InputRole, Operation
from studio.providers.requests import Dispatch
from studio.providers.upstream.body import seed_of
from studio.providers.upstream.content import inline_size, items
from tests.providers.factories import FIXTURES, make_audio, make_image, make_request, make_video

DATA_IMAGE = "data:image/png;base64,AA"
PUBLISHED = [json.loads(line) for line in (FIXTURES / "ark/fixtures/content_items.jsonl").read_text().splitlines()]


def _urls(count: int) -> dict[int, str]:
    return {index: f"https://s.test/{index}" for index in range(count)}


def test_items_have_the_published_members() -> None:
    inputs = (make_image(), make_video(), make_audio())
    request = make_request(Operation.REFERENCE_TO_VIDEO, inputs=inputs)

    written = items(request, _urls(3))

    assert [list(item) for item in written] == [list(item) for item in PUBLISHED]
    assert [item["type"] for item in written] == [item["type"] for item in PUBLISHED]
    assert all(
        item["role"] in published["role"].split("|") for item, published in zip(written[1:], PUBLISHED[1:], strict=True)
    )


@pytest.mark.parametrize(
    ("operation", "roles"),
    [
        (Operation.TEXT_TO_VIDEO, []),
        (Operation.IMAGE_TO_VIDEO, ["first_frame"]),
        (Operation.START_END_TO_VIDEO, ["first_frame", "last_frame"]),
        (Operation.REFERENCE_TO_VIDEO, ["reference_image"]),
        (Operation.VIDEO_TO_VIDEO, ["reference_video"]),
    ],
)
def test_each_operation_has_its_roles(operation: Operation, roles: list[str]) -> None:
    request = make_request(operation)

    written = items(request, _urls(len(request.inputs)))

    assert written[0] == {"type": "text", "text": request.prompt}
    assert [item["role"] for item in written[1:]] == roles


def test_kinds_stand_together_and_keep_tray_order() -> None:
    inputs = (make_video(), make_image(), make_audio(), make_image())

    written = items(make_request(Operation.REFERENCE_TO_VIDEO, inputs=inputs), _urls(4))

    assert [item[item["type"]]["url"][-1] for item in written[1:]] == ["1", "3", "0", "2"]


def test_last_frame_never_stands_before_the_first() -> None:
    inputs = (make_image(InputRole.LAST_FRAME), make_image(InputRole.FIRST_FRAME))

    written = items(make_request(Operation.START_END_TO_VIDEO, inputs=inputs), _urls(2))

    assert [item["role"] for item in written[1:]] == ["first_frame", "last_frame"]


def test_images_and_audio_may_be_inline_and_are_counted() -> None:
    inputs = (make_image(), make_audio(), make_image())
    urls = {0: DATA_IMAGE, 1: "data:audio/mpeg;base64,AAAA", 2: "https://s.test/2"}

    written = items(make_request(Operation.REFERENCE_TO_VIDEO, inputs=inputs), urls)

    assert inline_size(written) == len(urls[0]) + len(urls[1])


@pytest.mark.parametrize(
    ("role", "more"), [(InputRole.REFERENCE_VIDEO, {}), (InputRole.REFERENCE_IMAGE, {"inline": False})]
)
def test_data_url_is_refused_where_it_is_not_documented(role: InputRole, more: dict[str, Any]) -> None:
    inputs = (make_video() if role == InputRole.REFERENCE_VIDEO else make_image(),)

    with pytest.raises(ValueError, match="public address only"):
        items(make_request(Operation.REFERENCE_TO_VIDEO, inputs=inputs), {0: "DATA:video/mp4;base64,AA"}, **more)


def test_missing_address_is_refused() -> None:
    with pytest.raises(ValueError, match="no address to send"):
        items(make_request(Operation.IMAGE_TO_VIDEO), {})


def test_extension_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="cannot be extended"):
        items(make_request(Operation.VIDEO_EXTENSION), {})


@pytest.mark.parametrize(
    ("chosen", "drawn", "sent"), [(7, 9, 7), (None, 9, 9), (-1, 9, 9), (-1, None, -1), (None, None, None), (0, 9, 0)]
)
def test_chosen_seed_goes_before_a_drawn_one(chosen: int | None, drawn: int | None, sent: int | None) -> None:
    assert seed_of(make_request(seed=chosen), Dispatch(seed=drawn)) == sent
