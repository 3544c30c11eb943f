"""Who is signed in, with what every page's head has to know of them."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db.models import Exists, OuterRef

from studio.choices import Role
from studio.models import Membership, User


class PersonBackend(ModelBackend):
    """Django's own backend, whose one question for the person of a request also says whether they manage a project."""

    def get_user(self, user_id: Any) -> User | None:
        """The person, with `manages`; None when there is none or they were shut out."""
        managing = Membership.objects.filter(user=OuterRef("pk"), role=Role.MANAGER)
        person = User.objects.annotate(manages=Exists(managing)).filter(pk=user_id).first()
        return person if person is not None and self.user_can_authenticate(person) else None
