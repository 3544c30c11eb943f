"""What a person has read on the gateway's bill: whether a take that ended without a file was charged for."""

from __future__ import annotations

from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from studio.choices import LedgerKind, RenderState, Role, Standing
from studio.lib import figures
from studio.lib.english import english
from studio.lib.money import money
from studio.models import Render, User
from studio.services import ledger
from studio.services.transitions import note
from studio.services.unconfirmed import record_word

# What a gateway took when it accepted stays paid when the take fails: none documents that it gives it back.
ASKED_OF = {Standing.POSSIBLY, Standing.SETTLED}
NOT_YOURS = english(
    "Only whoever asked for the take and the managers of the project say what became of it and its money."
)
ONLY_MANAGERS = english("Only a manager of the project may say otherwise of a sum that is written down.")
SAID_ALREADY = english("Somebody has said so already, or the take has moved on; look at it again.")
# A slip of the pen uses up a budget and stops everybody: past this it is a manager's to write down, and twice.
FAR_TIMES = 5
FAR_WITHOUT_ESTIMATE = Decimal(100)


class FarOff(ValidationError):
    """A sum that is far above what was expected; nothing was written down."""


def is_open(render: Render) -> bool:
    """Whether there is something to say: it ended without a file, and is paid for or may be."""
    return render.has_ended and render.state != RenderState.READY and render.standing in ASKED_OF


def may_say(*, render: Render, user: User) -> bool:
    """Whether it is this person's to say what became of it: who asked for the take, managers and studio admins."""
    role = render.project.role_of(user)
    return role == Role.MANAGER or (role == Role.ARTIST and render.asked_by_id == user.pk)


def is_a_word(render: Render) -> bool:
    """Whether what counts as paid was written down by a person, and not said by the gateway."""
    paid = render.ledger.filter(kind=LedgerKind.SETTLED).order_by("pk").last()
    return render.standing == Standing.SETTLED and paid is not None and paid.note.startswith(ledger.SAID)


def say_charged(*, render: Render, actor: User, amount: Decimal, is_sure: bool = False, address: str = "") -> bool:
    """It was charged, with `amount` in the take's currency. False when that was known; raises ValidationError when
    something else was, FarOff for a sum that only a manager who `is_sure` may name, and PermissionDenied."""
    with transaction.atomic():
        render = _as_it_is(render, actor)
        if render.standing == Standing.SETTLED and render.price == amount:
            return False
        if not is_open(render) or render.standing != Standing.POSSIBLY:
            raise ValidationError(_(SAID_ALREADY))
        _require_near(render, actor, amount, is_sure=is_sure)
        ledger.settle(render=render, amount=amount, note=english("Charged, says %(actor)s", actor=actor.label))
        words = english(
            "%(actor)s says that it was charged, %(sum)s", actor=actor.label, sum=money(amount, render.currency)
        )
        _write("take-charged", render, actor, address, words)
    return True


def correct(
    *, render: Render, actor: User, amount: Decimal, about: Decimal | None, is_sure: bool = False, address: str = ""
) -> bool:
    """A manager's other sum in the place of `about`, which a person wrote down. False and errors as above."""
    with transaction.atomic():
        render = _as_it_is(render, actor)
        if not _manages(render, actor):
            raise PermissionDenied(_(ONLY_MANAGERS))
        if not is_open(render) or not is_a_word(render):
            raise ValidationError(_(SAID_ALREADY))
        if render.price == amount:
            return False
        if render.price != about:
            raise ValidationError(_(SAID_ALREADY))
        _require_near(render, actor, amount, is_sure=is_sure)
        before = english("an unknown sum") if render.price is None else money(render.price, render.currency)
        words = english(
            "%(actor)s says that it was %(sum)s and not %(before)s",
            actor=actor.label,
            sum=money(amount, render.currency),
            before=before,
        )
        # The ledger is only added to: what was wrong is given back, and a new round begins with what is right.
        ledger.release(render=render, note=words)
        ledger.hold_again(render=render, note=words)
        ledger.settle(render=render, amount=amount, note=english("Charged, says %(actor)s", actor=actor.label))
        _write("take-correct", render, actor, address, words)
    return True


def say_free(*, render: Render, actor: User, about: str, address: str = "") -> bool:
    """It was not charged, or what was charged has been given back: `about` is the standing that was asked about.
    False, ValidationError and PermissionDenied as above."""
    with transaction.atomic():
        render = _as_it_is(render, actor)
        if render.has_ended and render.is_released:
            return False
        if not is_open(render) or render.standing != about:
            raise ValidationError(_(SAID_ALREADY))
        if about == Standing.SETTLED:
            _give_back(render, actor, address)
        else:
            ledger.release(render=render, note=english("Not charged, says %(actor)s", actor=actor.label))
            _write(
                "take-free",
                render,
                actor,
                address,
                english("%(actor)s says that it was not charged", actor=actor.label),
            )
    return True


def _give_back(render: Render, actor: User, address: str) -> None:
    if not is_a_word(render) and not _manages(render, actor):
        raise PermissionDenied(_("The gateway itself said that it charged this: only a manager may say otherwise."))
    ledger.release(render=render, note=english("Given back, says %(actor)s", actor=actor.label))
    _write(
        "take-given-back", render, actor, address, english("%(actor)s says that it was given back", actor=actor.label)
    )


def _write(act: str, render: Render, actor: User, address: str, words: str) -> None:
    """Into the history of the take and into the audit list."""
    note(render=render, reason=words, actor=actor)
    record_word(act=act, render=render, actor=actor, address=address, said=words)


def _require_near(render: Render, actor: User, amount: Decimal, *, is_sure: bool) -> None:
    highest = FAR_WITHOUT_ESTIMATE if render.estimate is None else FAR_TIMES * render.estimate
    if amount <= highest:
        return
    expected = _("any take without an estimate")
    if render.estimate is not None:
        expected = _("the estimate of %(sum)s") % {"sum": figures.money(render.estimate, render.currency)}
    if not _manages(render, actor):
        raise FarOff(
            _("That is far above %(expected)s. Ask a manager to write it down; nothing was written down.")
            % {"expected": expected}
        )
    if not is_sure:
        raise FarOff(
            _("That is far above %(expected)s. If the bill says so, tick that it does; nothing was written down.")
            % {"expected": expected}
        )


def _manages(render: Render, actor: User) -> bool:
    return render.project.role_of(actor) == Role.MANAGER


def _as_it_is(render: Render, actor: User) -> Render:
    """Held until the transaction ends, so that it is not taken up again between the look and the word."""
    if not may_say(render=render, user=actor):
        raise PermissionDenied(_(NOT_YOURS))
    locked = Render.objects.select_for_update(of=("self",))
    return locked.select_related("project").get(pk=render.pk)
