"""Undo beside the word of a deletion: it brings back exactly what that took away, for whoever deleted it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse

from studio.choices import BulkState, Standing
from studio.lib.clock import now
from studio.models import Project, Render, User
from tests.factories import make_output, make_render
from tests.team_factories import make_bulk_work

ClientOf = Callable[[User], Client]
HTMX = {"HX-Request": "true"}


def ready(project: Project, **over: Any) -> Render:
    take = make_render(project, standing=Standing.SETTLED, **over)
    make_output(take)
    return take


def press(client: Client, act: str, *takes: Render) -> Any:
    address = reverse("bulk-ask", query={"act": act})
    return client.post(address, {"take": [take.pk for take in takes]}, headers=HTMX)


def toast(response: Any) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(response["HX-Trigger"])["toast"]
    return said


def test_undo_brings_back_exactly_what_was_deleted(client_of: ClientOf, project: Project, manager: User) -> None:
    takes = [ready(project) for _ in range(3)]
    before, client = ready(project, deleted_at=now()), client_of(manager)
    undo = toast(press(client, "delete", *takes))["undo"]
    gone = set(Render.objects.present())

    answers = [client.post(undo["address"], {"undo": undo["value"]}, headers=HTMX) for _ in range(2)]

    assert (gone, undo["label"], undo["address"]) == (set(), "Undo", reverse("bulk-ask", query={"act": "bring-back"}))
    assert [toast(answer)["text"] for answer in answers] == [
        "3 takes are back.",
        "There is nothing left to undo: these takes are back.",
    ]
    assert set(Render.objects.present()) == {*takes}
    assert before.pk not in {take.pk for take in Render.objects.present()}


def test_nobody_undoes_what_somebody_else_has_deleted(
    client_of: ClientOf, project: Project, manager: User, artist: User
) -> None:
    undo = toast(press(client_of(manager), "delete", ready(project)))["undo"]

    statuses = [
        client_of(artist).post(undo["address"], {"undo": value}, headers=HTMX).status_code
        for value in (undo["value"], "work ", "work x", "work 9" * 9)
    ]

    assert (statuses, Render.objects.present().count()) == ([404] * 4, 0)


def test_a_finished_deletion_of_many_can_be_undone_where_its_progress_was(
    client_of: ClientOf, project: Project, artist: User
) -> None:
    done = {"act": "delete", "state": BulkState.DONE, "done": 1, "changed": 1, "ended_at": now()}
    work = make_bulk_work(artist, make_render(project), **done)

    body = client_of(artist).get(reverse("bulk-progress", args=[work.pk])).content.decode()

    assert f'name="undo" value="work {work.pk}"' in body


def test_reasons_are_said_in_the_language_of_whoever_reads_them(
    client_of: ClientOf, project: Project, artist: User
) -> None:
    reason = "Take 7 is somebody else’s: only a manager of the project deletes it."
    over = {"state": BulkState.DONE, "done": 1, "skipped_count": 1, "skipped": [[7, reason]], "ended_at": now()}
    work, client = make_bulk_work(artist, make_render(project), **over), client_of(artist)
    client.cookies["language"] = "sv"

    body = client.get(reverse("bulk-progress", args=[work.pk])).content.decode()

    assert (reason in body, "7" in body, 'lang="sv"' in body) == (False, True, True)
