"""The address that gateways call: no session, next to nothing of the call is kept, and nothing is told."""

from __future__ import annotations

import json
import logging
from unittest import mock

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from django.urls import reverse

from studio.lib.clock import later, now
from studio.lib.log_masking import MaskedLog
from studio.models import Project, Render
from studio.views.hooks import wake
from tests.factories import make_attempt, make_followed, make_render, make_request

pytestmark = pytest.mark.django_db

TOKEN = "w" * 43
WAKE = f"/hooks/{TOKEN}/"


@pytest.fixture
def render(project: Project) -> Render:
    render = make_followed(project, next_poll_at=later(20))
    render.attempts.update(wake_token=TOKEN)
    return render


def is_due(render: Render) -> bool:
    render.refresh_from_db()
    assert render.next_poll_at is not None
    return render.next_poll_at <= now()


def test_gateway_wakes_a_take_without_session_or_token_of_a_form(render: Render) -> None:
    response = Client(enforce_csrf_checks=True).post(reverse("hook-wake", args=[TOKEN]))

    assert (response.status_code, response.content, dict(response.cookies)) == (204, b"", {})
    assert is_due(render)


def test_call_with_a_forged_token_finds_nothing(client: Client, render: Render) -> None:
    responses = [client.post(f"/hooks/{token}/") for token in ("x" * 43, "%00", "..%2f")]

    assert [response.status_code for response in responses] == [404] * 3
    assert not is_due(render)


@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "options"])
def test_call_is_a_post(client: Client, render: Render, method: str) -> None:
    assert getattr(client, method)(WAKE).status_code == 405
    assert not is_due(render)


@pytest.mark.parametrize("length", ["65537", "", "-1", "many", "0"])
def test_body_that_is_too_long_or_of_no_length_is_not_read(render: Render, length: str) -> None:
    body = mock.Mock()
    request = RequestFactory().generic("POST", WAKE, b"", content_type="application/json")
    request.META["CONTENT_LENGTH"] = length
    request._stream = body  # type: ignore[attr-defined]

    response = wake(request, TOKEN)

    assert (response.status_code, body.mock_calls) == (204, [])


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (json.dumps({"status": "failed", "taskId": "another"}).encode(), "application/json"),
        (b"{ broken", "application/json"),
        (b"\xff" * 5_000_000, "application/octet-stream"),
    ],
)
def test_body_says_nothing(client: Client, render: Render, body: bytes, kind: str) -> None:
    response = client.generic("POST", WAKE, body, content_type=kind)

    assert response.status_code == 204
    assert is_due(render)
    assert render.state == "waiting"


def test_body_that_breaks_off_still_wakes(render: Render) -> None:
    body = mock.Mock(read=mock.Mock(side_effect=OSError))
    request = RequestFactory().generic("POST", WAKE, b"{}", content_type="application/json")
    request._stream = body  # type: ignore[attr-defined]

    assert wake(request, TOKEN).status_code == 204


def test_call_that_names_the_task_of_a_lost_create_leaves_its_claim(client: Client, project: Project) -> None:
    request = make_request(provider="seedance", model="seedance-2.0", sound=False)
    lost = make_attempt(make_render(project, request=request, state="unconfirmed"), outcome="unknown", wake_token=TOKEN)

    response = client.post(WAKE, {"requestId": "req_1"}, content_type="application/json")

    lost.refresh_from_db()
    assert (response.status_code, response.content, lost.claimed_id) == (204, b"", "req_1")


def test_large_form_of_a_stranger_is_neither_read_nor_sent_to_sign_in(client: Client, render: Render) -> None:
    with mock.patch("studio.media.uploads.HashingUploadHandler.new_file") as opened:
        response = client.post(WAKE, {"file": SimpleUploadedFile("a.png", b"x" * 20_000)})

    assert (response.status_code, opened.mock_calls) == (204, [])


def test_token_is_not_in_the_log() -> None:
    record = logging.LogRecord("django.request", logging.ERROR, "", 0, "Not Found: %s", (WAKE,), None)
    MaskedLog().filter(record)

    assert record.getMessage() == "Not Found: /hooks/[removed]/"
