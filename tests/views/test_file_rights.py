"""Who gets the files of a take, from one request to the next: the question is put together only once for all."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.contrib.sessions.models import Session
from django.db.models.sql.compiler import SQLCompiler
from django.test import Client
from django.urls import reverse

from studio.choices import Role
from studio.models import Membership, Project, Render, User
from studio.services import take_bin
from studio.views import outputs
from tests.factories import make_output, make_project, make_render

ClientOf = Callable[[User], Client]
STILLS = ("poster", "card-poster")
FILES = ("video", "download", "filmstrip", "last-frame", *STILLS)


@pytest.fixture(autouse=True)
def _fresh_questions() -> Iterator[None]:
    outputs._question.cache_clear()
    yield
    outputs._question.cache_clear()


@pytest.fixture
def take(project: Project, artist: User) -> Render:
    made = make_render(project, asked_by=artist)
    make_output(made, b"film")
    return made


def statuses(client: Client, take: Render, names: tuple[str, ...] = FILES) -> list[int]:
    widths = {"card-poster": [480]}
    return [client.get(reverse(f"output-{name}", args=[take.pk, *widths.get(name, [])])).status_code for name in names]


def test_each_gets_what_is_theirs_in_whatever_order_they_ask(
    client_of: ClientOf, project: Project, artist: User, outsider: User, admin: User, take: Render
) -> None:
    foreign = make_render(make_project({Role.REVIEWER: outsider}))
    make_output(foreign, b"film")

    asked = [(artist, take), (outsider, take), (admin, take), (outsider, foreign), (artist, foreign), (admin, foreign)]

    assert [set(statuses(client_of(person), each)) for person, each in asked] == [
        {200},
        {404},
        {200},
        {200},
        {404},
        {200},
    ]


def test_admin_who_is_one_no_more_gets_nothing_more(client_of: ClientOf, admin: User, take: Render) -> None:
    client = client_of(admin)
    before = statuses(client, take)

    User.objects.filter(pk=admin.pk).update(is_studio_admin=False)

    assert (set(before), set(statuses(client, take))) == ({200}, {404})


def test_whoever_joins_gets_the_files_and_whoever_leaves_does_not(
    client_of: ClientOf, project: Project, outsider: User, take: Render
) -> None:
    client, found = client_of(outsider), []
    for role in (None, Role.REVIEWER, None):
        Membership.objects.filter(user=outsider).delete()
        if role:
            Membership.objects.create(project=project, user=outsider, role=role)
        found.append(set(statuses(client, take)))

    assert found == [{404}, {200}, {404}]


def test_whoever_was_shut_out_or_whose_session_was_ended_is_sent_to_the_door(
    client_of: ClientOf, artist: User, manager: User, take: Render
) -> None:
    shut_out, ended = client_of(artist), client_of(manager)
    before = [set(statuses(client, take)) for client in (shut_out, ended)]

    User.objects.filter(pk=artist.pk).update(is_active=False)
    Session.objects.filter(pk=ended.session.session_key).delete()

    assert (before, [set(statuses(client, take)) for client in (shut_out, ended)]) == ([{200}] * 2, [{302}] * 2)


def test_deleted_take_leaves_its_still_to_those_who_may_bring_it_back(
    client_of: ClientOf, artist: User, manager: User, reviewer: User, admin: User, outsider: User, take: Render
) -> None:
    people = [artist, manager, reviewer, outsider]
    clients = [client_of(person) for person in (*people, admin)]
    take_bin.delete(take=take, actor=artist)

    assert [statuses(client, take, STILLS) for client in clients] == [[200] * 2] * 2 + [[404] * 2] * 2 + [[200] * 2]
    assert [set(statuses(client, take, FILES[:4])) for client in clients] == [{404}] * 5


def test_artist_who_only_reviews_now_sees_no_still_of_what_they_deleted(
    client_of: ClientOf, artist: User, take: Render
) -> None:
    client = client_of(artist)
    take_bin.delete(take=take, actor=artist)
    before = statuses(client, take, STILLS)

    Membership.objects.filter(user=artist).update(role=Role.REVIEWER)

    assert (before, statuses(client, take, STILLS)) == ([200, 200], [404, 404])


@pytest.mark.parametrize("number", [0, 2**63 - 1, 2**63, 10**40])
def test_number_that_no_take_can_have_leads_nowhere(client_of: ClientOf, artist: User, number: int) -> None:
    assert set(statuses(client_of(artist), Render(pk=number))) == {404}


@pytest.mark.parametrize("name", FILES[2:])
def test_second_file_is_found_without_putting_a_question_together(
    client_of: ClientOf, artist: User, take: Render, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, made = client_of(artist), []
    statuses(client, take, ("video", name))
    put_together = SQLCompiler.as_sql

    def counted(compiler: SQLCompiler, *given: bool, **named: bool) -> object:
        made.append(compiler)
        return put_together(compiler, *given, **named)

    monkeypatch.setattr(SQLCompiler, "as_sql", counted)

    assert (statuses(client, take, ("video", name)), len(made)) == ([200, 200], 0)
