"""Who is told of what, where, and only once."""

from __future__ import annotations

from typing import Any

import pytest
from django_q.models import OrmQ
from pytest_django import Settings

from studio.choices import NoticeKind, Role
from studio.models import Dispatch, Membership, Notification, Project, ProjectHook, User
from studio.services import notifications, people
from studio.services.notifications import CALLED, forget, places_of, tell
from tests.factories import make_project, make_render, make_user
from tests.services.notifying import mailing, mails, rows
from tests.team_factories import make_comment, make_notification

__all__ = ["mailing"]
pytestmark = pytest.mark.django_db


K = NoticeKind


ALL_KINDS = [kind.value for kind in CALLED]


def happens(project: Project | None, *told: User, **over: Any) -> None:
    values: dict[str, Any] = {"kind": K.MENTION, "key": "mention:1", "text": "Rey mentioned you", "path": "/takes/1/"}
    tell(**{**values, "people": told, "project": project, **over})


def hints() -> int:
    return sum("notify" in str(task.task.get("func")) for task in OrmQ.objects.all())


def test_everybody_is_told_once_and_never_who_did_it(project: Project, artist: User, reviewer: User) -> None:
    for _ in range(2):
        happens(project, artist, artist, reviewer, actor=reviewer)

    assert rows() == [("artist", "mention", True)]


def test_another_happening_is_told_as_well(project: Project, artist: User) -> None:
    happens(project, artist)
    happens(project, artist, key="mention:2")

    assert rows() == [("artist", "mention", True)] * 2


def test_a_take_says_which_project_it_is_about(project: Project, artist: User) -> None:
    happens(None, artist, render=make_render(project))

    assert Notification.objects.get().project == project


@pytest.mark.parametrize("who", ["outsider", "shut out", "left"])
def test_nobody_is_told_who_may_not_see_the_project(project: Project, who: str) -> None:
    user = make_user("somebody", is_active=who != "shut out")
    if who == "shut out":
        Membership.objects.create(project=project, user=user, role=Role.ARTIST)

    happens(project, user)

    assert rows() == []


def test_studio_admins_may_be_told_of_every_project(project: Project, admin: User) -> None:
    happens(project, admin)

    assert rows() == [("admin", "mention", True)]


def test_long_words_and_keys_in_them_are_cut(project: Project, artist: User) -> None:
    happens(project, artist, text=f"Look at sk-abcdef123456\nand {'on ' * 200}")

    text = Notification.objects.get().text
    assert (len(text), text[:34], text[-1]) == (300, "Look at [removed] and on on on on ", "…")


@pytest.mark.parametrize("kind", [*NoticeKind])
def test_whoever_has_not_chosen_is_told_of_all_in_the_studio_and_mailed_of_what_is_theirs(
    mailing: ProjectHook, project: Project, artist: User, kind: NoticeKind
) -> None:
    happens(project, artist, kind=kind)

    assert rows() == [("artist", kind, True)]
    assert mails() == ([] if kind in {K.READY, K.COMMENT} else ["artist"])


@pytest.mark.parametrize(
    ("chosen", "told", "mailed"),
    [
        (["app"], [("artist", "mention", True)], []),
        (["mail"], [("artist", "mention", False)], ["artist"]),
        ([], [], []),
        (["pigeon"], [], []),
    ],
)
def test_choices_are_respected(
    mailing: ProjectHook, project: Project, artist: User, chosen: list[str], told: list[Any], mailed: list[str]
) -> None:
    User.objects.filter(pk=artist.pk).update(notice_choices={"mention": chosen})

    happens(project, artist)

    assert (rows(), mails()) == (told, mailed)


def test_choices_are_kept_for_every_kind(artist: User) -> None:
    notifications.choose(person=artist, choices={"ready": ["mail", "app", "x"]}, email=" ada@example.com ")

    artist.refresh_from_db()
    assert artist.email == "ada@example.com"
    assert artist.notice_choices == dict.fromkeys(NoticeKind.values, []) | {"ready": ["app", "mail"]}
    assert places_of(person=artist, kind=K.READY) == {"app", "mail"}


@pytest.mark.parametrize("off", ["the studio", "the project", "no hook", "no address"])
def test_no_mail_goes_where_something_is_off(
    mailing: ProjectHook, project: Project, artist: User, settings: Settings, off: str
) -> None:
    if off == "the studio":
        settings.STUDIO_SENDS_MAIL = False
    elif off == "the project":
        ProjectHook.objects.update(sends_mail=False)
    elif off == "no hook":
        mailing.delete()
    else:
        User.objects.update(email="")

    happens(project, artist)

    assert (rows(), mails(), hints()) == ([("artist", "mention", True)], [], 0)


