"""Guests: coming in, what they see at each moment, and the log of their visits."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError

from studio.choices import FileState, VisitKind
from studio.lib.clock import now
from studio.models import Guest, GuestLink, GuestTake, GuestVisit, Project, Render
from studio.services import guests
from studio.services.guests import TooFast, WrongPassword
from tests.factories import make_output, make_render
from tests.team_factories import make_comment, make_guest_link


@pytest.fixture
def take(project: Project) -> Render:
    found = make_render(project)
    make_output(found)
    return found


@pytest.fixture
def link(project: Project, take: Render) -> GuestLink:
    return make_guest_link(project, take)


@pytest.fixture
def locked(project: Project, take: Render) -> GuestLink:
    return make_guest_link(project, take, password=make_password("tea and milk"))


def visits(link: GuestLink) -> list[tuple[str, str | None]]:
    return list(link.visits.order_by("pk").values_list("kind", "guest__name"))


def test_enter_keeps_the_name_and_writes_a_line(link: GuestLink) -> None:
    guest = guests.enter(link=link, name="  Cleo \n Client ", address="10.0.0.9", agent="Browser\x00" + "x" * 300)

    assert (guest.name, guest.link) == ("Cleo Client", link)
    visit = link.visits.get()
    assert (visit.kind, visit.guest, visit.address, len(visit.agent)) == (VisitKind.OPENED, guest, "10.0.0.9", 200)


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "\u200b\u2066"])
def test_enter_wants_a_name(link: GuestLink, name: str) -> None:
    with pytest.raises(ValidationError) as refused:
        guests.enter(link=link, name=name)

    assert (list(refused.value.message_dict), Guest.objects.count()) == (["name"], 0)


def test_enter_checks_the_password_and_writes_down_wrong_ones(locked: GuestLink) -> None:
    with pytest.raises(WrongPassword):
        guests.enter(link=locked, name="Cleo", password="coffee")
    guests.enter(link=locked, name="Cleo", password="tea and milk")

    assert visits(locked) == [(VisitKind.REFUSED, None), (VisitKind.OPENED, "Cleo")]


def test_enter_is_shut_after_wrong_passwords_from_one_address_only(locked: GuestLink) -> None:
    for _ in range(guests.MOST_TRIES):
        with pytest.raises(WrongPassword):
            guests.enter(link=locked, name="Eve", password="guess", address="10.0.0.1")

    with pytest.raises(TooFast):
        guests.enter(link=locked, name="Eve", password="tea and milk", address="10.0.0.1")
    guests.enter(link=locked, name="Cleo", password="tea and milk", address="10.0.0.2")

    locked.visits.filter(kind=VisitKind.REFUSED).update(created_at=now() - guests.SHUT)
    guests.enter(link=locked, name="Eve", password="tea and milk", address="10.0.0.1")


def test_enter_counts_a_try_before_it_looks_at_the_password(locked: GuestLink, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[int] = []

    def looks(link: GuestLink, password: str) -> bool:
        counted.append(link.visits.filter(kind=VisitKind.REFUSED).count())
        return password == "tea and milk"

    monkeypatch.setattr(GuestLink, "opens_with", looks)
    with pytest.raises(WrongPassword):
        guests.enter(link=locked, name="Eve", password="coffee")
    guests.enter(link=locked, name="Cleo", password="tea and milk")

    assert (counted, visits(locked)) == ([1, 2], [(VisitKind.REFUSED, None), (VisitKind.OPENED, "Cleo")])


@pytest.mark.parametrize(
    ("name", "kept"), [("Cleo\u202e Client", "Cleo Client"), ("\ufeffCl\u200beo", "Cleo"), ("Zoë 映", "Zoë 映")]
)
def test_enter_keeps_no_character_of_a_name_that_nobody_sees(link: GuestLink, name: str, kept: str) -> None:
    assert guests.enter(link=link, name=name).name == kept


def test_enter_is_shut_for_guessing_from_many_addresses(locked: GuestLink) -> None:
    GuestVisit.objects.bulk_create(
        GuestVisit(link=locked, kind=VisitKind.REFUSED, address=f"10.0.{number % 100}.{number}")
        for number in range(guests.MOST_TRIES_OF_ALL)
    )

    with pytest.raises(TooFast):
        guests.enter(link=locked, name="Eve", password="tea and milk", address="10.9.9.9")


def test_enter_makes_no_crowd_of_guests(link: GuestLink) -> None:
    for number in range(guests.MOST_ENTRIES):
        guests.enter(link=link, name=f"Guest {number}", address="10.0.0.1")

    with pytest.raises(TooFast):
        guests.enter(link=link, name="One more", address="10.0.0.1")
    guests.enter(link=link, name="Somebody else", address="10.0.0.2")


@pytest.mark.parametrize("over", [{"revoked_at": now()}, {"expires_at": now() - timedelta(seconds=1)}])
def test_nobody_enters_by_a_closed_link(project: Project, take: Render, over: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        guests.enter(link=make_guest_link(project, take, **over), name="Cleo")


def test_playing_on_is_one_line_in_the_log(link: GuestLink, take: Render) -> None:
    guest = Guest.objects.create(link=link, name="Cleo")
    for _ in range(3):
        guests.log(link=link, kind=VisitKind.PLAYED, guest=guest, take=take)
    assert visits(link) == [(VisitKind.PLAYED, "Cleo")]

    link.visits.update(created_at=now() - guests.ONE_VISIT)
    guests.log(link=link, kind=VisitKind.PLAYED, guest=guest, take=take)

    assert visits(link) == [(VisitKind.PLAYED, "Cleo")] * 2


def test_a_take_that_is_deleted_or_not_ready_vanishes_and_comes_back(link: GuestLink, take: Render) -> None:
    takes = Render.objects.filter(pk=take.pk)
    seen = [guests.shown_to(link=link).count()]
    for change in ({"deleted_at": now()}, {"deleted_at": None, "state": "failed"}, {"state": "ready"}):
        takes.update(**change)
        seen.append(guests.shown_to(link=link).count())

    assert seen == [1, 0, 0, 1]


@pytest.mark.parametrize(
    ("state", "preview", "watermark", "video"),
    [
        ("", "", "", "the original"),
        ("", "", "Acme", None),
        (FileState.WAITING, "", "Acme", None),
        (FileState.RUNNING, "", "", None),
        (FileState.FAILED, "", "Acme", None),
        (FileState.FAILED, "", "", None),
        (FileState.READY, "", "Acme", None),
        (FileState.READY, "renders/1/guest-1.mp4", "Acme", "renders/1/guest-1.mp4"),
        (FileState.READY, "renders/1/guest-1.mp4", "", "renders/1/guest-1.mp4"),
    ],
)
def test_a_marked_take_is_served_with_its_mark_or_not_at_all(
    link: GuestLink, take: Render, state: str, preview: str, watermark: str, video: str | None
) -> None:
    link.watermark = watermark
    GuestTake.objects.update(preview_state=state, preview=preview)

    files = guests.files_of(link=link, shown=guests.shown_to(link=link).get())

    expected = take.output.file if video == "the original" else video
    assert (files.video if files else None) == expected


def test_a_guest_says_so_much_in_ten_minutes(link: GuestLink, take: Render) -> None:
    guest, other = Guest.objects.create(link=link, name="Cleo"), Guest.objects.create(link=link, name="Otto")
    for _ in range(guests.MOST_COMMENTS):
        make_comment(take, guest=guest)

    with pytest.raises(TooFast):
        guests.require_pace(guest=guest, kind=VisitKind.COMMENTED)
    guests.require_pace(guest=other, kind=VisitKind.COMMENTED)

    guest.comments.update(created_at=now() - guests.PACE)
    guests.require_pace(guest=guest, kind=VisitKind.COMMENTED)


def test_guests_who_come_in_again_say_no_more_than_one_link_may(
    link: GuestLink, take: Render, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guests, "MOST_COMMENTS_OF_ALL", 2)
    monkeypatch.setattr(guests, "MOST_VERDICTS_OF_ALL", 2)
    for name in ("Cleo", "Cleo again"):
        guest = Guest.objects.create(link=link, name=name)
        make_comment(take, guest=guest)
        guests.log(link=link, kind=VisitKind.DECIDED, guest=guest, take=take)
    third = Guest.objects.create(link=link, name="Cleo, a third time")

    for kind in (VisitKind.COMMENTED, VisitKind.DECIDED):
        with pytest.raises(TooFast):
            guests.require_pace(guest=third, kind=kind)
