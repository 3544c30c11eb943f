"""Home, and making, describing and archiving projects. The project's own page is the composer's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from studio import access
from studio.choices import Role
from studio.forms.budgets import BudgetForm
from studio.forms.projects import ProjectForm, ProjectSettingsForm
from studio.models import Budget, Project
from studio.services import guide, projects, reviews, sandbox_keys
from studio.services.budgets import limits_of

_POSTERS = 3
# Beside the project's own fields, which have ids of the usual kind.
BUDGET_ID = "id_budget_%s"


@dataclass(frozen=True)
class Card:
    """A project as the home page shows it."""

    project: Project
    posters: list[int]
    role: str


def about(request: HttpRequest, project: Project, tab: str) -> dict[str, Any]:
    """What every page of a project needs: its bar with tabs, and what this person may do here."""
    role = project.role_of(access.person(request))
    return {
        "section": "projects",
        "project": project,
        "tab": tab,
        "can_manage": role in access.WHO_MANAGES,
        "can_write": role in access.WHO_SPENDS and not project.archived_at,
    }


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """My projects, newest first; the archived ones below."""
    user = access.person(request)
    cards = [_card(found) for found in Project.objects.visible_to(user).with_card(user, _POSTERS)]
    context = {
        "section": "projects",
        "cards": [card for card in cards if not card.project.archived_at],
        "archived": [card for card in cards if card.project.archived_at],
        "may_create": projects.may_create(user),
        "guide": guide.guide_for(user),
        "sandbox_is_offered": sandbox_keys.is_offered(),
    }
    return render(request, "home/index.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def project_create(request: HttpRequest) -> HttpResponse:
    """Start a project; whoever starts it manages it."""
    user = access.person(request)
    if not projects.may_create(user):
        raise PermissionDenied(_("Only studio admins and managers of a project start new ones."))
    form = ProjectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            project = projects.create(by=user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("“%(project)s” is ready. You are its manager.") % {"project": project.name})
            return redirect("project-detail", slug=project.slug)
    return render(request, "projects/new.html", {"form": form, "section": "projects"}, status=_status(request))


@login_required
@require_http_methods(["GET", "POST"])
def project_settings(request: HttpRequest, slug: str) -> HttpResponse:
    """Name, brief, what the composer starts with, and the rules of the review."""
    project = access.project(request, slug, access.WHO_MANAGES)
    form = ProjectSettingsForm(request.POST or None, initial=ProjectSettingsForm.initial_of(project))
    if request.method == "POST" and form.is_valid():
        words = {name: form.cleaned_data[name] for name in ("name", "brief", "tries_next_gateway")}
        projects.describe(project=project, default_settings=form.default_settings(), **words)
        rules = {name: form.cleaned_data[name] for name in ("approvals_needed", "artists_decide_on_own")}
        reviews.set_rules(project=project, actor=access.person(request), **rules)
        messages.success(request, _("Saved."))
        return redirect("project-settings", slug=project.slug)
    return settings_page(request, project, form=form)


def settings_page(
    request: HttpRequest,
    project: Project,
    *,
    form: ProjectSettingsForm | None = None,
    budget_form: BudgetForm | None = None,
) -> HttpResponse:
    """The settings of a project with its budgets; a form handed in is shown with what is wrong in it."""
    context = {
        **about(request, project, "settings"),
        "form": form or ProjectSettingsForm(initial=ProjectSettingsForm.initial_of(project)),
        "limits": limits_of(Budget.objects.filter(project=project)),
        "budget_form": budget_form or BudgetForm(auto_id=BUDGET_ID),
    }
    return render(request, "projects/settings.html", context, status=_status(request))


@login_required
@require_POST
def project_archive(request: HttpRequest, slug: str) -> HttpResponse:
    """Put a project away."""
    project = access.project(request, slug, access.WHO_MANAGES)
    projects.archive(project=project)
    messages.success(
        request,
        _("“%(project)s” is archived: everything can still be read, nothing new is made.") % {"project": project.name},
    )
    return redirect("project-settings", slug=project.slug)


@login_required
@require_POST
def project_unarchive(request: HttpRequest, slug: str) -> HttpResponse:
    """Bring a project back."""
    project = access.project(request, slug, access.WHO_MANAGES)
    projects.unarchive(project=project)
    messages.success(request, _("“%(project)s” is back.") % {"project": project.name})
    return redirect("project-settings", slug=project.slug)


def _card(project: Any) -> Card:
    ids = [getattr(project, f"poster_{number}") for number in range(1, _POSTERS + 1)]
    role = str(Role(project.my_role).label) if project.my_role else _("Studio admin")
    return Card(project=project, posters=[take for take in ids if take], role=role)


def _status(request: HttpRequest) -> int:
    """A form that comes back after a POST was not accepted."""
    return 422 if request.method == "POST" else 200
