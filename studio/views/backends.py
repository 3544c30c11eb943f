"""Who is signed in, with what every page's head has to know of them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db.models import Exists, OuterRef

from studio.choices import Role
from studio.models import Membership, User
from studio.services.notifications import number_unread
from studio.services.review_queue import number_for_person


@lru_cache(maxsize=1)
def _question() -> tuple[str, tuple[Any, ...]]:
    """The question and its values, but for the person's number, which comes last. Put together once: that takes longer
    than the answer, and each picture of a page asks it."""
    managing = Membership.objects.filter(user=OuterRef("pk"), role=Role.MANAGER)
    people = User.objects.annotate(manages=Exists(managing), to_review=number_for_person(), unread=number_unread())
    text, values = people.filter(pk=0).order_by().query.sql_with_params()
    return text, values[:-1]


class PersonBackend(ModelBackend):
    """Django's own backend, whose one question for the person of a request also says what every page shows of them."""

    def get_user(self, user_id: Any) -> User | None:
        """The person, with `manages`, `to_review`: how many takes wait for their verdict, and `unread`: how many lines
        they have not looked at.

        None when there is none or they were shut out."""
        text, values = _question()
        person = next(iter(User.objects.raw(text, (*values, user_id))), None)
        if person is None or not self.user_can_authenticate(person):
            return None
        # SQLite knows no truth, only numbers.
        person.__dict__["manages"] = bool(person.__dict__["manages"])
        return person
