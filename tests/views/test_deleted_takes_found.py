"""Deleted takes and their stills are found without opening every take there is: a page asks for dozens of stills."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from studio.choices import Role
from studio.lib.clock import now
from studio.models import Membership, Project, Render, User
from tests.factories import make_output, make_project, make_render

ClientOf = Callable[[User], Client]
PEOPLE = ["admin", "manager", "artist"]


@pytest.fixture
def deleted(project: Project, artist: User) -> Render:
    take = make_render(project, asked_by=artist, deleted_at=now())
    make_output(take, b"film")
    return take


def steps_of(client: Client, address: str) -> set[str]:
    """How SQLite finds the takes that the page asks for: what it looks for in which index."""
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    with_output = [each["sql"] for each in asked if "studio_output" in each["sql"]]
    questions = [each for each in with_output if 'FROM "studio_render"' in each]
    with connection.cursor() as cursor:
        plans = [cursor.execute(f"EXPLAIN QUERY PLAN {each}").fetchall() for each in questions]
    steps = [row[3] for plan in plans for row in plan if row[3].startswith(("SEARCH", "SCAN"))]
    return {step for step in steps if "studio_render" in step or "render_" in step.partition(" (")[0]}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL weighs its plans by the rows there are.")
@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("name", ["deleted-everywhere", "deleted-takes", "output-poster"])
def test_no_other_take_is_opened_for_a_deleted_one(
    client_of: ClientOf, deleted: Render, who: str, name: str, request: pytest.FixtureRequest
) -> None:
    named: dict[str, list[Any]] = {"deleted-takes": [deleted.project.slug], "output-poster": [deleted.pk]}

    steps = steps_of(client_of(request.getfixturevalue(who)), reverse(name, args=named.get(name, [])))

    by_number = "SEARCH studio_render USING INTEGER PRIMARY KEY (rowid=?)"
    listed = "SEARCH U0 USING COVERING INDEX render_deleted (deleted_at>?)"
    assert steps == ({by_number} if name == "output-poster" else {by_number, listed})


@pytest.mark.parametrize(
    ("role", "is_own", "found"),
    [
        (Role.MANAGER, False, 200),
        (Role.ARTIST, True, 200),
        (Role.ARTIST, False, 404),
        (Role.REVIEWER, True, 404),
        (None, True, 404),
    ],
)
def test_still_of_a_deleted_take_is_for_whoever_may_bring_it_back(
    client_of: ClientOf, outsider: User, deleted: Render, role: Role | None, is_own: bool, found: int
) -> None:
    # A role elsewhere gives nothing here.
    make_project({Role.MANAGER: outsider})
    if role is not None:
        Membership.objects.create(project=deleted.project, user=outsider, role=role)
    if is_own:
        Render.objects.filter(pk=deleted.pk).update(asked_by=outsider)
    client = client_of(outsider)

    status = client.get(reverse("output-poster", args=[deleted.pk])).status_code
    listed = client.get(reverse("deleted-everywhere")).context["takes"]

    assert (status, listed) == (found, [deleted] if found == 200 else [])
