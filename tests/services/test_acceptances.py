"""A gateway's yes that comes late: after the sweep gave up, after a person's word, and after it was sent again."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django_q.models import OrmQ

from studio.choices import AssetKind, AttemptOutcome, RenderState, Standing
from studio.lib.clock import now
from studio.media.info import MediaInfo
from studio.models import Attempt, Project, Render, User
from studio.providers.answers import Usage
from studio.services import acceptances, ledger, outputs, recovery, resending, statuses, unconfirmed
from tests.factories import begin, make_render, make_unconfirmed, money_of
from tests.services.histories import last_word

pytestmark = pytest.mark.django_db


Word = Callable[[Render, User], Any]


TWO_ROUNDS = [(1, "estimated"), (1, "reserved"), (1, "possibly"), (2, "reserved")]


def not_created(render: Render, actor: User) -> None:
    unconfirmed.release(render=render, actor=actor)


def sent_again(render: Render, actor: User) -> None:
    resending.send_again(render=render, actor=actor)


def accept(render: Render, remote_id: str = "ldtask_late", **over: Any) -> None:
    """The gateway's answer to the render's only request, read at last."""
    values: dict[str, Any] = {"poll_url": "", "answer": "pending", "first_poll_seconds": 0.0} | over
    acceptances.record_accepted(attempt=render.attempts.get(), remote_id=remote_id, **values)
    render.refresh_from_db()


class Killed(BaseException):
    """The worker's process ends here."""


def killed(**_: Any) -> None:
    raise Killed


def make_submitting(project: Project) -> Render:
    """A take that is being sent in this moment."""
    take = make_render(project)
    ledger.reserve(render=take)
    assert begin(take) is not None
    return take


@pytest.mark.parametrize(
    ("word", "steps"),
    [
        (not_created, [(1, "estimated"), (1, "reserved"), (1, "possibly"), (1, "released"), (2, "reserved")]),
        (sent_again, TWO_ROUNDS),
    ],
)
def test_late_yes_after_a_persons_word_follows_the_task_and_holds_its_money_again(
    project: Project, manager: User, word: Word, steps: list[tuple[int, str]]
) -> None:
    take = make_unconfirmed(project)
    word(take, manager)

    accept(take)

    assert (take.state, take.standing, take.ended_at) == (RenderState.WAITING, Standing.RESERVED, None)
    assert (take.error_meaning, take.error_advice) == ("", "")
    assert money_of(take) == steps
    assert list(Render.objects.due(now())) == [take]
    assert last_word(take) == "The gateway's answer came late: it was created after all"


def test_late_yes_after_the_sweep_gave_up_is_a_yes(project: Project) -> None:
    take = make_unconfirmed(project)

    accept(take)

    assert (take.state, take.standing, money_of(take)) == (RenderState.WAITING, Standing.RESERVED, TWO_ROUNDS)
    assert last_word(take) == "Accepted by the gateway"


def test_late_yes_settles_what_the_gateway_took_with_it(project: Project, manager: User) -> None:
    take = make_unconfirmed(project)
    unconfirmed.release(render=take, actor=manager)

    accept(take, charge=Usage(charged=Decimal(40), currency="credits"))

    assert (take.standing, take.price, take.currency) == (Standing.SETTLED, Decimal(40), "credits")
    assert money_of(take)[-2:] == [(2, "reserved"), (2, "settled")]


def test_late_yes_that_is_written_down_twice_is_followed_once(project: Project, manager: User) -> None:
    take = make_unconfirmed(project)
    unconfirmed.release(render=take, actor=manager)
    accept(take)
    statuses.record_ended(
        render_id=take.pk, to=RenderState.FAILED, reason="Failed", said="", meaning="", advice="", free=True
    )

    accept(take)
    swept = recovery.sweep()["late"]

    assert (take.state, take.standing, swept) == (RenderState.FAILED, Standing.RELEASED, 0)
    assert take.events.filter(to_state=RenderState.WAITING).count() == 1


def test_late_yes_names_another_task_than_the_person_who_found_one(project: Project, manager: User) -> None:
    take = make_unconfirmed(project)
    unconfirmed.adopt(render=take, actor=manager, remote_id="ldtask_mistaken")

    accept(take, "ldtask_true")

    assert (take.state, take.attempts.get().remote_id) == (RenderState.WAITING, "ldtask_true")
    assert last_word(take) == (
        "The gateway's answer came late and names the task ldtask_true, not ldtask_mistaken: that one is followed now"
    )


@pytest.mark.parametrize("state", [RenderState.FETCHING, RenderState.READY])
def test_late_yes_does_not_exchange_the_task_under_a_file_that_is_here(
    project: Project, manager: User, state: RenderState
) -> None:
    take = make_unconfirmed(project)
    unconfirmed.adopt(render=take, actor=manager, remote_id="ldtask_mistaken")
    Render.objects.filter(pk=take.pk).update(state=state)

    accept(take, "ldtask_true")

    assert (take.state, take.attempts.get().remote_id) == (state, "ldtask_mistaken")
    assert "look at that one in the gateway's own list" in last_word(take)


