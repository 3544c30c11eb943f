"""The way of a new admin to the first take: a key, a project, a render. Each step is done when the database says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, Subquery

from studio.choices import RenderState
from studio.lib.clock import now
from studio.models import Project, ProviderKey, Render, User

HINT = "guide"
# So long the guide stays with all its ticks, so that the last one is seen.
SHOWN_WHEN_DONE = timedelta(days=1)


@dataclass(frozen=True)
class Guide:
    """How far a studio has come; `project` is the slug of the newest project, or nothing."""

    has_key: bool
    project: str
    is_rendering: bool
    first_take: datetime | None

    @property
    def is_done(self) -> bool:
        """Whether a take has landed in a project, with a key that is still there."""
        return self.has_key and bool(self.project) and self.first_take is not None


def guide_for(user: User) -> Guide | None:
    """The guide as `user` sees it: admins only, never in the demo, not once put away or when all is done."""
    if not user.is_admin or settings.STUDIO_DEMO or HINT in user.hints_seen:
        return None
    projects = Project.objects.active().order_by("-id")
    landed = Render.objects.filter(state=RenderState.READY).order_by("id")
    asked = User.objects.filter(pk=user.pk).order_by()
    has_key, project, is_rendering, first_take = asked.values_list(
        Exists(ProviderKey.objects.present()),
        Subquery(projects.values("slug")[:1]),
        Exists(Render.objects.order_by()),
        Subquery(landed.values("created_at")[:1]),
    )[0]
    guide = Guide(has_key, project or "", is_rendering, first_take)
    is_old = guide.is_done and first_take is not None and now() - first_take > SHOWN_WHEN_DONE
    return None if is_old else guide


def hide(*, user: User) -> None:
    """Put the guide away for this person."""
    if HINT not in user.hints_seen:
        User.objects.filter(pk=user.pk).update(hints_seen=[*user.hints_seen, HINT])
