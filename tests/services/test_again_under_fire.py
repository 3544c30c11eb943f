"""Asking again for one failed take from many sides at the same moment: one new take is paid for, the others find it."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import connections

from studio.choices import Lineage, RenderState, Role, Standing
from studio.models import Notification, Project, Render, User
from studio.services import renders, resending, second_looks
from studio.services.renders import Refused
from tests.factories import make_attempt, make_key, make_project, make_render, make_request, make_unconfirmed, make_user
from tests.racing import at_once

pytestmark = pytest.mark.django_db(transaction=True)
PRESSES = 8


@pytest.fixture
def team(transactional_db: None) -> tuple[Project, User]:
    boss = make_user("boss")
    make_key()
    return make_project({Role.MANAGER: boss}), boss


def fresh(take: Render) -> Render:
    return Render.objects.get(pk=take.pk)


def sent_again(project: Project, boss: User) -> tuple[Render, Render]:
    """One that nobody knew about, and the take in its place, about which nobody knows either."""
    first = make_unconfirmed(project)
    second = resending.send_again(render=first, actor=boss)
    Render.objects.filter(pk=second.pk).update(state=RenderState.UNCONFIRMED, standing=Standing.POSSIBLY)
    return fresh(first), fresh(second)


def meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Let `act` happen in another session, after the next press has looked at its take and before it makes one."""
    look = renders._require_over

    def then(take: Render) -> None:
        look(take)
        monkeypatch.setattr(renders, "_require_over", look)

        def elsewhere() -> None:
            try:
                act()
            finally:
                connections.close_all()

        thread = Thread(target=elsewhere)
        thread.start()
        thread.join()

    monkeypatch.setattr(renders, "_require_over", then)


def test_try_again_of_what_was_sent_again_twice_finds_the_newest(team: tuple[Project, User]) -> None:
    project, boss = team
    first, second = sent_again(project, boss)
    third = resending.send_again(render=second, actor=boss)

    again = renders.retry(render=first, asked_by=boss)

    assert (again, again.was_asked_before, Render.objects.count()) == (third, True, 3)


