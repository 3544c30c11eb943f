"""Who decides: members by their role, guests by what their link grants."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from studio.choices import Role, Verdict
from studio.lib.clock import now
from studio.models import GuestLink, Membership, Project, Render, User
from studio.models.guests import Guest
from studio.services import review_queue, reviews, verdicts
from tests.factories import make_user
from tests.services.reviewing import A, W, history, ready, sent, stored, take
from tests.team_factories import make_guest_link

__all__ = ["sent", "take"]


def role_case(role: Role | None, own: bool, allowed: bool, may: bool) -> Any:
    return pytest.param(role, own, allowed, may, id=f"{role}-{'own' if own else 'other'}-{allowed}")


ROLE_CASES = [
    role_case(Role.MANAGER, True, False, True),
    role_case(Role.MANAGER, False, False, True),
    role_case(Role.REVIEWER, False, False, True),
    role_case(Role.REVIEWER, True, False, False),
    role_case(Role.REVIEWER, True, True, True),
    role_case(Role.ARTIST, True, False, False),
    role_case(Role.ARTIST, True, True, True),
    role_case(Role.ARTIST, False, True, False),
    role_case(None, False, True, False),
]


@pytest.mark.parametrize(("role", "own", "allowed", "may"), ROLE_CASES)
def test_who_decides(project: Project, artist: User, role: Role | None, own: bool, allowed: bool, may: bool) -> None:
    person = make_user()
    if role:
        Membership.objects.create(project=project, user=person, role=role)
    Project.objects.update(artists_decide_on_own=allowed)
    take = Render.objects.get(pk=ready(project, asked_by=person if own else artist).pk)
    reviews.send(takes=[take], actor=artist)

    stands_against = verdicts.why_not_role(take=take, user=person, role=role) or verdicts.why_not_now(take)

    assert (stands_against == "") is may
    assert [*review_queue.waiting(user=person, only_mine=True)] == ([take] if may else [])
    if may:
        reviews.decide(take=take, verdict=Verdict.APPROVED, reviewer=person)
        assert review_queue.waiting(user=person, only_mine=True).count() == 0
    else:
        with pytest.raises(ValidationError):
            reviews.decide(take=take, verdict=Verdict.APPROVED, reviewer=person)


def test_what_the_shell_asked_for_is_nobodys_own(project: Project, reviewer: User, artist: User) -> None:
    take = ready(project, asked_by=None)
    reviews.send(takes=[take], actor=artist)

    assert [*review_queue.waiting(user=reviewer, only_mine=True)] == [take]


def guest_of(link: GuestLink) -> Guest:
    return Guest.objects.create(link=link, name="Gail")


def test_a_guest_decides_where_the_link_lets_them(sent: Render, project: Project) -> None:
    guest = guest_of(make_guest_link(project, sent, may_decide=True))

    made = reviews.decide(take=sent, verdict=Verdict.APPROVED, guest=guest)

    assert (made.name, stored(sent), history(sent)[-1]) == ("Gail (guest)", A, "Approved by Gail (guest)")


def test_who_may_decide_need_not_wait_for_a_take_to_be_sent_be_it_a_member_or_a_guest(
    take: Render, project: Project, reviewer: User
) -> None:
    other = ready(project)
    guest = guest_of(make_guest_link(project, take, may_decide=True))

    reviews.decide(take=take, verdict=Verdict.APPROVED, guest=guest)
    reviews.decide(take=other, verdict=Verdict.APPROVED, reviewer=reviewer)

    assert (stored(take), stored(other)) == (A, A)


def test_a_guest_decides_nowhere_else(sent: Render, project: Project) -> None:
    other = ready(project)
    looking, deciding = (
        guest_of(make_guest_link(project, sent)),
        guest_of(make_guest_link(project, sent, may_decide=True)),
    )

    for guest, asked in ((looking, sent), (deciding, other)):
        with pytest.raises(ValidationError, match="does not let you decide"):
            reviews.decide(take=asked, verdict=Verdict.APPROVED, guest=guest)


@pytest.mark.parametrize("over", [{"may_decide": False}, {"revoked_at": now()}, {"expires_at": now()}])
def test_a_guest_decides_only_what_the_link_grants_now(sent: Render, project: Project, over: dict[str, Any]) -> None:
    guest = guest_of(make_guest_link(project, sent, may_decide=True))
    GuestLink.objects.update(**over)

    with pytest.raises(ValidationError, match="does not let you decide"):
        reviews.decide(take=sent, verdict=Verdict.APPROVED, guest=guest)


def test_guests_of_one_link_have_one_voice(sent: Render, project: Project) -> None:
    Project.objects.update(approvals_needed=2)
    link = make_guest_link(project, sent, may_decide=True)
    gail, again = guest_of(link), Guest.objects.create(link=link, name="Gail again")

    for guest in (gail, again, gail, gail):
        reviews.decide(take=sent, verdict=Verdict.APPROVED, guest=guest)
    assert ([said.guest for said in sent.reviews.current()], sent.reviews.count(), stored(sent)) == ([gail], 3, W)

    other = guest_of(make_guest_link(project, sent, may_decide=True))
    reviews.decide(take=sent, verdict=Verdict.APPROVED, guest=other)
    assert ([said.guest for said in sent.reviews.current()], stored(sent)) == ([gail, other], A)


def test_the_voice_of_a_link_takes_no_members_place(sent: Render, project: Project, reviewer: User) -> None:
    reviews.decide(take=sent, verdict=Verdict.REJECTED, reason="Too dark", reviewer=reviewer)
    reviews.decide(take=sent, verdict=Verdict.APPROVED, guest=guest_of(make_guest_link(project, sent, may_decide=True)))

    assert [said.verdict for said in sent.reviews.current()] == [Verdict.REJECTED, Verdict.APPROVED]
