"""Lookup is permission: each function returns the thing or raises Http404 (a stranger learns nothing) or 403."""

from __future__ import annotations

from axes.helpers import get_client_ip_address
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from studio.choices import Role
from studio.models import Asset, Budget, Project, Prompt, ProviderKey, Render, User
from studio.services.audit import Actor

WHO_SPENDS = (Role.ARTIST, Role.MANAGER)
WHO_MANAGES = (Role.MANAGER,)
EVERYBODY = (Role.ARTIST, Role.REVIEWER, Role.MANAGER)


def person(request: HttpRequest) -> User:
    """The signed-in user; views that call it are behind `login_required`."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def studio_admin(request: HttpRequest) -> User:
    """The signed-in user if a studio admin; anybody else is told that there is no such page."""
    user = person(request)
    if not user.is_admin:
        raise Http404
    return user


def actor(request: HttpRequest) -> Actor:
    """Who acts and from where, for the audit list; the address is found as the throttle of the sign-in finds it."""
    return Actor(person(request), get_client_ip_address(request) or "")


def provider_key(request: HttpRequest, pk: int) -> ProviderKey:
    """The key, without its secrets, for studio admins; to anybody else there is none (404)."""
    studio_admin(request)
    # A secret is decrypted on reading, and no page needs it.
    return get_object_or_404(ProviderKey.objects.present().defer("secret", "management_secret"), pk=pk)


def budget(request: HttpRequest, pk: int) -> Budget:
    """The budget, for whoever sets it: studio admins all of them, managers their projects' (else 404 or 403)."""
    found = get_object_or_404(Budget.objects.select_related("project", "person"), pk=pk)
    if found.project is None:
        studio_admin(request)
    else:
        project(request, found.project.slug, WHO_MANAGES)
    return found


def project(request: HttpRequest, slug: str, roles: tuple[Role, ...] = EVERYBODY) -> Project:
    """The project if the user is in it (else 404) with one of `roles` (else 403)."""
    found = get_object_or_404(Project.objects.visible_to(person(request)), slug=slug)
    _require(request, found, roles)
    return found


def render(request: HttpRequest, pk: int, roles: tuple[Role, ...] = EVERYBODY) -> Render:
    """The render if the user is in its project (else 404) with one of `roles` (else 403)."""
    found = get_object_or_404(Render.objects.visible_to(person(request)).with_page(), pk=pk)
    _require(request, found.project, roles)
    return found


def asset(request: HttpRequest, pk: int, roles: tuple[Role, ...] = EVERYBODY) -> Asset:
    """The reference if the user is in its project (else 404) with one of `roles` (else 403)."""
    assets: QuerySet[Asset] = Asset.objects.visible_to(person(request)).select_related("project")
    found = get_object_or_404(assets, pk=pk)
    _require(request, found.project, roles)
    return found


def prompt(request: HttpRequest, slug: str, pk: int, roles: tuple[Role, ...] = EVERYBODY) -> Prompt:
    """The prompt of a project that the user is in (else 404) with one of `roles` (else 403)."""
    # Through the project's own manager, so that `prompt.project` is known and not asked for again.
    found: Prompt = get_object_or_404(project(request, slug, roles).prompts, pk=pk)
    return found


def may(request: HttpRequest, project: Project, roles: tuple[Role, ...]) -> bool:
    """Whether the user has one of `roles` in the project; asked of the database once per request."""
    known: dict[int, Role | None] = request.__dict__.setdefault("roles_by_project", {})
    if project.pk not in known:
        known[project.pk] = project.role_of(person(request))
    return known[project.pk] in roles


def may_settle(request: HttpRequest, take: Render) -> bool:
    """Whether the user may say what became of a take and its money, as `services/confirming.py` has it."""
    is_own = take.asked_by_id == person(request).pk and may(request, take.project, WHO_SPENDS)
    return is_own or may(request, take.project, WHO_MANAGES)


def _require(request: HttpRequest, found: Project, roles: tuple[Role, ...]) -> None:
    if not may(request, found, roles):
        raise PermissionDenied("Your role in this project does not allow that.")


def projects_paid_for(request: HttpRequest) -> QuerySet[Project]:
    """Those whose money the user may see: all for studio admins, else those they manage; to anybody else none (404)."""
    user = person(request)
    if user.is_admin:
        return Project.objects.all()
    managed = Project.objects.filter(memberships__user=user, memberships__role__in=WHO_MANAGES)
    if not getattr(user, "manages", False):
        raise Http404
    return managed
