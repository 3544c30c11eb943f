"""What django-q2 reads the queue through: its own database broker, patient with a database that is away.

Its own one lets the process that fetches tasks die of any error and stay away for ten seconds, takes tasks in no
order, drops what it cannot read without a word, and asks a cluster for nothing that another might not do instead.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from typing import Any

from django import db
from django.db.models import Case, Value, When
from django_q.brokers.orm import ORM
from django_q.conf import Conf

from studio.lib.clock import now
from studio.lib.holders import holder_of

log = logging.getLogger(__name__)

AWAY_SECONDS = 1.0
# Of the one who writes down that a task is done: longer than a database needs for a restart.
PATIENCE = (0.5, 1.0, 2.0, 5.0, 10.0, 10.0)


def private_key(cluster: str, number: int) -> str:
    """The queue that only one running cluster reads, the one whose processes are of the group `number` here."""
    return f"{cluster}:{holder_of(number)}"


class Broker(ORM):  # type: ignore[misc]  # django-q2 is not typed
    """One cluster's way to its hints, oldest first, before them whatever is asked of this very cluster."""

    _is_away = False

    def dequeue(self) -> list[tuple[int, str]] | None:
        """The next hint, locked for RETRY seconds, as django-q2 wants it; None after a pause when there is none."""
        try:
            found = self._take()
        except db.Error as error:
            if not self._is_away:
                log.warning("the queue “%s” cannot be read, trying again: %s", self.list_key, error)
            self._is_away = True
            time.sleep(AWAY_SECONDS)
            return None
        if self._is_away:
            log.warning("the queue “%s” can be read again", self.list_key)
        self._is_away = False
        if not found:
            time.sleep(Conf.POLL)
        return found

    def _take(self) -> list[tuple[int, str]]:
        # Worked out here: the broker is made before the processes of its cluster are.
        mine = private_key(self.list_key, os.getpgrp())
        moment = now()
        rows = self.get_connection().filter(key__in=(self.list_key, mine), lock__lt=moment)
        first = Case(When(key=mine, then=Value(0)), default=Value(1))
        for row in rows.order_by(first, "pk")[: Conf.BULK]:
            won = self.get_connection().filter(pk=row.pk, lock=row.lock).update(lock=self.timeout(row))
            if won:
                return [(row.pk, row.payload)]
        return []

    def fail(self, task_id: int) -> None:
        """A hint that cannot be read, as after a change of STUDIO_SECRET_KEY: the sweep asks for the work again."""
        log.error(
            "a job in the queue “%s” was signed with another STUDIO_SECRET_KEY and is dropped; "
            "nothing is lost, what it was for is asked for again within a minute",
            self.list_key,
        )
        self.delete(task_id)

    def acknowledge(self, task_id: int) -> None:
        """The task is done. Left in the queue, it would be done again."""
        _patiently(lambda: self.delete(task_id))


def _patiently(write: Callable[[], Any]) -> None:
    for seconds in PATIENCE:
        try:
            write()
        except db.Error:
            time.sleep(seconds)
        else:
            return
    log.error("a finished job could not be taken off the queue; doing it again does no harm")
