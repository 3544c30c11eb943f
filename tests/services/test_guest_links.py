"""Guest links: who makes them, what they may show, and how they become less and end."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django_q.models import OrmQ

from studio.lib.clock import now
from studio.models import AuditEntry, GuestLink, Project, Render, User
from studio.services import guest_links, previews
from studio.services.audit import Actor
from tests.factories import make_output, make_project, make_render
from tests.team_factories import make_guest_link

WEEK = timedelta(days=7)


def ready(project: Project, **over: Any) -> Render:
    take = make_render(project, **over)
    make_output(take)
    return take


def make(project: Project, *takes: Render, by: User, **over: Any) -> GuestLink:
    values: dict[str, Any] = {"label": "Acme", "expires_at": now() + WEEK}
    return guest_links.create_link(project=project, takes=takes, actor=Actor(by, "10.0.0.1"), **(values | over))


def audited() -> list[tuple[str, str, str]]:
    return list(AuditEntry.objects.order_by("pk").values_list("act", "subject", "address"))


def test_a_link_shows_its_takes_in_order_and_grants_nothing_unless_told(project: Project, manager: User) -> None:
    first, second = ready(project), ready(project)

    link = make(project, second, first, second, by=manager)

    assert list(link.shown.values_list("render_id", "position")) == [(second.pk, 0), (first.pk, 1)]
    assert (link.may_comment, link.may_decide, link.may_download, link.password) == (False, False, False, "")
    assert GuestLink.objects.of_token(link.token) == link
    assert audited() == [("guest-link-create", "Acme, guest link of Tea commercial", "10.0.0.1")]


def test_a_link_has_a_copy_made_of_each_take(project: Project, manager: User) -> None:
    link = make(project, ready(project), ready(project), by=manager, watermark="Acme  only")

    assert link.watermark == "Acme only"
    assert [shown.preview_state for shown in link.shown.all()] == ["waiting", "waiting"]
    assert {(task.key, task.task["func"]) for task in OrmQ.objects.all()} == {("media", previews.JOB)}


def test_a_password_is_kept_as_a_hash_only(project: Project, manager: User) -> None:
    link = make(project, ready(project), by=manager, password="tea and milk")

    assert "tea" not in link.password
    assert (link.opens_with("tea and milk"), link.opens_with("tea"), link.opens_with("")) == (True, False, False)
    assert "tea and milk" not in str(list(AuditEntry.objects.values()))


@pytest.mark.parametrize("who", ["artist", "reviewer", "outsider"])
def test_only_managers_share(project: Project, who: str, manager: User, request: pytest.FixtureRequest) -> None:
    actor = Actor(request.getfixturevalue(who), "")
    take, link = ready(project), make_guest_link(project, ready(project))

    with pytest.raises(ValidationError):
        guest_links.create_link(project=project, takes=[take], label="A", expires_at=now() + WEEK, actor=actor)
    with pytest.raises(ValidationError):
        guest_links.revoke(link=link, actor=actor)
    with pytest.raises(ValidationError):
        guest_links.change(link=link, actor=actor, rights=())

    assert GuestLink.objects.open().get() == link


@pytest.mark.parametrize("wrong", ["queued", "deleted", "foreign", "none"])
def test_only_takes_that_are_there_can_be_shown(project: Project, manager: User, wrong: str) -> None:
    choices: dict[str, list[Render]] = {
        "queued": [make_render(project)],
        "deleted": [ready(project, deleted_at=now())],
        "foreign": [ready(make_project())],
        "none": [],
    }

    with pytest.raises(ValidationError) as refused:
        make(project, *choices[wrong], by=manager)

    assert list(refused.value.message_dict) == ["takes"]


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"label": " \n "}, "label"),
        ({"label": "x" * 121}, "label"),
        ({"password": "short"}, "password"),
        ({"watermark": "x" * 81}, "watermark"),
        ({"watermark": "Акме"}, "watermark"),
        ({"expires_at": timedelta(seconds=-1)}, "expires_at"),
        ({"expires_at": timedelta(days=92)}, "expires_at"),
    ],
)
def test_a_link_that_cannot_be_is_refused_with_its_field(
    project: Project, manager: User, over: dict[str, Any], field: str
) -> None:
    if isinstance(over.get("expires_at"), timedelta):
        over = {"expires_at": now() + over["expires_at"]}

    with pytest.raises(ValidationError) as refused:
        make(project, ready(project), by=manager, **over)

    assert list(refused.value.message_dict) == [field]
    assert GuestLink.objects.count() == 0


def test_an_archived_project_makes_no_new_links(project: Project, manager: User) -> None:
    take = ready(project)
    Project.objects.filter(pk=project.pk).update(archived_at=now())
    project.refresh_from_db()

    with pytest.raises(ValidationError):
        make(project, take, by=manager)


def test_revoking_ends_a_link_once(project: Project, manager: User) -> None:
    link = make_guest_link(project, ready(project))

    assert [guest_links.revoke(link=link, actor=Actor(manager, "")) for _ in range(2)] == [True, False]

    link.refresh_from_db()
    assert (guest_links.closed_because(link), link.revoked_by) == ("revoked", manager)
    assert [act for act, _, _ in audited()] == ["guest-link-revoke"]


def test_change_takes_rights_and_takes_away_and_moves_the_end(project: Project, manager: User) -> None:
    kept, other = ready(project), ready(project)
    link = make_guest_link(project, kept, other, may_comment=True, may_decide=True)
    end = now() + timedelta(days=60)

    changed = guest_links.change(
        link=link, actor=Actor(manager, ""), expires_at=end, rights={"may_decide"}, takes={kept.pk}
    )

    assert (changed.may_comment, changed.may_decide, changed.expires_at) == (False, True, end)
    assert list(link.shown.values_list("render_id", flat=True)) == [kept.pk]
    assert [act for act, _, _ in audited()] == ["guest-link-change"]


@pytest.mark.parametrize("wider", ["right", "take", "no take", "too long"])
def test_change_never_widens(project: Project, manager: User, wider: str) -> None:
    take, other = ready(project), ready(project)
    link = make_guest_link(project, take)
    wishes: dict[str, dict[str, Any]] = {
        "right": {"rights": {"may_download"}},
        "take": {"takes": {take.pk, other.pk}},
        "no take": {"takes": set()},
        "too long": {"expires_at": now() + timedelta(days=100)},
    }

    with pytest.raises(ValidationError):
        guest_links.change(link=link, actor=Actor(manager, ""), **wishes[wider])

    link.refresh_from_db()
    assert (link.may_download, link.shown.get().render) == (False, take)


def test_a_revoked_link_stays_so(project: Project, manager: User) -> None:
    link = make_guest_link(project, ready(project), revoked_at=now())

    with pytest.raises(ValidationError):
        guest_links.change(link=link, actor=Actor(manager, ""), expires_at=now() + WEEK)


def test_an_expired_link_can_be_prolonged(project: Project, manager: User) -> None:
    past: datetime = now() - timedelta(days=1)
    link = make_guest_link(project, ready(project), expires_at=past)

    guest_links.change(link=link, actor=Actor(manager, ""), expires_at=now() + WEEK)

    assert GuestLink.objects.open().get() == link


def test_no_link_follows_from_another(project: Project) -> None:
    mine, other = make_guest_link(project), make_guest_link(project)
    named, _, signature = mine.token.rpartition(".")
    forged = [
        f"{other.pk}-{named.partition('-')[2]}.{signature}",
        f"{other.token.rpartition('.')[0]}.{signature}",
        mine.token[:-1],
        f"{mine.token}x",
        str(mine.pk),
        "",
    ]

    assert [GuestLink.objects.of_token(token) for token in forged] == [None] * len(forged)


def test_a_link_made_anew_under_the_same_number_is_another(project: Project) -> None:
    link = make_guest_link(project)
    token = link.token
    GuestLink.objects.filter(pk=link.pk).update(nonce="another")

    assert GuestLink.objects.of_token(token) is None
