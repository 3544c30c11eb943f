"""Carries mails and calls out, one at a time. Safe to run twice: only the run that claims one sends it."""

from __future__ import annotations

import logging
import time

from studio.choices import NoticeChannel
from studio.jobs import calls, mails
from studio.jobs.carrying import CannotSend, Carried, Fate
from studio.lib.english import english
from studio.models import Dispatch
from studio.services import dispatches, fairness
from studio.services.queue import enqueue

log = logging.getLogger(__name__)

# Well under the queue's time-out, the last one that has begun included; what is left is asked for anew.
RUN_SECONDS = 120
STUMBLED = english(
    "The studio stumbled while this was being sent (%(kind)s). It may have arrived, so it is not sent again by itself."
)


def send_waiting() -> None:
    """Send what is due, unless another worker of this machine is at it: then it looks once more when it is through."""
    until = time.monotonic() + RUN_SECONDS
    while time.monotonic() < until:
        with fairness.notice_turn() as is_mine:
            if not is_mine:
                return
            _send_due(until)
        # Whoever was told to come back meanwhile left it to this run.
        if not dispatches.due().exists():
            return
    enqueue(dispatches.SEND)


def _send_due(until: float) -> None:
    while waiting := list(dispatches.due().values_list("pk", flat=True)[: dispatches.BATCH]):
        for dispatch_id in waiting:
            if time.monotonic() > until:
                return
            send(dispatch_id)


def send(dispatch_id: int) -> None:
    """Claim one, carry it out, and write down what came of it."""
    dispatch = dispatches.claim(dispatch_id=dispatch_id)
    if dispatch is None:
        return
    try:
        carried = mails.carry(dispatch) if dispatch.channel == NoticeChannel.MAIL else calls.carry(dispatch)
    except CannotSend as error:
        dispatches.record_failed(dispatch=dispatch, problem=str(error))
    except Exception as error:
        # Whatever broke here may have broken after the first byte.
        log.exception("%s %s: sending broke off", dispatch.channel, dispatch.pk)
        dispatches.record_unknown(dispatch=dispatch, problem=STUMBLED % {"kind": type(error).__name__})
    else:
        _record(dispatch, carried)


def _record(dispatch: Dispatch, carried: Carried) -> None:
    if carried.fate == Fate.SENT:
        dispatches.record_sent(dispatch=dispatch)
    elif carried.fate == Fate.REFUSED:
        dispatches.record_failed(dispatch=dispatch, problem=carried.problem)
    elif carried.fate == Fate.NOT_NOW:
        dispatches.record_postponed(dispatch=dispatch, problem=carried.problem, seconds=carried.seconds)
    else:
        dispatches.record_unknown(dispatch=dispatch, problem=carried.problem)
    if carried.is_silent:
        dispatches.rest(dispatch=dispatch)
