"""What is done with projects: made, described, put away. Their members are in `people`.

An archived project can be read by its members and takes no new prompts or renders; managers can still look after
its settings and people, and bring it back."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from studio.choices import Role
from studio.models import Membership, Project, User
from studio.services import people, search_index

_SLUG_LENGTH = 70
# `/projects/new/` is the form.
_TAKEN_BY_PAGES = {"new"}


def may_create(user: User) -> bool:
    """Studio admins, and whoever manages a project already: those whom somebody has trusted with one."""
    return user.is_admin or Membership.objects.filter(user=user, role=Role.MANAGER).exists()


def create(*, name: str, by: User, brief: str = "") -> Project:
    """Make a project with `by` as its manager and an address made from its name."""
    for _attempt in range(5):
        try:
            with transaction.atomic():
                project = Project.objects.create(name=name, slug=_free_slug(name), brief=brief, created_by=by)
                people.join(project=project, user=by, role=Role.MANAGER)
                return project
        except IntegrityError:
            continue  # Somebody took the address in between; look for the next.
    raise ValidationError(_("Others are making projects of this name right now. Please try again."))


@transaction.atomic
def describe(
    *, project: Project, name: str, brief: str, default_settings: dict[str, Any], tries_next_gateway: bool
) -> None:
    """Change a project's words, what its composer starts with, and what becomes of a refusal; its address stays, so
    that links keep working."""
    if Project.objects.filter(pk=project.pk).exclude(name=name).exists():
        search_index.renamed(project=project)
    project.name, project.brief, project.default_settings = name, brief, default_settings
    project.tries_next_gateway = tries_next_gateway
    project.save(update_fields=["name", "brief", "default_settings", "tries_next_gateway"])


@transaction.atomic
def archive(*, project: Project) -> None:
    """Put a project away: still readable, nothing new is made in it."""
    Project.objects.active().filter(pk=project.pk).update(archived_at=timezone.now())


@transaction.atomic
def unarchive(*, project: Project) -> None:
    """Bring a project back."""
    Project.objects.filter(pk=project.pk).update(archived_at=None)


def _free_slug(name: str) -> str:
    wanted = slugify(name)[:_SLUG_LENGTH].strip("-") or "project"
    taken = set(Project.objects.filter(slug__startswith=wanted).values_list("slug", flat=True)) | _TAKEN_BY_PAGES
    slug, number = wanted, 2
    while slug in taken:
        slug, number = f"{wanted}-{number}", number + 1
    return slug
