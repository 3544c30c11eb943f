"""“Render again with this note”: the composer filled, the note beside the prompt, and nobody else's note in it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from studio.choices import Lineage, Role, Verdict
from studio.lib.clock import now
from studio.models import Comment, ComposerDraft, Project, ProviderKey, Render, User
from tests.factories import make_output, make_project, make_render
from tests.team_factories import make_comment, make_review
from tests.views.composing import Press, draft_of, key, press

__all__ = ["key", "press"]
ClientOf = Callable[[User], Client]
BOX = {"kind": "box", "x": 0.1, "y": 0.2, "w": 0.3, "h": 0.4}


@pytest.fixture
def take(project: Project, key: ProviderKey) -> Render:
    found = make_render(project, key)
    make_output(found)
    return found


@pytest.fixture
def comment(take: Render, reviewer: User) -> Comment:
    return make_comment(take, "Slower <here>.", reviewer, frame=60, drawing=[BOX])


def answer(client: Client, comment: Comment) -> str:
    """What the composer says of the note, once the button is pressed."""
    response = client.post(reverse("comment-answer", args=[comment.pk]), follow=True)
    assert response.redirect_chain == [(reverse("project-detail", args=[comment.render.project.slug]), 302)]
    return note_in(response.content.decode())


def note_in(body: str) -> str:
    found = re.search(r'<aside class="note-box.*?</aside>', body, re.DOTALL)
    return found[0] if found else ""


def test_button_stands_by_the_comment_for_those_who_spend(
    client_of: ClientOf, take: Render, comment: Comment, artist: User, reviewer: User
) -> None:
    button, page = f'action="{reverse("comment-answer", args=[comment.pk])}"', reverse("render-detail", args=[take.pk])

    shown = [client_of(person).get(page).content.decode().count(button) for person in (artist, reviewer)]

    assert shown == [1, 0]


def test_composer_shows_who_said_what_where(
    client_of: ClientOf, project: Project, artist: User, take: Render, comment: Comment
) -> None:
    note = answer(client_of(artist), comment)

    said = ("Rey Reviewer", "00:02:12", "Slower &lt;here&gt;.", f"/takes/{take.pk}/#comment-{comment.pk}", "#t=2.521")
    assert [words for words in said if words not in note] == []
    assert re.findall(r'<rect class="note-shape" data-color="yellow" x="0.1" y="0.2"', note) != []


def test_render_keeps_the_note_and_clears_it(
    client_of: ClientOf, project: Project, artist: User, press: Press, take: Render, comment: Comment
) -> None:
    answer(client_of(artist), comment)

    response = press("render", prompt="Slower.", operation="text-to-video", duration="5", takes="1")

    made = Render.objects.get(parent=take)
    assert (made.lineage, made.answers_id, made.shot_id) == (Lineage.NOTE, comment.pk, take.pk)
    assert (response.status_code, note_in(response.content.decode())) == (200, "")


def test_note_stays_while_the_composer_is_used_and_can_be_left(
    client_of: ClientOf, project: Project, artist: User, press: Press, comment: Comment
) -> None:
    answer(client_of(artist), comment)

    used = note_in(press("update", prompt="Slower.").content.decode())
    left = press("leave-note", prompt="Slower.").content.decode()

    assert ("Rey Reviewer" in used, note_in(left), "Slower.</textarea>" in left) == (True, "", True)
    assert "answers" not in draft_of(project, artist).data


def test_note_removed_meanwhile_says_so_and_tells_nothing(
    client_of: ClientOf, project: Project, artist: User, comment: Comment
) -> None:
    client = client_of(artist)
    answer(client, comment)
    Comment.objects.update(removed_at=now())

    note = note_in(client.get(reverse("project-detail", args=[project.slug])).content.decode())

    assert ("It has been removed since." in note, "Slower" in note, "Rey" in note) == (True, False, False)


def test_button_of_a_removed_comment_leads_back_and_says_so(
    client_of: ClientOf, artist: User, take: Render, comment: Comment
) -> None:
    Comment.objects.update(removed_at=now())

    response = client_of(artist).post(reverse("comment-answer", args=[comment.pk]), follow=True)

    assert response.redirect_chain == [(reverse("render-detail", args=[take.pk]), 302)]
    assert "This comment has been removed, so nothing is left to answer." in response.content.decode()
    assert not ComposerDraft.objects.filter(data__has_key="answers").exists()


def test_comment_of_another_project_is_not_there(client_of: ClientOf, artist: User, key: ProviderKey) -> None:
    strange = make_comment(make_render(make_project(), key))

    assert client_of(artist).post(reverse("comment-answer", args=[strange.pk])).status_code == 404


def test_artist_elsewhere_cannot_answer_as_a_reviewer(client_of: ClientOf, reviewer: User, comment: Comment) -> None:
    make_project({Role.ARTIST: reviewer})

    assert client_of(reviewer).post(reverse("comment-answer", args=[comment.pk])).status_code == 403


def test_reason_of_a_verdict_can_be_answered(client_of: ClientOf, artist: User, take: Render, reviewer: User) -> None:
    review = make_review(take, reviewer, Verdict.CHANGES, reason="Too dark.")

    response = client_of(artist).post(reverse("review-answer", args=[review.pk]), follow=True)

    note = note_in(response.content.decode())
    assert [words for words in ("Rey Reviewer", "changes requested", "Too dark.") if words not in note] == []
