"""Lookup is permission: each function returns the thing or raises Http404 (a stranger learns nothing) or 403."""

from __future__ import annotations

from collections.abc import Iterable

from axes.helpers import get_client_ip_address
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from studio.choices import Role
from studio.models import (
    Asset,
    Budget,
    BulkWork,
    Collection,
    Comment,
    Export,
    GuestLink,
    Matrix,
    Membership,
    Project,
    Prompt,
    ProviderKey,
    Render,
    Review,
    User,
)
from studio.models.renders import RenderQuerySet
from studio.services import bulk
from studio.services.audit import Actor
from studio.services.review_queue import number_in_project
from studio.services.said import said
from studio.services.verdicts import why_not_role

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
    user = person(request)
    # Its bar says how much waits for them, so that is found with it.
    projects = Project.objects.visible_to(user).annotate(to_review=number_in_project(user))
    found: Project = get_object_or_404(projects, slug=slug)
    _require(request, found, roles)
    return found


def render(request: HttpRequest, pk: int, roles: tuple[Role, ...] = EVERYBODY) -> Render:
    """The render if the user is in its project (else 404) with one of `roles` (else 403)."""
    found = get_object_or_404(Render.objects.visible_to(person(request)).with_page(), pk=pk)
    _require(request, found.project, roles)
    return found


def take_to_decide_on(request: HttpRequest, pk: int) -> Render:
    """The render if the user is in its project (else 404) and one of those who decide on it (else 403)."""
    found = render(request, pk)
    if problem := why_not_role(take=found, user=person(request), role=role_in(request, found.project)):
        raise PermissionDenied(said(problem))
    return found


def deleted_take(request: HttpRequest, pk: int) -> Render:
    """The deleted render, for managers and for whoever asked for it and spends there (else 404 or 403)."""
    inside = Render.objects.filter(project__in=Project.objects.visible_to(person(request)), deleted_at__isnull=False)
    found = get_object_or_404(inside.with_page(), pk=pk)
    is_own = found.asked_by_id == person(request).pk
    _require(request, found.project, WHO_SPENDS if is_own else WHO_MANAGES)
    return found


def takes_to_recognise(user: User) -> RenderQuerySet:
    """The takes whose still the user may see: all that they may open, and the deleted ones that are theirs."""
    inside = Render.objects.filter(project__in=Project.objects.visible_to(user))
    return inside if user.is_admin else inside.filter(Q(deleted_at=None) | _brought_back_by(user))


def deleted_takes(request: HttpRequest, inside: RenderQuerySet) -> RenderQuerySet:
    """Those of the takes that were deleted and that the user may bring back."""
    user, gone = person(request), inside.filter(deleted_at__isnull=False)
    return gone if user.is_admin else gone.filter(_brought_back_by(user))


def _brought_back_by(user: User) -> Q:
    """Asked of each take by itself: a page shows dozens of stills, and each would list all that was ever deleted."""
    here = Membership.objects.filter(user=user, project=OuterRef("project"))
    return Q(Exists(here.filter(Q(role=Role.MANAGER) | Q(role=Role.ARTIST, user=OuterRef("asked_by")))))


def takes(request: HttpRequest, numbers: Iterable[int]) -> list[tuple[Render, Role]]:
    """Those of the takes that the user may see, each with the user's role there; 404 when there are some and none is
    the user's to see."""
    wanted, user = set(numbers), person(request)
    found = list(Render.objects.visible_to(user).filter(pk__in=wanted).with_page().order_by("pk"))
    if wanted and not found:
        raise Http404
    if user.is_admin:
        return [(take, Role.MANAGER) for take in found]
    roles = dict(Membership.objects.filter(user=user).values_list("project_id", "role"))
    return [(take, Role(roles[take.project_id])) for take in found]


def comment(request: HttpRequest, pk: int) -> Comment:
    """The comment, with its take as a page of it wants it, if the user is in its project (else 404)."""
    found = get_object_or_404(Comment, pk=pk, render__in=Render.objects.visible_to(person(request)))
    found.render = render(request, found.render_id)
    return found


def note_to_answer(request: HttpRequest, pk: int) -> Comment:
    """The comment, for those who may spend in its project (else 404 or 403)."""
    found = comment(request, pk)
    _require(request, found.render.project, WHO_SPENDS)
    return found


