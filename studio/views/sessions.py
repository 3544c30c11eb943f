"""Django's sessions in the database, found by a question that is put together once: every request asks it first."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from studio.lib.prepared import first_row, put_together


@cache
def _question() -> str:
    """Its values are the time now and the session's key."""
    alive = Session.objects.filter(expire_date__gt=timezone.now(), session_key="").order_by()
    text, _ = put_together(alive.values_list("session_data"))
    return text


class SessionStore(db.SessionStore):
    """As Django's own, under the same name: what is signed carries it."""

    def load(self) -> dict[str, Any]:
        """What the session holds; nothing, and the key forgotten, when there is none or it is over."""
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        row = first_row(_question(), (now, self.session_key))
        if row is None:
            self._session_key = None
            return {}
        held: dict[str, Any] = self.decode(row[0])
        return held
