"""Who is told of what, where, and only once."""

from __future__ import annotations

from typing import Any

import pytest
from django_q.models import OrmQ
from pytest_django import DjangoAssertNumQueries, Settings

from studio.choices import NoticeChannel, NoticeKind, RenderState, Role
from studio.lib.clock import now
from studio.models import Dispatch, Membership, Notification, Project, ProjectHook, ProviderKey, Render, User
from studio.services import keys, notifications, people
from studio.services.notifications import CALLED, forget, places_of, tell
from studio.services.transitions import move
from tests.factories import make_comment, make_key, make_notification, make_project, make_render, make_user

pytestmark = pytest.mark.django_db

K = NoticeKind
ALL_KINDS = [kind.value for kind in CALLED]


@pytest.fixture
def mailing(project: Project, settings: Settings) -> ProjectHook:
    """The studio has a mail server, everybody an address, and the project wants mails."""
    settings.STUDIO_SENDS_MAIL = True
    for user in User.objects.all():
        User.objects.filter(pk=user.pk).update(email=f"{user.username}@example.com")
    return ProjectHook.objects.create(project=project, sends_mail=True)


def happens(project: Project | None, *told: User, **over: Any) -> None:
    values: dict[str, Any] = {"kind": K.MENTION, "key": "mention:1", "text": "Rey mentioned you", "path": "/takes/1/"}
    tell(**{**values, "people": told, "project": project, **over})


def rows() -> list[tuple[str, str, bool]]:
    """Who is told of what, and whether in the studio."""
    found = Notification.objects.order_by("recipient__username", "pk")
    return [(row.recipient.username, row.kind, row.in_app) for row in found]


def mails() -> list[str]:
    """Who is mailed."""
    found = Dispatch.objects.filter(channel=NoticeChannel.MAIL).select_related("notification__recipient")
    return sorted(row.notification.recipient.username for row in found if row.notification)


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


# What a person chose


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


# Mails and calls


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


# Reading


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


# Leaving


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


# What happens by itself


def fetching(project: Project, asker: User | None, **over: Any) -> Render:
    return make_render(project, state=RenderState.FETCHING, asked_by=asker, **over)


def test_a_ready_take_is_told_to_whoever_asked_for_it(project: Project, artist: User) -> None:
    take = fetching(project, artist)

    move(render=take, to=RenderState.READY, reason="Here")

    row = Notification.objects.get()
    assert (row.recipient, row.kind, row.render, row.project) == (artist, "ready", take, project)
    assert (row.text, row.path) == (f"Take {take.pk} is ready.", f"/takes/{take.pk}/")


def test_takes_of_the_shell_are_told_to_nobody(project: Project) -> None:
    move(render=fetching(project, None), to=RenderState.READY, reason="Here")

    assert rows() == []


def test_a_press_is_one_mail_when_all_of_it_has_ended(mailing: ProjectHook, project: Project, artist: User) -> None:
    User.objects.filter(pk=artist.pk).update(notice_choices={"ready": ["app", "mail"]})
    asker = User.objects.get(pk=artist.pk)
    first = fetching(project, asker)
    others = [fetching(project, asker, submission=first.submission, take_number=number) for number in (2, 3)]

    move(render=first, to=RenderState.READY, reason="Here")
    move(render=others[0], to=RenderState.READY, reason="Here")
    before = mails()
    move(render=others[1], to=RenderState.FAILED, reason="No", free="No job")

    mail = Dispatch.objects.get()
    assert (before, mails(), mail.content["text"]) == (
        [],
        ["artist"],
        "2 of the 3 takes that you asked for are ready.",
    )
    assert rows() == [("artist", "ready", True)] * 2 + [("artist", "ready", False)]


def test_a_press_without_a_take_is_no_mail(mailing: ProjectHook, project: Project, artist: User) -> None:
    User.objects.filter(pk=artist.pk).update(notice_choices={"ready": ["mail"]})

    move(render=fetching(project, User.objects.get(pk=artist.pk)), to=RenderState.FAILED, reason="No", free="No job")

    assert (mails(), rows()) == ([], [])


def test_an_unconfirmed_take_is_told_to_its_asker_and_the_managers(project: Project, artist: User) -> None:
    take = make_render(project, state=RenderState.SUBMITTING, asked_by=artist)

    move(render=take, to=RenderState.UNCONFIRMED, reason="No answer")

    assert rows() == [("artist", "unconfirmed", True), ("manager", "unconfirmed", True)]
    assert {row.text for row in Notification.objects.all()} == {
        f"Take {take.pk} was sent, but no answer came: it may be charged. Say what became of it, or wait for a proof."
    }


def test_a_take_that_ended_possibly_charged_is_told_too(project: Project, manager: User) -> None:
    move(render=fetching(project, manager), to=RenderState.EXPIRED, reason="Too late")

    assert rows() == [("manager", "unconfirmed", True)]


@pytest.mark.parametrize("free", ["No job was created"])
def test_a_take_that_costs_nothing_is_told_to_nobody(project: Project, artist: User, free: str) -> None:
    move(render=fetching(project, artist), to=RenderState.FAILED, reason="No", free=free)

    assert rows() == []


def test_where_nobody_manages_the_admins_are_told(project: Project, admin: User) -> None:
    project.memberships.filter(role=Role.MANAGER).delete()
    take = make_render(project, state=RenderState.SUBMITTING)

    move(render=take, to=RenderState.UNCONFIRMED, reason="No answer")

    assert rows() == [("admin", "unconfirmed", True)]


def test_a_step_stands_although_nobody_could_be_told(
    project: Project, artist: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(**_: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr("studio.services.happenings.tell", break_down)
    take = fetching(project, artist)

    assert move(render=take, to=RenderState.READY, reason="Here")
    assert (Render.objects.get().state, rows()) == ("ready", [])


def test_a_key_is_paused_although_nobody_could_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(**_: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr("studio.services.happenings.tell", break_down)

    keys.pause_refused(key=make_key(), said="no", meaning="The key is not valid.")

    assert (ProviderKey.objects.get().paused_by_studio, rows()) == (True, [])


def test_a_second_doubt_of_the_same_take_is_told_again(project: Project, artist: User) -> None:
    take = make_render(project, state=RenderState.SUBMITTING, asked_by=artist)
    move(render=take, to=RenderState.UNCONFIRMED, reason="No answer")
    move(render=take, to=RenderState.QUEUED, reason="It was not created")
    move(render=take, to=RenderState.SUBMITTING, reason="Sent")

    move(render=take, to=RenderState.UNCONFIRMED, reason="No answer")

    assert rows() == [("artist", "unconfirmed", True)] * 2 + [("manager", "unconfirmed", True)] * 2


def test_a_step_that_nobody_waits_for_asks_nothing_more(
    project: Project, artist: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    take = Render.objects.get(pk=make_render(project, state=RenderState.WAITING, asked_by=artist).pk)

    # A savepoint and its end, the step and its event.
    with django_assert_num_queries(4):
        move(render=take, to=RenderState.RUNNING, reason="The gateway has started")


def test_everything_is_gone_when_the_step_is(project: Project, mailing: ProjectHook, artist: User) -> None:
    moment = now()
    take = make_render(project, state=RenderState.WAITING, asked_by=artist, state_at=moment)
    Render.objects.update(state=RenderState.RUNNING)

    assert not move(render=take, to=RenderState.FAILED, reason="No")
    assert (rows(), mails()) == ([], [])
