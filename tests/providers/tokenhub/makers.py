"""Requests to TokenHub that every check passes, to be bent by one field at a time."""

from __future__ import annotations

from typing import Any

from studio.choices import Operation
from studio.providers.requests import RenderRequest
from tests.providers.factories import make_request

OFFERED = tuple(operation for operation in Operation if operation != Operation.VIDEO_EXTENSION)


def make_hub_request(operation: Operation = Operation.TEXT_TO_VIDEO, **over: Any) -> RenderRequest:
    values = {"provider": "tokenhub", "model": "doubao-seedance-2.0", **over}
    return make_request(operation, **values)