def test_late_yes_follows_its_own_task_when_the_mistaken_one_came_to_nothing(project: Project, manager: User) -> None:
    take = make_unconfirmed(project)
    unconfirmed.adopt(render=take, actor=manager, remote_id="ldtask_mistaken")
    statuses.record_ended(
        render_id=take.pk, to=RenderState.EXPIRED, reason="Given up on", said="", meaning="", advice="", free=False
    )

    accept(take, "ldtask_true")

    assert (take.state, take.attempts.get().remote_id) == (RenderState.WAITING, "ldtask_true")


@pytest.mark.parametrize("word", [None, not_created])
def test_task_that_a_person_gave_to_another_take_is_never_two_takes(
    project: Project, manager: User, word: Word | None
) -> None:
    take, other = make_unconfirmed(project), make_unconfirmed(project)
    unconfirmed.adopt(render=other, actor=manager, remote_id="ldtask_7")
    if word:
        word(take, manager)

    accept(take, "ldtask_7")
    recovery.sweep()

    take.refresh_from_db()
    assert (take.state, take.standing) == (RenderState.FAILED, Standing.RELEASED)
    assert list(Attempt.objects.filter(remote_id="ldtask_7").values_list("render", flat=True)) == [other.pk]
    assert list(Render.objects.due(now())) == [other]
    assert last_word(take) == f"Its task ldtask_7 is followed by take {other.pk} already and paid for there"
    assert last_word(other) == f"The gateway says that the task ldtask_7 was made for take {take.pk}"


@pytest.mark.parametrize("word", [None, not_created, sent_again])
def test_sweep_follows_a_late_yes_whose_worker_died_right_after_it(
    project: Project, manager: User, word: Word | None
) -> None:
    take = make_unconfirmed(project)
    if word:
        word(take, manager)
    Attempt.objects.filter(render=take).update(
        outcome=AttemptOutcome.ACCEPTED, remote_id="ldtask_late", answered_at=now()
    )

    found = [recovery.sweep()["late"] for _ in range(2)]

    take.refresh_from_db()
    assert (found, take.state, take.standing) == ([1, 0], RenderState.WAITING, Standing.RESERVED)


def test_sweep_leaves_what_was_followed_to_its_end(project: Project) -> None:
    take = make_unconfirmed(project)
    accept(take)
    statuses.record_ended(
        render_id=take.pk, to=RenderState.EXPIRED, reason="Given up on", said="", meaning="", advice="", free=False
    )

    assert recovery.sweep()["late"] == 0


def test_accepted_with_a_wish_to_cancel_asks_the_gateway_although_late(project: Project, manager: User) -> None:
    take = make_unconfirmed(project, cancel_asked_at=now())
    unconfirmed.release(render=take, actor=manager)

    accept(take)

    assert [hint.func() for hint in OrmQ.objects.all()].count("studio.jobs.cancel.cancel") == 1


def test_yes_to_a_take_that_never_doubted_is_one_round(project: Project) -> None:
    render = make_render(project, state=RenderState.SUBMITTING)
    render.attempts.create(number=1, key=render.key, base_url=render.key.base_url)

    accept(render)

    assert (render.state, money_of(render)) == (RenderState.WAITING, [])


@pytest.mark.parametrize("dies_in", ["adopt", "settle_taken"])
def test_what_the_gateway_took_is_not_lost_with_a_worker_that_dies_after_the_name_is_stored(
    project: Project, monkeypatch: pytest.MonkeyPatch, dies_in: str
) -> None:
    take = make_submitting(project)
    with monkeypatch.context() as dying:
        dying.setattr(acceptances, dies_in, killed)
        with pytest.raises(Killed):
            accept(take, "ldtask_charged", charge=Usage(charged=Decimal(40), currency="credits"))

    recovery.sweep()

    take.refresh_from_db()
    attempt = take.attempts.get()
    assert (attempt.remote_id, attempt.charged, attempt.charged_currency) == ("ldtask_charged", Decimal(40), "credits")
    assert (take.state, take.standing, take.price, take.currency) == (
        RenderState.WAITING,
        Standing.SETTLED,
        Decimal(40),
        "credits",
    )
    assert money_of(take) == [(1, "estimated"), (1, "reserved"), (1, "settled")]


def test_what_the_gateway_took_is_told_although_the_rest_of_its_answer_cannot_be_stored(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = make_submitting(project)

    accept(take, poll_url="\0" * 600, charge=Usage(charged=Decimal(40), currency="credits"))

    assert (take.state, take.standing, take.price) == (RenderState.WAITING, Standing.SETTLED, Decimal(40))


def test_what_was_taken_on_accepting_is_the_price_of_a_take_that_a_person_followed_meanwhile(
    project: Project, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = make_unconfirmed(project)
    unconfirmed.adopt(render=take, actor=manager, remote_id="ldtask_late")
    with monkeypatch.context() as dying:
        dying.setattr(acceptances, "settle_taken", killed)
        with pytest.raises(Killed):
            accept(take, charge=Usage(charged=Decimal(40), currency="credits"))
    Render.objects.filter(pk=take.pk).update(state=RenderState.FETCHING)
    take.refresh_from_db()

    info = MediaInfo(AssetKind.VIDEO, "mp4", "video/mp4", "mp4", 1000, width=1280, height=720, seconds=Decimal(5))
    outputs.record_output(render=take, file="take.mp4", sha256="0" * 64, info=info, pictures=outputs.Pictures())

    take.refresh_from_db()
    assert (take.state, take.standing, take.price, take.currency) == (
        RenderState.READY,
        Standing.SETTLED,
        Decimal(40),
        "credits",
    )
