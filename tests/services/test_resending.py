"""Send again: a new take in the place of one that nobody knows about, and both of them counted."""

from __future__ import annotations

import threading

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connections

from studio.choices import Lineage, RenderState, Role, Standing
from studio.models import AuditEntry, Membership, Project, ProviderKey, Render, User
from studio.services import resending, unconfirmed
from studio.services.renders import Refused
from tests.factories import make_project, make_unconfirmed, make_user, money_of

pytestmark = pytest.mark.django_db


def test_send_again_makes_one_new_take_and_keeps_the_doubt_about_the_first(project: Project, manager: User) -> None:
    take = make_unconfirmed(project)

    again = resending.send_again(render=take, actor=manager)

    take.refresh_from_db()
    assert (take.state, take.standing) == (RenderState.FAILED, Standing.POSSIBLY)
    assert (again.state, again.standing, again.asked_by) == (RenderState.QUEUED, Standing.RESERVED, manager)
    assert (again.parent, again.lineage, again.spec, again.key) == (take, Lineage.RETRY, take.spec, take.key)
    assert money_of(again) == [(1, "estimated"), (1, "reserved")]
    event = take.events.order_by("-pk")[0]
    assert (event.reason, event.actor) == (
        f"Sent again as take {again.pk}; this one may have been charged as well",
        manager,
    )


def test_send_again_pressed_twice_is_one_new_take(project: Project, manager: User) -> None:
    take = make_unconfirmed(project)
    stale = Render.objects.get(pk=take.pk)

    made = [resending.send_again(render=each, actor=manager) for each in (take, stale, Render.objects.get(pk=take.pk))]

    assert len({each.pk for each in made}) == 1
    assert Render.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_send_again_pressed_by_two_managers_at_once_is_one_new_take(transactional_db: None) -> None:
    managers = [make_user(), make_user()]
    project = make_project({Role.MANAGER: managers[0]})
    Membership.objects.create(project=project, user=managers[1], role=Role.MANAGER)
    take = make_unconfirmed(project)
    start, made = threading.Barrier(2), []

    def press(actor: User) -> None:
        mine = Render.objects.get(pk=take.pk)
        start.wait()
        try:
            made.append(resending.send_again(render=mine, actor=actor).pk)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press, args=(actor,)) for actor in managers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(made), len(set(made)), Render.objects.count()) == (2, 1, 2)


@pytest.mark.parametrize("role", ["artist", "reviewer", "outsider"])
def test_send_again_is_for_managers_alone(
    project: Project, artist: User, reviewer: User, outsider: User, role: str
) -> None:
    take = make_unconfirmed(project, asked_by=artist)

    with pytest.raises(PermissionDenied, match="Only a manager"):
        resending.send_again(render=take, actor={"artist": artist, "reviewer": reviewer, "outsider": outsider}[role])

    take.refresh_from_db()
    assert (take.state, Render.objects.count()) == (RenderState.UNCONFIRMED, 1)


def test_send_again_by_an_admin_who_is_a_member_of_nothing(project: Project, admin: User) -> None:
    assert resending.send_again(render=make_unconfirmed(project), actor=admin).asked_by == admin


def test_send_again_that_is_refused_changes_nothing(project: Project, manager: User) -> None:
    take = make_unconfirmed(project)
    ProviderKey.objects.update(monthly_cap="0.50")

    with pytest.raises(Refused, match="This key is limited to"):
        resending.send_again(render=take, actor=manager)

    take.refresh_from_db()
    assert (take.state, take.standing, Render.objects.count()) == (
        RenderState.UNCONFIRMED,
        Standing.POSSIBLY,
        1,
    )


def test_send_again_of_what_has_been_found_meanwhile_makes_nothing(project: Project, manager: User) -> None:
    take = make_unconfirmed(project)
    stale = Render.objects.get(pk=take.pk)
    unconfirmed.adopt(render=take, actor=manager, remote_id="ldtask_found")

    with pytest.raises(ValidationError):
        resending.send_again(render=stale, actor=manager)

    take.refresh_from_db()
    assert (take.state, Render.objects.count()) == (RenderState.WAITING, 1)


def test_send_again_stands_in_the_audit_list_once(project: Project, manager: User) -> None:
    take = make_unconfirmed(project)

    again, _ = [resending.send_again(render=take, actor=manager, address="203.0.113.7") for _ in range(2)]

    entry = AuditEntry.objects.get()
    assert (entry.act, entry.actor, entry.address, entry.subject, entry.detail) == (
        "take-send-again",
        manager,
        "203.0.113.7",
        f"Take {take.pk} of {project.name}",
        f"Sent again as take {again.pk}; it may be charged twice",
    )
