"""Who works in a project, and the links that let more people in."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from studio import access
from studio.choices import Role
from studio.forms.people import InvitationForm, RoleForm
from studio.models import Project
from studio.services import invitations, people
from studio.views.compression import shows_secret
from studio.views.form_pages import form_on, members_page
from studio.views.projects import about


@login_required
@require_GET
def project_members(request: HttpRequest, slug: str) -> HttpResponse:
    """The people of a project; its managers also see the open links."""
    return _page(request, access.project(request, slug), InvitationForm())


@login_required
@form_on(members_page)
def invitation_create(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a link for one more person."""
    project = access.project(request, slug, access.WHO_MANAGES)
    form = InvitationForm(request.POST)
    if not form.is_valid():
        return _page(request, project, form, status=422)
    role, note = Role(form.cleaned_data["role"]), form.cleaned_data["note"]
    invitations.invite(by=access.person(request), project=project, role=role, note=note)
    messages.success(request, _("The link is ready: copy it and send it to one person."))
    return redirect("project-members", slug)


@login_required
@form_on(members_page)
def member_role(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Give a member another role."""
    project = access.project(request, slug, access.WHO_MANAGES)
    member = get_object_or_404(project.memberships.select_related("user"), pk=pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return _page(request, project, InvitationForm(), status=422, problem=_("Choose one of the roles."))
    role = Role(form.cleaned_data["role"])
    try:
        people.change_role(membership=member, role=role)
    except ValidationError as error:
        return _page(request, project, InvitationForm(), status=422, problem=str(error.message))
    messages.success(request, _("%(user)s is now %(role)s.") % {"user": member.user.label, "role": role.label.lower()})
    return redirect("project-members", slug)


@login_required
@form_on(members_page)
def member_remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take somebody out of the project."""
    project = access.project(request, slug, access.WHO_MANAGES)
    member = get_object_or_404(project.memberships.select_related("user"), pk=pk)
    try:
        people.remove_member(membership=member)
    except ValidationError as error:
        return _page(request, project, InvitationForm(), status=422, problem=str(error.message))
    messages.success(
        request, _("%(user)s is no longer in this project. Their work stays.") % {"user": member.user.label}
    )
    if member.user == request.user:
        return redirect("home")
    return redirect("project-members", slug)


@shows_secret
def _page(
    request: HttpRequest, project: Project, form: InvitationForm, status: int = 200, problem: str = ""
) -> HttpResponse:
    context = about(request, project, "members")
    if context["can_manage"]:
        context["links"] = invitations.open_links(project=project)
    context |= {
        "members": project.memberships.select_related("user").order_by("user__username"),
        "roles": Role.choices,
        "form": form,
        "problem": problem,
    }
    return render(request, "projects/members.html", context, status=status)
