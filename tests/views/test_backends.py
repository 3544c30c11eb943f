"""Who is signed in: one question, which also says whether they manage a project."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from studio.choices import Role
from studio.models import Membership, Project, User
from studio.views.backends import PersonBackend, no_page
from tests.factories import make_project, make_user


@pytest.mark.parametrize("roles", [(), (Role.ARTIST,), (Role.REVIEWER,), (Role.MANAGER,), (Role.ARTIST, Role.MANAGER)])
def test_person_is_known_to_manage_or_not_at_the_cost_of_one_question(
    db: None, roles: tuple[Role, ...], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    user = make_user()
    for role in roles:
        Membership.objects.create(project=make_project(), user=user, role=role)

    with django_assert_num_queries(1):
        person = PersonBackend().get_user(user.pk)

    assert (person, getattr(person, "manages", None)) == (user, Role.MANAGER in roles)


def test_nobody_is_there_who_was_shut_out_or_never_was(manager: User, project: Project) -> None:
    User.objects.filter(pk=manager.pk).update(is_active=False)

    assert [PersonBackend().get_user(pk) for pk in (manager.pk, 987654321)] == [None, None]


def test_file_is_given_to_a_person_of_whom_nothing_more_was_asked(manager: User, project: Project) -> None:
    found = [no_page(PersonBackend().get_user)(manager.pk), PersonBackend().get_user(manager.pk)]

    assert found == [manager, manager]
    assert [hasattr(person, name) for person in found for name in ("manages", "to_review", "unread")] == [False] * 3 + [
        True
    ] * 3


def test_nobody_gets_a_file_who_was_shut_out(manager: User) -> None:
    User.objects.filter(pk=manager.pk).update(is_active=False)

    assert no_page(PersonBackend().get_user)(manager.pk) is None


def test_pages_are_whole_again_after_a_file_that_could_not_be_given(manager: User) -> None:
    @no_page
    def failing() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        failing()

    assert vars(PersonBackend().get_user(manager.pk))["unread"] == 0
