"""What travels compressed: pages and what scripts ask for; no file, no stream, and no page with a secret on it."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import Client, RequestFactory
from django.urls import reverse

from studio.models import Project, User
from studio.views.compression import CompressedPages
from tests.team_factories import make_guest_link

ASKS = {"Accept-Encoding": "gzip, deflate, br"}
TEXT = b"<p>A paper boat on a canal</p>" * 20


def answer(response: HttpResponseBase) -> HttpResponseBase:
    return CompressedPages(lambda request: response).process_response(RequestFactory().get("/", headers=ASKS), response)


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "text/javascript"])
def test_pages_and_words_of_scripts_are_compressed(kind: str) -> None:
    found = answer(HttpResponse(TEXT, content_type=kind))

    assert (found["Content-Encoding"], found["Vary"]) == ("gzip", "Accept-Encoding")
    assert gzip.decompress(found.content) == TEXT  # type: ignore[attr-defined]


def test_answer_has_another_length_each_time() -> None:
    lengths = {len(answer(HttpResponse(TEXT)).content) for _time in range(40)}  # type: ignore[attr-defined]

    assert len(lengths) > 5


@pytest.mark.parametrize(
    "response",
    [
        HttpResponse(TEXT, content_type="application/json"),
        HttpResponse(TEXT, content_type="image/webp"),
        HttpResponse(TEXT, headers={"Cache-Control": "private, no-transform"}),
        StreamingHttpResponse([TEXT]),
        HttpResponse(b"short"),
    ],
    ids=["json", "picture", "secret", "stream", "short"],
)
def test_everything_else_stays_as_it_is(response: HttpResponseBase) -> None:
    assert not answer(response).has_header("Content-Encoding")


def test_whoever_does_not_ask_for_it_gets_plain_text(db: None) -> None:
    plain, small = Client().get("/sign-in/"), Client().get("/sign-in/", headers=ASKS)

    assert (plain.has_header("Content-Encoding"), small["Content-Encoding"]) == (False, "gzip")


def test_token_of_forms_is_written_differently_into_every_answer(db: None) -> None:
    """Or else compressing the page that holds it would help to guess it."""
    client = Client(enforce_csrf_checks=True)
    pages = [gzip.decompress(client.get("/sign-in/", headers=ASKS).content).decode() for _time in range(2)]
    tokens = {re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[0] for page in pages}

    answers = [client.post("/sign-in/", {"csrfmiddlewaretoken": token}) for token in tokens]

    # The form is refused for what it lacks, and not for its token.
    assert [answer.status_code for answer in answers] == [422, 422]


@pytest.mark.parametrize("page", ["guest-link-detail", "project-members", "people-list", "project-hook"])
def test_page_for_an_address_or_a_secret_that_lets_in_is_not_compressed(
    page: str, client_of: Callable[[User], Client], admin: User, project: Project
) -> None:
    named = {"guest-link-detail": [make_guest_link(project).pk], "people-list": []}.get(page, [project.slug])

    found = client_of(admin).get(reverse(page, args=named), headers=ASKS)

    assert (found.status_code, found.has_header("Content-Encoding")) == (200, False)
    assert {"no-transform", "no-store", "private"} <= {*found["Cache-Control"].split(", ")}
