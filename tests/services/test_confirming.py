"""Was it charged? A person's word on what nobody else knows, once, by those whom it concerns."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from studio.choices import LIVE, RenderState, Standing
from studio.models import AuditEntry, Project, Render, User
from studio.services import confirming, ledger, second_looks
from tests.factories import make_followed, make_output, make_render, make_user, money_of

pytestmark = pytest.mark.django_db
Say = Callable[[Render, User], Any]


def charged(render: Render, actor: User) -> bool:
    return confirming.say_charged(render=render, actor=actor, amount=Decimal("0.40"))


def free(render: Render, actor: User, about: Standing = Standing.POSSIBLY) -> bool:
    return confirming.say_free(render=render, actor=actor, about=about)


def correct(render: Render, actor: User, amount: str = "0.28", about: str = "0.40") -> bool:
    return confirming.correct(render=render, actor=actor, amount=Decimal(amount), about=Decimal(about))


EVERY_WORD = [charged, free]


def in_doubt(project: Project, asked_by: User | None = None, **over: Any) -> Render:
    """A take that was accepted, and given up on without a file."""
    take = make_followed(project, asked_by=asked_by, state=RenderState.EXPIRED, **over)
    ledger.reserve(render=take)
    return take


def test_charged_is_settled_with_the_name_of_whoever_looked(project: Project, manager: User) -> None:
    take = in_doubt(project)

    charged(take, manager)

    take.refresh_from_db()
    event = take.events.order_by("-pk")[0]
    assert (take.standing, take.price, take.state) == (Standing.SETTLED, Decimal("0.40"), RenderState.EXPIRED)
    assert take.ledger.get(kind="settled").note == "Charged, says Mia Manager"
    assert (event.reason, event.actor) == ("Mia Manager says that it was charged, $0.40", manager)


def test_not_charged_is_released_with_the_name_of_whoever_looked(project: Project, manager: User) -> None:
    take = in_doubt(project)

    free(take, manager)

    take.refresh_from_db()
    assert (take.standing, take.price, take.ledger.get(kind="released").note) == (
        Standing.RELEASED,
        None,
        "Not charged, says Mia Manager",
    )
    assert take.events.order_by("-pk")[0].reason == "Mia Manager says that it was not charged"


def test_given_back_is_said_of_what_was_paid_when_the_gateway_accepted(project: Project, manager: User) -> None:
    take = in_doubt(project, standing=Standing.RESERVED)
    ledger.settle(render=take, amount=Decimal(40), note=ledger.CHARGED, currency="credits")

    free(take, manager, Standing.SETTLED)

    take.refresh_from_db()
    entry = take.ledger.get(kind="released")
    assert (take.standing, entry.amount, entry.currency, entry.note) == (
        Standing.RELEASED,
        Decimal(40),
        "credits",
        "Given back, says Mia Manager",
    )


@pytest.mark.parametrize("say", EVERY_WORD)
def test_word_said_twice_is_said_once(project: Project, manager: User, say: Say) -> None:
    take = in_doubt(project)
    stale = Render.objects.get(pk=take.pk)

    said = [say(take, manager), say(stale, manager)]

    assert (said, take.ledger.count(), take.events.count()) == ([True, False], 3, 2)


def test_contrary_words_are_not_both_taken(project: Project, artist: User, manager: User) -> None:
    take = in_doubt(project, asked_by=artist)
    free(take, artist)

    with pytest.raises(ValidationError, match="Somebody has said so already"):
        charged(take, manager)

    assert money_of(take)[-1] == (1, "released")


def test_what_was_called_charged_may_still_be_given_back(project: Project, manager: User) -> None:
    take = in_doubt(project)
    charged(take, manager)

    free(take, manager, Standing.SETTLED)

    take.refresh_from_db()
    assert (take.standing, take.ledger.get(kind="released").note) == (
        Standing.RELEASED,
        "Given back, says Mia Manager",
    )


@pytest.mark.parametrize("say", EVERY_WORD)
@pytest.mark.parametrize("who", ["asker", "manager", "admin"])
def test_word_is_taken_from_those_whom_it_concerns(
    project: Project, artist: User, manager: User, admin: User, say: Say, who: str
) -> None:
    take = in_doubt(project, asked_by=artist)

    assert say(take, {"asker": artist, "manager": manager, "admin": admin}[who])


@pytest.mark.parametrize("say", EVERY_WORD)
@pytest.mark.parametrize("who", ["another", "reviewer", "outsider"])
def test_word_is_not_taken_from_others(
    project: Project, artist: User, reviewer: User, outsider: User, say: Say, who: str
) -> None:
    another = make_user()
    project.memberships.create(user=another, role="artist")
    take = in_doubt(project, asked_by=artist)

    with pytest.raises(PermissionDenied):
        say(take, {"another": another, "reviewer": reviewer, "outsider": outsider}[who])

    assert money_of(take) == [(1, "estimated"), (1, "reserved")]


def test_word_is_no_longer_the_askers_once_they_only_review(project: Project, reviewer: User) -> None:
    assert not confirming.may_say(render=in_doubt(project, asked_by=reviewer), user=reviewer)


@pytest.mark.parametrize("say", EVERY_WORD)
def test_word_comes_too_late_once_the_take_is_looked_for_again(project: Project, manager: User, say: Say) -> None:
    take = in_doubt(project)
    second_looks.look_again(render=Render.objects.get(pk=take.pk), actor=manager)

    with pytest.raises(ValidationError, match="look at it again"):
        say(take, manager)

    take.refresh_from_db()
    assert (take.state, take.standing) == (RenderState.WAITING, Standing.RESERVED)


@pytest.mark.parametrize("state", [*LIVE, RenderState.UNCONFIRMED, RenderState.READY])
def test_nothing_is_asked_of_what_is_under_way_or_here(project: Project, state: RenderState) -> None:
    assert not confirming.is_open(make_render(project, state=state, standing=Standing.POSSIBLY))


def test_nothing_is_asked_of_a_film_that_was_paid_for(project: Project) -> None:
    take = make_render(project, standing=Standing.SETTLED)
    make_output(take)

    assert not confirming.is_open(take)


def test_no_to_the_one_question_is_no_answer_to_the_other(project: Project, artist: User, manager: User) -> None:
    take = in_doubt(project, asked_by=artist)
    charged(take, manager)

    with pytest.raises(ValidationError, match="Somebody has said so already"):
        free(take, artist, Standing.POSSIBLY)

    take.refresh_from_db()
    assert (take.standing, take.price) == (Standing.SETTLED, Decimal("0.40"))


@pytest.mark.parametrize(("estimate", "near", "far"), [("0.48", "2.40", "2.41"), (None, "100", "100.01")])
def test_sum_that_is_far_off_is_for_managers_who_are_sure(
    project: Project, artist: User, manager: User, estimate: str | None, near: str, far: str
) -> None:
    take = in_doubt(project, asked_by=artist, estimate=estimate and Decimal(estimate))
    other = in_doubt(project, asked_by=artist, estimate=estimate and Decimal(estimate))
    too_much = Decimal(far)

    with pytest.raises(confirming.FarOff, match="Ask a manager to write it down"):
        confirming.say_charged(render=take, actor=artist, amount=too_much, is_sure=True)
    with pytest.raises(confirming.FarOff, match="tick that it does"):
        confirming.say_charged(render=take, actor=manager, amount=too_much)

    assert confirming.say_charged(render=take, actor=manager, amount=too_much, is_sure=True)
    assert confirming.say_charged(render=other, actor=artist, amount=Decimal(near))


def test_manager_corrects_a_sum_in_a_new_round(project: Project, artist: User, manager: User) -> None:
    take = in_doubt(project, asked_by=artist)
    charged(take, artist)

    said = [correct(take, manager) for _ in range(2)]

    take.refresh_from_db()
    words = "Mia Manager says that it was $0.28 and not $0.40"
    assert (said, take.standing, take.price) == ([True, False], Standing.SETTLED, Decimal("0.28"))
    assert money_of(take)[-4:] == [(1, "settled"), (1, "released"), (2, "reserved"), (2, "settled")]
    assert take.ledger.get(kind="released").note == words
    assert take.events.order_by("-pk")[0].reason == words


def test_sum_that_was_corrected_meanwhile_is_looked_at_again(project: Project, manager: User) -> None:
    take = in_doubt(project)
    charged(take, manager)
    correct(take, manager)

    with pytest.raises(ValidationError, match="Somebody has said so already"):
        correct(take, manager, amount="0.30", about="0.40")

    take.refresh_from_db()
    assert take.price == Decimal("0.28")


def test_sum_is_corrected_by_managers_alone_and_only_a_word(project: Project, artist: User, manager: User) -> None:
    worded, billed = in_doubt(project, asked_by=artist), in_doubt(project, asked_by=artist, standing=Standing.RESERVED)
    charged(worded, artist)
    ledger.settle(render=billed, amount=Decimal("0.40"), note=ledger.CHARGED)

    with pytest.raises(PermissionDenied):
        correct(worded, artist)
    with pytest.raises(ValidationError):
        correct(billed, manager)

    assert [money_of(take)[-1] for take in (worded, billed)] == [(1, "settled")] * 2


def test_what_the_gateway_charged_is_given_back_by_managers_alone(
    project: Project, artist: User, manager: User
) -> None:
    take = in_doubt(project, asked_by=artist, standing=Standing.RESERVED)
    ledger.settle(render=take, amount=Decimal("0.40"), note=ledger.CHARGED)

    with pytest.raises(PermissionDenied, match="only a manager"):
        free(take, artist, Standing.SETTLED)

    assert free(take, manager, Standing.SETTLED)


def test_every_word_stands_in_the_audit_list(project: Project, manager: User) -> None:
    take, other = in_doubt(project), in_doubt(project)
    confirming.say_charged(render=take, actor=manager, amount=Decimal("0.40"), address="203.0.113.7")
    correct(take, manager)
    free(take, manager, Standing.SETTLED)
    free(other, manager)

    entries = list(AuditEntry.objects.order_by("pk"))
    assert [(entry.act, entry.detail) for entry in entries] == [
        ("take-charged", "Mia Manager says that it was charged, $0.40"),
        ("take-correct", "Mia Manager says that it was $0.28 and not $0.40"),
        ("take-given-back", "Mia Manager says that it was given back"),
        ("take-free", "Mia Manager says that it was not charged"),
    ]
    assert (entries[0].actor, entries[0].address, entries[0].subject) == (
        manager,
        "203.0.113.7",
        f"Take {take.pk} of {project.name}",
    )