def test_what_has_no_project_is_mailed_where_the_studio_can(mailing: ProjectHook, admin: User) -> None:
    User.objects.filter(pk=admin.pk).update(email="alma@example.com")

    happens(None, admin, kind=K.KEY)

    assert mails() == ["admin"]


def test_mail_and_hint_are_stored_once(mailing: ProjectHook, project: Project, artist: User) -> None:
    for _ in range(2):
        happens(project, artist)

    mail = Dispatch.objects.get()
    row = Notification.objects.get()
    assert (mail.notification, mail.key, mail.state, hints()) == (row, f"mail:{artist.pk}:mention:1", "waiting", 1)
    assert mail.content == {
        "project": "Tea commercial",
        "text": "Rey mentioned you",
        "path": f"/notifications/{row.pk}/open/",
        "id": mail.content["id"],
    }


def test_call_is_stored_once_and_for_nobody_too(project: Project) -> None:
    ProjectHook.objects.create(project=project, url="https://chat.example.com/x", secret="s", kinds=["ready"])
    take = make_render(project)

    for _ in range(2):
        happens(project, kind=K.READY, key="ready:1", render=take, text="Take 1 is ready.")

    call = Dispatch.objects.get()
    assert (call.channel, call.key, call.notification, hints()) == (
        "webhook",
        f"hook:{project.pk}:ready:1",
        None,
        1,
    )
    assert {name: call.content[name] for name in ("type", "project", "take", "text", "path")} == {
        "type": "ready",
        "project": "Tea commercial",
        "take": take.pk,
        "text": "Take 1 is ready.",
        "path": "/takes/1/",
    }


@pytest.mark.parametrize("over", [{"kinds": ["review"]}, {"url": ""}])
def test_no_call_for_what_is_not_wanted(project: Project, artist: User, over: dict[str, Any]) -> None:
    wanted = {"url": "https://chat.example.com/x", "secret": "s", "kinds": ALL_KINDS}
    ProjectHook.objects.create(project=project, **wanted | over)

    happens(project, artist, kind=K.READY)

    assert (Dispatch.objects.count(), hints()) == (0, 0)


def test_a_mention_is_called_out_as_the_comment_that_it_is(project: Project, artist: User) -> None:
    hook = {"url": "https://chat.example.com/x", "secret": "s", "kinds": [*NoticeKind.values]}
    ProjectHook.objects.create(project=project, **hook)
    comment = make_comment(make_render(project))

    happens(project, artist, kind=K.MENTION, key="mention:1", comment=comment)
    happens(project, kind=K.COMMENT, key="comment:1", comment=comment)

    assert list(Dispatch.objects.values_list("key", flat=True)) == [f"hook:{project.pk}:comment:1"]


def test_reading_is_counted_and_done_once(artist: User, reviewer: User) -> None:
    first, second = make_notification(artist), make_notification(artist)
    other = make_notification(reviewer)
    late = make_notification(artist)

    notifications.mark_read(notification=first)
    moment = Notification.objects.get(pk=first.pk).read_at
    notifications.mark_read(notification=first)
    marked = notifications.mark_all_read(person=artist, up_to=second.pk)

    assert (marked, moment) == (1, Notification.objects.get(pk=first.pk).read_at)
    assert list(Notification.objects.unread().order_by("pk")) == [other, late]


def test_whoever_leaves_a_project_keeps_nothing_of_it(project: Project, artist: User) -> None:
    other = make_project({Role.ARTIST: artist})
    make_notification(artist, project=project)
    kept = make_notification(artist, project=other)

    people.remove_member(membership=project.memberships.get(user=artist))

    assert list(Notification.objects.all()) == [kept]


def test_whoever_is_no_admin_any_more_keeps_what_is_of_their_projects(project: Project, admin: User) -> None:
    make_user(is_studio_admin=True)
    Membership.objects.create(project=project, user=admin, role=Role.ARTIST)
    kept = make_notification(admin, project=project)
    make_notification(admin, project=make_project())
    make_notification(admin, kind=K.KEY)

    people.unmake_admin(user=admin)

    assert list(Notification.objects.all()) == [kept]


def test_forgetting_one_project_leaves_other_people_alone(project: Project, artist: User, reviewer: User) -> None:
    kept = make_notification(reviewer, project=project)
    make_notification(artist, project=project)

    forget(person=artist, project=project)

    assert list(Notification.objects.all()) == [kept]
