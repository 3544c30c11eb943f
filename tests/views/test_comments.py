"""Saying something under a take: by whom, where it leads back to, and what comes back when it cannot be."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from studio.choices import Role
from studio.models import Comment, Project, Render, User
from tests.factories import make_output, make_project, make_render
from tests.team_factories import make_comment
from tests.views.commenting import BOX, ClientOf, page, take

__all__ = ["take"]


HTMX = {"HX-Request": "true"}


def add(client: Client, take: Render, text: str = "Hold this.", *, htmx: bool = False, **fields: Any) -> Any:
    data = {"text": text, **fields}
    return client.post(reverse("comment-add", args=[take.pk]), data, headers=HTMX if htmx else None)


def act(client: Client, name: str, comment: Comment, *, htmx: bool = False, **fields: Any) -> Any:
    return client.post(reverse(f"comment-{name}", args=[comment.pk]), fields, headers=HTMX if htmx else None)


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


def test_a_place_to_go_back_to_is_never_taken_for_a_place_in_a_mould(
    client_of: ClientOf, take: Render, artist: User
) -> None:
    place = "/takes/1/?\ue000words\ue000\ue000nothing\ue000"

    response = add(client_of(artist), take, "Hold this.", htmx=True, next=place)

    words = response.content.decode()
    assert (response.status_code, words.count("Hold this.")) == (200, 1)
    assert 'href="?%EE%80%80words%EE%80%80%EE%80%80nothing%EE%80%80&amp;reply=' in words
