"""The pages on which managers make guest links, see who came, and end them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from studio.choices import FileState, ReviewState
from studio.lib.clock import now
from studio.models import GuestLink, GuestVisit, Project, Render, User
from studio.views import guest_links as views
from tests.factories import make_output, make_project, make_render
from tests.team_factories import make_guest_link

NEW = reverse("guest-link-create", args=["tea"])
LIST = reverse("guest-links", args=["tea"])


def ready(project: Project, **over: Any) -> Render:
    take = make_render(project, **over)
    make_output(take)
    return take


def page(name: str, link: GuestLink) -> str:
    return reverse(name, args=[link.pk])


def offered(content: bytes) -> list[tuple[int, bool]]:
    found = re.findall(r'name="take" value="(\d+)"( checked)?', content.decode())
    return [(int(pk), bool(checked)) for pk, checked in found]


@pytest.fixture
def manages(client_of: Callable[[User], Client], manager: User) -> Client:
    return client_of(manager)


def test_create_offers_the_approved_takes_ticked_and_grants_nothing(manages: Client, project: Project) -> None:
    other = ready(project)
    approved = ready(project, review_state=ReviewState.APPROVED)
    ready(project, deleted_at=now())
    ready(make_project())

    response = manages.get(NEW)

    assert offered(response.content) == [(approved.pk, True), (other.pk, False)]
    assert [response.context["form"][f"may_{right}"].value() for right in ("comment", "decide", "download")] == [
        None
    ] * 3


def test_create_offers_the_selected_takes_in_their_order(manages: Client, project: Project) -> None:
    ready(project, review_state=ReviewState.APPROVED)
    first, second, foreign = ready(project), ready(project), ready(make_project())
    chosen = [str(second.pk), str(first.pk), str(foreign.pk), "x", "9" * 30]

    response = manages.get(NEW, {"take": chosen})

    assert offered(response.content)[:2] == [(second.pk, True), (first.pk, True)]
    assert [ticked for _, ticked in offered(response.content)] == [True, True, False]


def test_create_makes_the_link_and_leads_to_its_address(manages: Client, project: Project, manager: User) -> None:
    take = ready(project)
    form = {"label": "Acme", "lasts": "30", "take": [take.pk], "may_comment": "on", "watermark": "Acme only"}

    response = manages.post(NEW, form, follow=True)

    link = GuestLink.objects.get()
    assert response.redirect_chain == [(page("guest-link-detail", link), 302)]
    assert (link.may_comment, link.may_decide, link.watermark, link.created_by) == (True, False, "Acme only", manager)
    assert abs(link.expires_at - now() - timedelta(days=30)) < timedelta(minutes=1)
    assert f'value="http://127.0.0.1:8700/g/{link.token}/"' in response.content.decode()


def test_create_until_a_date_lasts_to_its_end(manages: Client, project: Project) -> None:
    day = timezone.localdate() + timedelta(days=90)

    manages.post(NEW, {"label": "Acme", "lasts": "date", "until": day.isoformat(), "take": [ready(project).pk]})

    assert timezone.localtime(GuestLink.objects.get().expires_at).strftime("%F %T") == f"{day} 23:59:59"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"label": ""}, "label"),
        ({"label": "x" * 100_000}, "label"),
        ({"label": "\x00"}, "label"),
        ({"lasts": "1000"}, "lasts"),
        ({"lasts": "date"}, "until"),
        ({"lasts": "date", "until": "2020-01-01"}, "until"),
        ({"lasts": "date", "until": "9999-12-31"}, "until"),
        ({"password": "short"}, "password"),
        ({"watermark": "Чай"}, "watermark"),
        ({"take": []}, "take"),
        ({"take": ["x"]}, "take"),
        ({"take": ["9" * 30]}, "take"),
        ({"take": ["999999999"]}, "take"),
    ],
)
def test_create_keeps_what_was_typed(manages: Client, project: Project, change: dict[str, Any], field: str) -> None:
    take = ready(project)
    form = {"label": "Acme", "lasts": "7", "take": [take.pk], "watermark": "Kept words"} | change

    response = manages.post(NEW, form)

    assert (response.status_code, list(response.context["form"].errors), GuestLink.objects.count()) == (422, [field], 0)
    assert response.context["form"]["watermark"].value() == form["watermark"]
    assert (take.pk, "take" not in change) in offered(response.content)


def test_create_says_of_each_missing_thing_what_to_do(manages: Client, project: Project) -> None:
    ready(project)

    response = manages.post(NEW, {"label": " ", "lasts": "date", "until": ""})

    assert response.context["form"].errors == {
        "label": ["Say who the link is for."],
        "until": ["Choose the last day on which the link works."],
        "take": ["Choose at least one take."],
    }


def test_create_leaves_the_takes_where_they_stood_after_an_error(manages: Client, project: Project) -> None:
    oldest, middle, newest = ready(project), ready(project), ready(project)
    foreign = ready(make_project())
    stood = [middle.pk, newest.pk, foreign.pk, oldest.pk, "x"]

    response = manages.post(NEW, {"label": "", "lasts": "7", "offered": stood, "take": [oldest.pk]})

    assert offered(response.content) == [(middle.pk, False), (newest.pk, False), (oldest.pk, True)]


@pytest.mark.parametrize(
    ("state", "says"), [(FileState.WAITING, True), (FileState.RUNNING, True), (FileState.READY, False)]
)
def test_detail_says_that_a_link_can_be_sent_while_takes_are_prepared(
    manages: Client, project: Project, state: FileState, says: bool
) -> None:
    link = make_guest_link(project, ready(project))
    link.shown.update(preview_state=state)

    assert (b'id="prepares"' in manages.get(page("guest-link-detail", link)).content) == says


def test_list_says_who_came_and_what_is_open(manages: Client, project: Project) -> None:
    take = ready(project)
    make_guest_link(project, take, label="Over", expires_at=now() - timedelta(days=1))
    make_guest_link(project, take, label="Gone", revoked_at=now())
    busy = make_guest_link(project, take, ready(project), label="Busy")
    busy.shown.filter(position=1).update(preview_state=FileState.FAILED)
    for kind in ("opened", "opened", "played"):
        GuestVisit.objects.create(link=busy, kind=kind)

    rows = manages.get(LIST).context["rows"]

    assert [(row["link"].label, row["closed"]) for row in rows] == [
        ("Busy", ""),
        ("Gone", "revoked"),
        ("Over", "expired"),
    ]
    first = rows[0]["link"]
    assert (first.takes, first.visitors, first.failures, first.last_visit is not None) == (2, 2, 1, True)


def test_list_is_paged_and_asks_the_database_as_often_for_many(
    manages: Client,
    project: Project,
    django_assert_num_queries: DjangoAssertNumQueries,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(views, "PAGE", 3)
    links = [make_guest_link(project) for _ in range(5)]

    with django_assert_num_queries(6):
        first = manages.get(LIST)
    second = manages.get(LIST, {"before": first.context["next_before"]})

    shown = [[row["link"].pk for row in answer.context["rows"]] for answer in (first, second)]
    newest = [link.pk for link in reversed(links)]
    assert (shown, second.context["next_before"]) == ([newest[:3], newest[3:]], None)


def test_detail_lists_visits_newest_first_with_the_places_of_takes(manages: Client, project: Project) -> None:
    take = ready(project)
    link = make_guest_link(project, ready(project), take)
    for kind, shown in (("opened", None), ("played", take)):
        GuestVisit.objects.create(link=link, kind=kind, render=shown)

    visits = manages.get(page("guest-link-detail", link)).context["visits"]

    assert [(visit.kind, visit.place) for visit in visits] == [("played", 2), ("opened", None)]


def test_detail_of_a_closed_link_shows_no_address(manages: Client, project: Project) -> None:
    link = make_guest_link(project, ready(project), revoked_at=now())

    assert link.token not in manages.get(page("guest-link-detail", link)).content.decode()


def test_change_narrows_and_prolongs(manages: Client, project: Project) -> None:
    kept, gone = ready(project), ready(project)
    link = make_guest_link(project, kept, gone, may_comment=True, may_decide=True)
    day = timezone.localdate() + timedelta(days=20)

    response = manages.post(
        page("guest-link-change", link), {"until": day.isoformat(), "rights": ["may_decide"], "take": [kept.pk]}
    )

    link.refresh_from_db()
    assert response["Location"] == page("guest-link-detail", link)
    assert (link.may_comment, link.may_decide, timezone.localdate(link.expires_at)) == (False, True, day)
    assert list(link.shown.values_list("render_id", flat=True)) == [kept.pk]


@pytest.mark.parametrize(
    "form",
    [
        {"until": ""},
        {"until": "2020-01-01"},
        {"rights": ["may_download"]},
        {"rights": ["may_fly"]},
        {"take": []},
        {"take": ["12345"]},
    ],
)
def test_change_refuses_what_would_widen_or_make_no_sense(
    manages: Client, project: Project, form: dict[str, Any]
) -> None:
    take = ready(project)
    link = make_guest_link(project, take)
    until = timezone.localdate(link.expires_at).isoformat()

    response = manages.post(page("guest-link-change", link), {"until": until, "take": [take.pk]} | form)

    link.refresh_from_db()
    assert (response.status_code, link.may_download, link.shown.get().render) == (422, False, take)


def test_change_without_changes_keeps_the_moment(manages: Client, project: Project) -> None:
    take = ready(project)
    link = make_guest_link(project, take)

    manages.post(
        page("guest-link-change", link),
        {"until": timezone.localdate(link.expires_at).isoformat(), "take": [take.pk]},
    )

    assert GuestLink.objects.get().expires_at == link.expires_at


def test_revoke_ends_it_and_twice_is_harmless(manages: Client, project: Project) -> None:
    link = make_guest_link(project, ready(project))

    answers = [manages.post(page("guest-link-revoke", link)).status_code for _ in range(2)]

    assert (answers, GuestLink.objects.open().count()) == ([302, 302], 0)


def test_remake_asks_again_for_failed_copies(manages: Client, project: Project) -> None:
    link = make_guest_link(project, ready(project))
    link.shown.update(preview_state=FileState.FAILED, preview_tries=3)
    assert "could not be prepared" in manages.get(page("guest-link-detail", link)).content.decode()

    manages.post(page("guest-link-remake", link))

    assert list(link.shown.values_list("preview_state", "preview_tries")) == [("waiting", 0)]


@pytest.mark.parametrize("name", ["guest-link-change", "guest-link-revoke", "guest-link-remake"])
def test_links_of_projects_that_are_managed_by_others_do_not_exist(
    manages: Client, project: Project, name: str
) -> None:
    link = make_guest_link(make_project())

    assert manages.post(page(name, link)).status_code == 404
    assert GuestLink.objects.open().get() == link
