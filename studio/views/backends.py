"""Who is signed in, with what every page's head has to know of them."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from functools import cache, wraps
from typing import Any, ParamSpec, TypeVar

from django.contrib.auth.backends import ModelBackend
from django.db.models import Exists, OuterRef

from studio.choices import Role
from studio.models import Membership, User
from studio.services.notifications import number_unread
from studio.services.review_queue import number_for_person

Given = ParamSpec("Given")
Answer = TypeVar("Answer")
_NO_PAGE: ContextVar[bool] = ContextVar("no_page", default=False)


def no_page(view: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """For files, of which a page asks for dozens: their person comes without what the head of a page says of them,
    which takes longer to find than the file. Stands above `login_required`."""

    @wraps(view)
    def answer(*given: Given.args, **named: Given.kwargs) -> Answer:
        before = _NO_PAGE.set(True)
        try:
            return view(*given, **named)
        finally:
            _NO_PAGE.reset(before)

    return answer


@cache
def _question(is_for_page: bool) -> tuple[str, tuple[Any, ...]]:
    """The question and its values, but for the person's number, which comes last. Put together once: that takes longer
    than the answer, and each picture of a page asks it."""
    if not is_for_page:
        text, values = User.objects.filter(pk=0).order_by().query.sql_with_params()
        return text, values[:-1]
    managing = Membership.objects.filter(user=OuterRef("pk"), role=Role.MANAGER)
    people = User.objects.annotate(manages=Exists(managing), to_review=number_for_person(), unread=number_unread())
    text, values = people.filter(pk=0).order_by().query.sql_with_params()
    return text, values[:-1]


class PersonBackend(ModelBackend):
    """Django's own backend, whose one question for the person of a request also says what every page shows of them."""

    def get_user(self, user_id: Any) -> User | None:
        """The person, with `manages`, `to_review`: how many takes wait for their verdict, and `unread`: how many lines
        they have not looked at; none of these for a view that makes `no_page`.

        None when there is none or they were shut out."""
        is_for_page = not _NO_PAGE.get()
        text, values = _question(is_for_page)
        person = next(iter(User.objects.raw(text, (*values, user_id))), None)
        if person is None or not self.user_can_authenticate(person):
            return None
        # SQLite knows no truth, only numbers.
        if is_for_page:
            person.__dict__["manages"] = bool(person.__dict__["manages"])
        return person