def test_send_again_in_the_moment_of_a_try_again_is_what_that_one_finds(
    team: tuple[Project, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    project, boss = team
    first, second = sent_again(project, boss)
    meanwhile(monkeypatch, lambda: resending.send_again(render=fresh(second), actor=boss))

    again = renders.retry(render=first, asked_by=boss)

    assert (again.parent_id, Render.objects.count()) == (second.pk, 3)


def test_take_that_is_followed_again_in_the_moment_of_a_try_again_is_not_paid_for_anew(
    team: tuple[Project, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    project, boss = team
    take = make_render(project, state=RenderState.EXPIRED, standing=Standing.POSSIBLY)
    make_attempt(take, outcome="accepted", remote_id="task-1")
    meanwhile(monkeypatch, lambda: second_looks.look_again(render=fresh(take), actor=boss))

    with pytest.raises(ValidationError):
        renders.retry(render=take, asked_by=boss)

    assert (fresh(take).state, Render.objects.count()) == (RenderState.WAITING, 1)


def test_try_again_of_what_goes_on_at_the_next_gateway_makes_nothing(team: tuple[Project, User]) -> None:
    project, boss = team
    take = make_render(project, state=RenderState.REFUSED, standing=Standing.RELEASED)
    other = make_key(provider="seedance", currency="credits")
    next_one = make_render(project, other, parent=take, shot=take, lineage=Lineage.SWITCH)

    with pytest.raises(ValidationError) as caught:
        renders.retry(render=take, asked_by=boss)

    assert caught.value.messages == [
        f"Take {take.pk} is being made again as take {next_one.pk} already, in another way. Nothing new is paid for."
    ]
    assert Render.objects.count() == 2


def test_try_again_of_a_try_finds_what_was_made_in_place_of_the_first(team: tuple[Project, User]) -> None:
    project, boss = team
    first = make_render(project, state=RenderState.FAILED)
    second = renders.retry(render=first, asked_by=boss)
    Render.objects.filter(pk=second.pk).update(state=RenderState.FAILED, standing=Standing.RELEASED)
    third = renders.retry(render=first, asked_by=boss)

    again = renders.retry(render=fresh(second), asked_by=boss)

    assert (again, again.was_asked_before, Render.objects.count()) == (third, True, 3)


def test_try_again_of_a_try_finds_the_first_that_is_followed_again(team: tuple[Project, User]) -> None:
    project, boss = team
    first = make_render(project, state=RenderState.EXPIRED, standing=Standing.POSSIBLY)
    make_attempt(first, outcome="accepted", remote_id="task-1")
    second = renders.retry(render=first, asked_by=boss)
    Render.objects.filter(pk=second.pk).update(state=RenderState.FAILED, standing=Standing.RELEASED)
    second_looks.look_again(render=fresh(first), actor=boss)

    again = renders.retry(render=fresh(second), asked_by=boss)

    assert (again, again.was_asked_before, Render.objects.count()) == (first, True, 2)


def test_try_again_of_a_take_and_of_its_try_by_many_at_once_is_one_take(team: tuple[Project, User]) -> None:
    project, boss = team
    first = make_render(project, state=RenderState.FAILED)
    second = renders.retry(render=first, asked_by=boss)
    Render.objects.filter(pk=second.pk).update(state=RenderState.FAILED, standing=Standing.RELEASED)

    def press(take: Render) -> Callable[[], object]:
        return lambda: renders.retry(render=fresh(take), asked_by=boss)

    troubles = at_once([press(first), press(second)] * (PRESSES // 2))

    assert (troubles, Render.objects.count()) == ([], 3)


@pytest.mark.parametrize("ended", [True, False])
def test_try_again_and_send_again_pressed_by_many_at_once_make_one_take(
    team: tuple[Project, User], ended: bool
) -> None:
    project, boss = team
    first, second = sent_again(project, boss)
    if ended:
        Render.objects.filter(pk=second.pk).update(state=RenderState.FAILED, standing=Standing.RELEASED)

    def again() -> None:
        renders.retry(render=fresh(first), asked_by=boss)

    def resend() -> None:
        resending.send_again(render=fresh(second), actor=boss)

    troubles = at_once([again, resend if not ended else again] * (PRESSES // 2))

    assert (troubles, Render.objects.count()) == ([], 3)


def test_try_again_with_and_without_sound_by_many_after_it_was_sent_again_is_one_take(
    team: tuple[Project, User],
) -> None:
    project, boss = team
    first = make_render(project, state=RenderState.FAILED, request=make_request(sound=True))
    second = renders.retry(render=first, asked_by=boss)
    Render.objects.filter(pk=second.pk).update(state=RenderState.FAILED, standing=Standing.RELEASED)

    def press(sound: bool) -> Callable[[], object]:
        return lambda: renders.retry(render=fresh(first), asked_by=boss, sound=sound)

    troubles = at_once([press(True), press(False)] * (PRESSES // 2))

    # Half of them asked for it another way than the first one, and were told.
    assert (len(troubles), Render.objects.count()) == (PRESSES // 2, 3)


@pytest.mark.parametrize("act", ["try again", "send again"])
def test_press_that_a_limit_stops_is_told_of_though_nothing_is_stored(team: tuple[Project, User], act: str) -> None:
    project, boss = team
    make_user("admin", is_studio_admin=True)
    failed, unknown = make_render(project, state=RenderState.FAILED), make_unconfirmed(project)
    for take in (failed, unknown):
        take.key.monthly_cap = "0.50"
        take.key.save()

    with pytest.raises(Refused, match="This key is limited to"):
        if act == "try again":
            renders.retry(render=fresh(failed), asked_by=boss)
        else:
            resending.send_again(render=fresh(unknown), actor=boss)

    assert (Render.objects.count(), Notification.objects.filter(kind="budget").count()) == (2, 1)
