from __future__ import annotations

import json
from decimal import Decimal

import pytest

from studio.choices import Operation
from studio.providers.requests import InputFile, RenderRequest
from tests.providers.factories import make_audio, make_image, make_request, make_video


@pytest.mark.parametrize("operation", list(Operation))
def test_request_survives_a_json_column(operation: Operation) -> None:
    request = make_request(operation, seed=7)

    stored = json.loads(json.dumps(request.to_json()))

    assert RenderRequest.from_json(stored) == request


def test_input_keeps_exact_seconds() -> None:
    file = make_video(seconds=Decimal("5.041"), asset_id=12)

    stored = json.loads(json.dumps(file.to_json()))

    assert InputFile.from_json(stored) == file


def test_from_json_refuses_a_field_nobody_translates() -> None:
    stored = make_request().to_json() | {"cfg_scale": 3}

    with pytest.raises(ValueError, match="no field named cfg_scale"):
        RenderRequest.from_json(stored)


def test_with_role_keeps_tray_order_and_indexes() -> None:
    first, audio, second = make_image(name="1.png"), make_audio(), make_image(name="2.png")
    request = make_request(Operation.REFERENCE_TO_VIDEO, inputs=(first, audio, second))

    assert request.with_role(first.role) == [(0, first), (2, second)]
