"""The list of comments under a take: its order, who is offered what, words that are words, and its cost."""

from __future__ import annotations

import pytest
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from studio.choices import Role
from studio.models import Comment, Guest, Project, Render, User
from studio.services import comments
from studio.views.comments import guest_talk_context
from studio.views.remarks import Remark
from tests.factories import make_render, make_user
from tests.team_factories import make_comment, make_guest_link
from tests.views.commenting import BOX, ClientOf, page, take

__all__ = ["take"]


def test_the_list_follows_the_film(client_of: ClientOf, take: Render, reviewer: User, artist: User) -> None:
    late = make_comment(take, author=reviewer, frame=80)
    early = make_comment(take, author=reviewer, frame=3, end_frame=27, drawing=BOX)
    whole = make_comment(take, author=artist)
    done = make_comment(take, author=artist, resolved_at=timezone.now(), resolved_by=reviewer)
    reply = make_comment(take, author=artist, parent=early)
    make_comment(take, author=artist, removed_at=timezone.now())

    response = page(client_of(reviewer), take)
    talk, body = response.context["talk"], response.content.decode()

    assert [remark["comment"] for remark in talk.open] == [whole, early, late]
    assert [remark["comment"] for remark in talk.resolved] == [done]
    assert [remark["comment"] for remark in talk.open[1]["replies"]] == [reply]
    assert [remark["place"] for remark in talk.open] == ["", "00:00:03–00:01:03", "00:03:08"]
    assert talk.resolved[0]["resolved"].startswith("Resolved by Rey Reviewer, ")
    assert body.count(f'data-comment="{early.pk}" data-frame="3" data-end-frame="27" data-drawing="[{{') == 1
    assert (body.count("data-comment="), body.count("data-resolved"), "1 resolved" in body) == (4, 1, True)


def test_what_was_removed_stays_while_others_answered_it(client_of: ClientOf, take: Render, reviewer: User) -> None:
    thread = make_comment(take, "secret", frame=2, drawing=BOX, removed_at=timezone.now())
    make_comment(take, "An answer.", parent=thread)
    make_comment(take, "Gone too.", parent=thread, removed_at=timezone.now())

    body = page(client_of(reviewer), take).content.decode()

    assert (body.count("secret"), body.count("An answer."), body.count("Gone too."), body.count("Removed.")) == (
        0,
        1,
        0,
        1,
    )
    assert body.count("data-drawing=") == 0


def test_each_is_offered_what_is_theirs(
    client_of: ClientOf, take: Render, artist: User, reviewer: User, manager: User
) -> None:
    make_comment(take, author=reviewer)

    def offered(user: User) -> tuple[int, ...]:
        body = page(client_of(user), take).content.decode()
        return tuple(body.count(mark) for mark in ("data-comment-edit=", "remove/", "/answer/", "/resolve/"))

    # Each act without a script names its address twice: for htmx and for the form.
    assert (offered(reviewer), offered(artist), offered(manager)) == ((1, 2, 0, 2), (0, 0, 1, 2), (0, 2, 1, 2))


def test_words_are_words_and_mentions_stand_out(client_of: ClientOf, take: Render, reviewer: User) -> None:
    comments.add(take=take, text="<b>@Ada Artist</b> & @Nobody", author=reviewer)

    talk = page(client_of(reviewer), take).context["talk"]

    assert talk.open[0]["words"] == ('&lt;b&gt;<b class="comment-mention">@Ada Artist</b>&lt;/b&gt; &amp; @Nobody')
    assert talk.names == ["Ada Artist", "Mia Manager"]


def test_takes_that_answer_a_comment_are_listed(client_of: ClientOf, take: Render, reviewer: User) -> None:
    comment = make_comment(take, frame=1)
    answer = make_render(take.project, answers=comment)
    make_render(take.project, answers=comment, deleted_at=timezone.now())

    body = page(client_of(reviewer), take).content.decode()

    assert body.count(f'Answered by <a href="/takes/{answer.pk}/">take {answer.pk}</a>') == 1
    assert body.count("Answered by") == 1


def test_without_scripts_links_open_the_forms(client_of: ClientOf, take: Render, reviewer: User) -> None:
    mine, theirs = make_comment(take, "Mine.", author=reviewer), make_comment(take)
    client = client_of(reviewer)

    reply = page(client, take, reply=theirs.pk).context["talk"]
    edit = page(client, take, edit=mine.pk).context["talk"]
    others = page(client, take, edit=theirs.pk, reply="none").context["talk"]

    assert (reply.answered["comment"], reply.edited) == (theirs, None)
    assert (reply.back, reply.asks) == (f"/takes/{take.pk}/", "?")
    assert page(client, take, reply="1", queue="all").context["talk"].asks == "?queue=all&"
    assert (edit.edited, edit.edit_form["text"].value()) == (mine, "Mine.")
    assert (others.answered, others.edited) == (None, None)


@pytest.mark.parametrize("count", [1, 6])
def test_the_list_costs_the_same_number_of_queries(
    take: Render,
    artist: User,
    manager: User,
    reviewer: User,
    client_of: ClientOf,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    for number in range(count):
        thread = comments.add(take=take, text=f"@Mia Manager {number}", author=reviewer, frame=number, drawing=BOX)
        comments.add(take=take, text=f"@Rey Reviewer {number}", author=artist, parent=thread)
        comments.resolve(comment=thread, actor=artist)
        make_render(take.project, answers=thread)
    client = client_of(manager)

    # Who asks and whether they may (4), how much was said, and comments, mentions, names, answers, members, verdicts.
    with django_assert_num_queries(11):
        client.get(reverse("render-talk", args=[take.pk]))


def test_guests_see_the_conversations_of_their_link_and_no_names_of_accounts(
    take: Render, project: Project, artist: User
) -> None:
    link, other = make_guest_link(project, take), make_guest_link(project, take)
    carla = Guest.objects.create(link=link, name="Carla")
    nameless = make_user("mail@example.com")
    project.memberships.create(user=nameless, role=Role.ARTIST)
    make_comment(take, "The price was 3 dollars.", author=artist)
    make_comment(take, "Of another link.", guest=Guest.objects.create(link=other, name="Olaf"))
    mine = make_comment(take, "Nicer, please.", guest=carla, name=str(carla))
    answers = [make_comment(take, "We will.", author=who, parent=mine) for who in (artist, nameless)]
    make_render(project, answers=mine)

    talk = guest_talk_context(RequestFactory().get("/"), take, link=link, add_url="/a/", talk_url="/t/")["talk"]

    def told(remark: Remark) -> tuple[Comment, str]:
        return remark["comment"], remark["name"]

    assert [told(remark) for remark in talk.threads] == [(mine, "Carla (guest)")]
    assert [told(remark) for remark in talk.threads[0]["replies"]] == [
        (answers[0], "Ada Artist"),
        (answers[1], "The team"),
    ]
    assert (talk.names, talk.threads[0]["answers"], talk.may_comment, talk.is_guest) == ([], [], False, True)
