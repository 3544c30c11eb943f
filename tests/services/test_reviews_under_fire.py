"""Many verdicts at the same moment: the take always stands where its current verdicts lead."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle

import pytest
from django.core.exceptions import ValidationError

from studio.choices import ReviewState, Role, Verdict
from studio.models import Project, Render, User
from studio.services import reviews, take_bin, verdicts
from tests.factories import make_output, make_project, make_render, make_user
from tests.racing import at_once

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 8


@pytest.fixture
def team(transactional_db: None) -> tuple[Project, list[User]]:
    project, people = make_project(approvals_needed=2), [make_user() for _ in range(PEOPLE)]
    for person in people:
        project.memberships.create(user=person, role=Role.REVIEWER)
    return project, people


def ready(project: Project) -> Render:
    take = make_render(project)
    make_output(take)
    return take


def is_settled(take: Render) -> bool:
    found = Render.objects.select_related("project").get(pk=take.pk)
    said = found.reviews.current().values_list("verdict", flat=True)
    is_sent, needed = found.review_asked_at is not None, found.project.approvals_needed
    return found.review_state == verdicts.state_of(verdicts=said, needed=needed, is_sent=is_sent)


def decide(take: Render, person: User, verdict: Verdict) -> Callable[[], object]:
    return lambda: reviews.decide(take=take, verdict=verdict, reason="Because.", reviewer=person)


def test_two_approvals_at_once_approve_where_two_are_needed(team: tuple[Project, list[User]]) -> None:
    project, people = team
    takes = [ready(project) for _ in range(4)]
    reviews.send(takes=takes, actor=people[0])

    wrong = at_once([decide(take, person, Verdict.APPROVED) for take in takes for person in people[1:3]])

    assert wrong == []
    assert set(Render.objects.values_list("review_state", flat=True)) == {ReviewState.APPROVED}


def test_verdicts_that_cross_leave_one_of_each_person_and_a_state_that_follows(
    team: tuple[Project, list[User]],
) -> None:
    project, people = team
    take = ready(project)
    words = cycle(Verdict)

    wrong = at_once([decide(take, person, next(words)) for _ in range(4) for person in people])

    assert wrong == []
    assert (take.reviews.current().count(), is_settled(take)) == (PEOPLE, True)


def test_a_take_is_approved_or_deleted_and_never_both(team: tuple[Project, list[User]]) -> None:
    project, people = team
    Project.objects.update(approvals_needed=1)
    takes = [ready(project) for _ in range(6)]

    def delete(take: Render) -> Callable[[], object]:
        return lambda: take_bin.delete(take=take, actor=people[0])

    acts = [act for take in takes for act in (decide(take, people[1], Verdict.APPROVED), delete(take))]
    wrong = at_once(acts)

    assert len(wrong) == len(takes)
    assert all(each.startswith(ValidationError.__name__) for each in wrong)
    stored = Render.objects.values_list("review_state", "deleted_at")
    assert [state == ReviewState.APPROVED for state, _ in stored] == [deleted is None for _, deleted in stored]


def test_a_rule_that_changes_meanwhile_holds_for_all_verdicts(team: tuple[Project, list[User]]) -> None:
    project, people = team
    takes = [ready(project) for _ in range(6)]
    rules = [
        lambda needed=needed: reviews.set_rules(
            project=Project.objects.get(pk=project.pk),
            approvals_needed=needed,
            artists_decide_on_own=False,
            actor=people[0],
        )
        for needed in (1, 3)
    ]

    wrong = at_once([*rules, *(decide(take, people[number], Verdict.APPROVED) for take in takes for number in (1, 2))])

    assert wrong == []
    assert [take.pk for take in takes if not is_settled(take)] == []
