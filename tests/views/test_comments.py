"""Comments on the page of a take: saying, answering, changing, and keeping what was typed when it cannot be said."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from studio.choices import Role
from studio.models import Comment, Guest, Project, Render, User
from studio.services import comments
from studio.views.comments import guest_talk_context
from studio.views.remarks import Remark
from tests.factories import make_comment, make_guest_link, make_output, make_project, make_render, make_user

ClientOf = Callable[[User], Client]
BOX = [{"kind": "box", "x": 0.1, "y": 0.1, "w": 0.2, "h": 0.2}]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def take(project: Project, artist: User) -> Render:
    """121 frames at 24 a second."""
    take = make_render(project, asked_by=artist)
    make_output(take, frame_count=121)
    return take


def add(client: Client, take: Render, text: str = "Hold this.", *, htmx: bool = False, **fields: Any) -> Any:
    data = {"text": text, **fields}
    return client.post(reverse("comment-add", args=[take.pk]), data, headers=HTMX if htmx else None)


def act(client: Client, name: str, comment: Comment, *, htmx: bool = False, **fields: Any) -> Any:
    return client.post(reverse(f"comment-{name}", args=[comment.pk]), fields, headers=HTMX if htmx else None)


def page(client: Client, take: Render, **query: Any) -> Any:
    return client.get(reverse("render-detail", args=[take.pk], query=query or None))


@pytest.mark.parametrize("who", ["artist", "reviewer", "manager", "admin"])
def test_everybody_in_the_project_comments(
    client_of: ClientOf, take: Render, who: str, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(who)

    response = add(client_of(user), take, frame="12", end_frame="00:02:12", drawing=json.dumps(BOX))

    comment = Comment.objects.get()
    assert response["Location"] == f"/takes/{take.pk}/#comment-{comment.pk}"
    assert (comment.author, comment.frame, comment.end_frame, comment.drawing) == (user, 12, 60, BOX)


@pytest.mark.parametrize(
    ("back", "expected"),
    [
        ("/takes/1/review/?queue=all", "/takes/1/review/?queue=all#comment-{}"),
        ("/takes/1/#comments", "/takes/1/#comment-{}"),
        ("https://elsewhere.example/", "/takes/{take}/#comment-{}"),
        ("//elsewhere.example/", "/takes/{take}/#comment-{}"),
        ("/\\elsewhere.example/", "/takes/{take}/#comment-{}"),
        ("javascript:alert(1)", "/takes/{take}/#comment-{}"),
        ("\x00", "/takes/{take}/#comment-{}"),
        ("", "/takes/{take}/#comment-{}"),
    ],
)
def test_a_form_leads_back_to_a_page_of_ours(
    client_of: ClientOf, take: Render, reviewer: User, back: str, expected: str
) -> None:
    response = add(client_of(reviewer), take, next=back)

    assert response["Location"] == expected.format(Comment.objects.get().pk, take=take.pk)


def test_a_reply_leads_back_to_its_conversation(client_of: ClientOf, take: Render, reviewer: User) -> None:
    thread = make_comment(take, frame=3)

    # The page fills in where the player stands; a reply stands where its comment stands.
    response = add(client_of(reviewer), take, parent=thread.pk, frame="99", drawing="broken")

    reply = Comment.objects.exclude(pk=thread.pk).get()
    assert (reply.parent, reply.frame, reply.drawing) == (thread, None, [])
    assert response["Location"] == f"/takes/{take.pk}/#comment-{thread.pk}"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text": ""}, "Write what you want to say; nothing was sent."),
        ({"text": "x" * 100_000}, "A comment has at most 5000 characters; this one has 100000."),
        ({"text": "a\x00b"}, "Null characters are not allowed."),
        ({"frame": "soon"}, "“soon” is no timecode: write minutes:seconds:frames, such as 00:02:12."),
        ({"frame": "121"}, "This film has 121 frames, counted from 0; 121 is none of them."),
        ({"frame": "9" * 7}, "This film has 121 frames, counted from 0; 9999999 is none of them."),
        ({"frame": "5", "end_frame": "5"}, "A span ends after it begins and within the film."),
        ({"drawing": json.dumps(BOX)}, "A drawing needs the frame that it is on."),
        ({"frame": "1", "drawing": "{"}, "The drawing could not be read, so the comment was not saved."),
        ({"parent": "999"}, "The comment that you answer is gone."),
        ({"parent": "first"}, "The comment that you answer is gone."),
        ({"parent": "9" * 18}, "The comment that you answer is gone."),
    ],
)
@pytest.mark.parametrize("htmx", [True, False], ids=["htmx", "plain"])
def test_what_cannot_be_said_stays_in_the_form(
    client_of: ClientOf, take: Render, reviewer: User, fields: dict[str, str], said: str, *, htmx: bool
) -> None:
    sent = {"text": "Hold this.", "frame": "", "end_frame": "", "drawing": "", "parent": ""} | fields

    response = add(client_of(reviewer), take, htmx=htmx, **sent)

    form = response.context["talk"].form
    assert (response.status_code, Comment.objects.count()) == (422, 0)
    assert {name: form[name].value() for name in sent} == sent
    assert said in [problem for problems in form.errors.values() for problem in problems] or any(
        problem.startswith(said) for problems in form.errors.values() for problem in problems
    )
    assert response.content.decode().count(said) >= 1


def test_a_reply_to_another_take_is_refused(
    client_of: ClientOf, project: Project, take: Render, reviewer: User
) -> None:
    other = make_render(project)
    make_output(other)

    assert add(client_of(reviewer), take, parent=make_comment(other).pk).status_code == 422


def test_htmx_gets_an_empty_form_the_list_and_the_word(client_of: ClientOf, take: Render, reviewer: User) -> None:
    response = add(client_of(reviewer), take, htmx=True, next="/takes/1/review/")

    body, comment = response.content.decode(), Comment.objects.get()
    assert json.loads(response["HX-Trigger-After-Swap"]) == {"comment:sent": {"id": comment.pk}}
    assert body.count('id="comment-box"') == 1
    assert body.count('hx-swap-oob="true"') == 4
    assert body.count(f'data-comment="{comment.pk}"') == 1
    assert f"?seen={Render.objects.get(pk=take.pk).talk}" in body
    assert response.context["talk"].back == "/takes/1/review/"
    assert response.context["talk"].form["text"].value() is None


def test_a_double_press_says_it_once(client_of: ClientOf, take: Render, reviewer: User) -> None:
    client = client_of(reviewer)

    locations = {add(client, take)["Location"] for _ in range(2)}

    assert (len(locations), Comment.objects.count()) == (1, 1)


def test_a_take_without_a_film_has_no_comments(client_of: ClientOf, project: Project, reviewer: User) -> None:
    take = make_render(project)

    assert page(client_of(reviewer), take).content.decode().count('id="comments"') == 0
    assert add(client_of(reviewer), take).status_code == 422
    assert Comment.objects.count() == 0


def test_an_archived_project_is_only_read(client_of: ClientOf, take: Render, reviewer: User) -> None:
    make_comment(take, author=reviewer)
    Project.objects.update(archived_at=timezone.now())
    client = client_of(reviewer)

    body = page(client, take).content.decode()

    assert (body.count("data-comment-form"), body.count("data-comment-reply"), body.count("data-comment=")) == (0, 0, 1)
    assert add(client, take).status_code == 422


def test_the_author_changes_the_words(client_of: ClientOf, take: Render, reviewer: User, artist: User) -> None:
    comment = make_comment(take, author=reviewer)

    refused = act(client_of(artist), "edit", comment, text="Mine.")
    taken = act(client_of(reviewer), "edit", comment, text="Other words.")
    empty = act(client_of(reviewer), "edit", comment, text=" ", htmx=True)
    again = act(client_of(reviewer), "edit", comment, text="Once more.", htmx=True)

    assert [response.status_code for response in (refused, taken, empty, again)] == [403, 302, 422, 200]
    assert empty.content.decode().count("Write what you want to say; nothing was sent.") == 1
    assert Comment.objects.get().text == "Once more."


def test_a_change_that_is_refused_keeps_what_was_typed(client_of: ClientOf, take: Render, reviewer: User) -> None:
    comment = make_comment(take, author=reviewer)

    response = act(client_of(reviewer), "edit", comment, text="x" * 5001)

    talk = response.context["talk"]
    assert (response.status_code, talk.edited, talk.edit_form["text"].value()) == (422, comment, "x" * 5001)


def test_a_comment_is_resolved_opened_and_removed(client_of: ClientOf, take: Render, reviewer: User) -> None:
    comment = make_comment(take, author=reviewer)
    client, states = client_of(reviewer), []

    for name in ("resolve", "reopen", "remove"):
        assert act(client, name, comment)["Location"] == f"/takes/{take.pk}/#comment-{comment.pk}"
        found = Comment.objects.get()
        states.append((found.resolved_by, found.removed_at is not None))

    assert states == [(reviewer, False), (None, False), (None, True)]


def test_what_cannot_be_done_is_said_as_a_toast(client_of: ClientOf, take: Render, reviewer: User) -> None:
    reply = make_comment(take, author=reviewer, parent=make_comment(take))

    response = act(client_of(reviewer), "resolve", reply, htmx=True)

    said = "A conversation is resolved as a whole, at the comment that it began with."
    assert json.loads(response["HX-Trigger"]) == {"toast": {"level": "warning", "text": said}}


def test_artists_remove_only_their_own(client_of: ClientOf, take: Render, artist: User, reviewer: User) -> None:
    comment = make_comment(take, author=reviewer)

    assert act(client_of(artist), "remove", comment).status_code == 403


def test_comments_of_a_deleted_take_are_out_of_reach(client_of: ClientOf, take: Render, reviewer: User) -> None:
    comment = make_comment(take, author=reviewer)
    Render.objects.update(deleted_at=timezone.now())

    assert act(client_of(reviewer), "resolve", comment).status_code == 404


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


def test_strangers_find_no_comment(client_of: ClientOf, take: Render, outsider: User) -> None:
    make_project({Role.MANAGER: outsider})
    comment = make_comment(take)

    assert add(client_of(outsider), take).status_code == 404
    assert [act(client_of(outsider), name, comment).status_code for name in ("edit", "resolve", "remove")] == [404] * 3


@pytest.mark.parametrize(
    "place", ["javascript:alert(1)", "//evil.example/", "https://evil.example/", "\\\\evil.example"]
)
def test_a_form_that_is_refused_leads_back_to_no_foreign_place(
    client_of: ClientOf, take: Render, artist: User, place: str
) -> None:
    response = client_of(artist).post(reverse("comment-add", args=[take.pk]), {"text": "", "next": place})

    assert (response.status_code, place in response.content.decode()) == (422, False)
