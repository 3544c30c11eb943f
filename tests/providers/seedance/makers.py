"""Requests to Seedance 2.0 Open API that every check passes, to be bent by one field at a time."""

from __future__ import annotations

from typing import Any

from studio.choices import Operation
from studio.providers.requests import RenderRequest
from tests.providers.factories import make_image, make_request, make_video

OFFERED = (
    Operation.TEXT_TO_VIDEO,
    Operation.IMAGE_TO_VIDEO,
    Operation.START_END_TO_VIDEO,
    Operation.REFERENCE_TO_VIDEO,
)


def make_open_request(operation: Operation = Operation.TEXT_TO_VIDEO, **over: Any) -> RenderRequest:
    values = {"provider": "seedance", "model": "seedance-2.0", "sound": False, **over}
    if operation == Operation.REFERENCE_TO_VIDEO:
        values.setdefault("inputs", (make_image(), make_video()))
    return make_request(operation, **values)
