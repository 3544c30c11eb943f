"""Comments: what can be said of a take, by whom it is changed, who hears of it, and what is refused in words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from studio.choices import RenderState
from studio.models import Comment, Guest, GuestLink, Project, Render, User
from studio.services import comments
from tests.factories import make_output, make_render
from tests.services.talking import take
from tests.team_factories import make_comment, make_guest_link

__all__ = ["take"]


BOX = {"kind": "box", "x": 0.1, "y": 0.1, "w": 0.2, "h": 0.2}


def said_by(error: pytest.ExceptionInfo[ValidationError]) -> str:
    return " ".join(error.value.messages)


def talk_of(take: Render) -> int:
    return Render.objects.values_list("talk", flat=True).get(pk=take.pk)


def test_a_comment_keeps_place_drawing_and_name(take: Render, reviewer: User) -> None:
    comment = comments.add(take=take, text=" Hold\r\nthis. ", author=reviewer, frame=12, end_frame=60, drawing=[BOX])

    found = Comment.objects.get()
    assert (found, found.name, found.text) == (comment, "Rey Reviewer", "Hold\nthis.")
    assert (found.frame, found.end_frame, found.drawing) == (12, 60, [BOX])


def test_first_and_last_frame_can_be_commented_on(take: Render, reviewer: User) -> None:
    comments.add(take=take, text="All of it.", author=reviewer, frame=0, end_frame=120)
    comments.add(take=take, text="The end.", author=reviewer, frame=120)

    assert list(Comment.objects.values_list("frame", "end_frame")) == [(0, 120), (120, None)]


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ({"text": " \n "}, "Write what you want to say; nothing was sent."),
        ({"text": "x" * 5001}, "A comment has at most 5000 characters; this one has 5001."),
        ({"text": "a\x00b"}, "The text holds a character that cannot be stored. Write it anew."),
        ({"frame": 121}, "This film has 121 frames, counted from 0; 121 is none of them."),
        ({"frame": -1}, "This film has 121 frames, counted from 0; -1 is none of them."),
        ({"frame": 12, "end_frame": 12}, "A span ends after it begins and within the film."),
        ({"frame": 12, "end_frame": 121}, "A span ends after it begins and within the film."),
        ({"end_frame": 12}, "A span needs a beginning."),
        ({"drawing": [BOX]}, "A drawing needs the frame that it is on."),
    ],
)
def test_what_cannot_be_said_is_refused(take: Render, reviewer: User, what: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as error:
        comments.add(take=take, author=reviewer, **({"text": "Hold this."} | what))

    assert (said_by(error), Comment.objects.count(), talk_of(take)) == (said, 0, 0)


def test_a_broken_drawing_is_refused(take: Render, reviewer: User) -> None:
    with pytest.raises(ValidationError) as error:
        comments.add(take=take, text="Here.", author=reviewer, frame=1, drawing=[{"kind": "circle"}])

    assert list(error.value.message_dict) == ["drawing"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"deleted_at": timezone.now()}, "This take has been deleted; it can be brought back first."),
        ({"state": RenderState.RUNNING}, "Comments are made on a film, and this take has none yet."),
    ],
)
def test_only_a_film_that_is_there_is_talked_of(
    take: Render, reviewer: User, changes: dict[str, Any], said: str
) -> None:
    Render.objects.filter(pk=take.pk).update(**changes)

    with pytest.raises(ValidationError) as error:
        comments.add(take=take, text="Hold this.", author=reviewer)

    assert said_by(error) == f"{said} Nothing was changed."


def test_an_archived_project_is_only_read(take: Render, reviewer: User, project: Project) -> None:
    comment = make_comment(take, author=reviewer)
    Project.objects.filter(pk=project.pk).update(archived_at=timezone.now())

    for act in (
        lambda: comments.add(take=take, text="Hold this.", author=reviewer),
        lambda: comments.edit(comment=comment, text="Other words.", actor=reviewer),
        lambda: comments.remove(comment=comment, actor=reviewer),
        lambda: comments.resolve(comment=comment, actor=reviewer),
    ):
        with pytest.raises(ValidationError, match="This project is archived"):
            act()


def test_replies_are_one_deep_and_without_a_place(take: Render, reviewer: User, artist: User) -> None:
    thread = make_comment(take, author=reviewer, frame=3)
    reply = comments.add(take=take, text="Will do.", author=artist, parent=thread)

    with pytest.raises(ValidationError, match="replies have none of their own"):
        comments.add(take=take, text="Good.", author=reviewer, parent=reply)
    with pytest.raises(ValidationError, match="has no frame or drawing of its own"):
        comments.add(take=take, text="Good.", author=reviewer, parent=thread, frame=3)


def test_a_reply_belongs_to_a_comment_of_the_same_take(take: Render, project: Project, reviewer: User) -> None:
    other = make_render(project)
    make_output(other)

    with pytest.raises(ValidationError, match="is not one on this take"):
        comments.add(take=take, text="Good.", author=reviewer, parent=make_comment(other))


def test_nobody_answers_what_was_removed(take: Render, reviewer: User) -> None:
    thread = make_comment(take, author=reviewer, removed_at=timezone.now())

    with pytest.raises(ValidationError, match="This comment has been removed"):
        comments.add(take=take, text="Good.", author=reviewer, parent=thread)


def test_a_button_pressed_twice_says_it_once(take: Render, reviewer: User, artist: User) -> None:
    place: dict[str, Any] = {"frame": 5, "drawing": [BOX]}
    said: dict[str, Any] = {"take": take, "text": "Hold this.", "author": reviewer}
    first = comments.add(take=take, text="Hold this.", author=reviewer, **place)

    assert comments.add(take=take, text="Hold this. ", author=reviewer, **place) == first
    assert talk_of(take) == 1
    others: list[dict[str, Any]] = [{"frame": 6}, {"frame": 5}, {**place, "author": artist}]
    for other in others:
        assert comments.add(**(said | other)) != first


def test_the_same_said_again_later_is_said_again(take: Render, reviewer: User) -> None:
    first = comments.add(take=take, text="No.", author=reviewer)
    Comment.objects.update(created_at=timezone.now() - comments.TWICE - timedelta(seconds=1))

    assert comments.add(take=take, text="No.", author=reviewer) != first


def test_a_guest_speaks_under_the_name_given(take: Render, project: Project) -> None:
    guest = Guest.objects.create(link=make_guest_link(project, take, may_comment=True), name="Carla")

    comment = comments.add(take=take, text="Nice. @Mia Manager", guest=guest)

    assert (comment.name, comment.author, comment.guest, list(comment.mentions.all())) == (
        "Carla (guest)",
        None,
        guest,
        [],
    )


@pytest.mark.parametrize(
    "over", [{"may_comment": False}, {"revoked_at": timezone.now()}, {"expires_at": timezone.now()}]
)
def test_a_guest_says_nothing_that_the_link_does_not_grant_now(
    take: Render, project: Project, over: dict[str, Any]
) -> None:
    link = make_guest_link(project, take, may_comment=True)
    guest = Guest.objects.create(link=link, name="Carla")
    GuestLink.objects.update(**over)

    with pytest.raises(ValidationError, match="does not let you comment"):
        comments.add(take=take, text="Nicer, please.", guest=guest)


def test_a_guest_speaks_of_the_takes_of_the_link_alone(take: Render, project: Project) -> None:
    guest = Guest.objects.create(link=make_guest_link(project, may_comment=True), name="Carla")

    with pytest.raises(ValidationError, match="does not let you comment"):
        comments.add(take=take, text="Nicer, please.", guest=guest)


def test_everything_said_counts(take: Render, reviewer: User) -> None:
    comment = comments.add(take=take, text="Hold this.", author=reviewer)
    counts = [talk_of(take)]
    for _ in range(2):
        comments.edit(comment=comment, text="Hold it.", actor=reviewer)
        counts.append(talk_of(take))
    for act in (comments.resolve, comments.resolve, comments.reopen, comments.remove, comments.remove):
        act(comment=comment, actor=reviewer)
        counts.append(talk_of(take))

    assert counts == [1, 2, 2, 3, 3, 4, 5, 5]