def review(request: HttpRequest, pk: int, roles: tuple[Role, ...] = EVERYBODY) -> Review:
    """The verdict, with its take, if the user is in its project (else 404) with one of `roles` (else 403)."""
    found = get_object_or_404(Review, pk=pk, render__in=Render.objects.visible_to(person(request)))
    found.render = render(request, found.render_id, roles)
    return found


def guest_link(request: HttpRequest, pk: int) -> GuestLink:
    """The guest link, for those who manage its project (else 404 or 403)."""
    found = get_object_or_404(GuestLink.objects.with_row(), pk=pk)
    found.project = project(request, found.project.slug, WHO_MANAGES)
    return found


def asset(request: HttpRequest, pk: int, roles: tuple[Role, ...] = EVERYBODY) -> Asset:
    """The reference if the user is in its project (else 404) with one of `roles` (else 403)."""
    assets: QuerySet[Asset] = Asset.objects.visible_to(person(request)).select_related("project")
    found = get_object_or_404(assets, pk=pk)
    _require(request, found.project, roles)
    return found


def export(request: HttpRequest, pk: int) -> Export:
    """The export if the user is in its project (else 404)."""
    visible = Project.objects.visible_to(person(request))
    found: Export = get_object_or_404(Export.objects.select_related("project"), pk=pk, project__in=visible)
    return found


def collection(request: HttpRequest, pk: int) -> Collection:
    """The collection if the user is in its project (else 404); putting takes together is for every role."""
    found = get_object_or_404(Collection.objects.visible_to(person(request)).select_related("project"), pk=pk)
    found.project = project(request, found.project.slug)
    return found


def collection_in(request: HttpRequest, project: Project) -> Collection:
    """The collection of `?collection=` in a project that was looked up already (else 404)."""
    asked = request.GET.get("collection", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else 0
    found: Collection = get_object_or_404(project.collections, pk=number)
    return found


def prompt(request: HttpRequest, slug: str, pk: int, roles: tuple[Role, ...] = EVERYBODY) -> Prompt:
    """The prompt of a project that the user is in (else 404) with one of `roles` (else 403)."""
    # Through the project's own manager, so that `prompt.project` is known and not asked for again.
    found: Prompt = get_object_or_404(project(request, slug, roles).prompts, pk=pk)
    return found


def bulk_work(request: HttpRequest, pk: int) -> BulkWork:
    """One's own work on many takes; that of others is nobody else's to see (404)."""
    return get_object_or_404(bulk.of(actor=person(request)), pk=pk)


def matrix(request: HttpRequest, pk: int, roles: tuple[Role, ...] = EVERYBODY) -> Matrix:
    """The matrix if the user is in its project (else 404) with one of `roles` (else 403)."""
    found = get_object_or_404(Matrix.objects.select_related("prompt_version", "project"), pk=pk)
    found.project = project(request, found.project.slug, roles)
    return found


def may(request: HttpRequest, project: Project, roles: tuple[Role, ...]) -> bool:
    """Whether the user has one of `roles` in the project; asked of the database once per request."""
    return role_in(request, project) in roles


def role_in(request: HttpRequest, project: Project) -> Role | None:
    """The user's role in the project; asked of the database once per request."""
    known: dict[int, Role | None] = request.__dict__.setdefault("roles_by_project", {})
    if project.pk not in known:
        known[project.pk] = project.role_of(person(request))
    return known[project.pk]


def may_settle(request: HttpRequest, take: Render) -> bool:
    """Whether the user may say what became of a take and its money, as `services/confirming.py` has it."""
    is_own = take.asked_by_id == person(request).pk and may(request, take.project, WHO_SPENDS)
    return is_own or may(request, take.project, WHO_MANAGES)


def _require(request: HttpRequest, found: Project, roles: tuple[Role, ...]) -> None:
    if not may(request, found, roles):
        raise PermissionDenied(_("Your role in this project does not allow that."))


def projects_paid_for(request: HttpRequest) -> QuerySet[Project]:
    """Those whose money the user may see: all for studio admins, else those they manage; to anybody else none (404)."""
    user = person(request)
    if user.is_admin:
        return Project.objects.all()
    managed = Project.objects.filter(memberships__user=user, memberships__role__in=WHO_MANAGES)
    if not getattr(user, "manages", False):
        raise Http404
    return managed
