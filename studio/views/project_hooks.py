"""Where a project's notifications go beside the studio, and what became of the last ones; for its managers."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from studio import access
from studio.choices import DispatchState
from studio.forms.notifications import ProjectHookForm
from studio.models import Dispatch, Project
from studio.services import dispatches, project_hooks
from studio.views.compression import shows_secret
from studio.views.form_pages import form_on
from studio.views.projects import about

SHOWN = 20


def hook_page(request: HttpRequest, slug: str, pk: int | None = None) -> str:
    """Where managers settle it; a line that is named has to be the project's."""
    project = access.project(request, slug, access.WHO_MANAGES)
    if pk is not None:
        _sent(project, pk)
    return reverse("project-hook", args=[project.slug])


@login_required
@require_http_methods(["GET", "POST"])
def project_hook(request: HttpRequest, slug: str) -> HttpResponse:
    """Mail and the outgoing call, and the last of what was sent."""
    project = access.project(request, slug, access.WHO_MANAGES)
    if request.method == "GET":
        return _page(request, project)
    form = ProjectHookForm(request.POST)
    if not form.is_valid():
        return _page(request, project, form)
    try:
        secret = project_hooks.settle(project=project, actor=access.actor(request), **form.cleaned_data)
    except ValidationError as error:
        form.add_error("url", error)
        return _page(request, project, form)
    if secret:
        # In this very answer and in no other: there is no address under which it could be read again.
        return _page(request, project, secret=secret)
    messages.success(request, _("Saved. It holds for what happens from now on."))
    return redirect("project-hook", slug)


@login_required
@form_on(hook_page)
def hook_rotate(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a new secret and show it, this once."""
    project = access.project(request, slug, access.WHO_MANAGES)
    try:
        secret = project_hooks.rotate(project=project, actor=access.actor(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("project-hook", slug)
    return _page(request, project, secret=secret)


@login_required
@form_on(hook_page)
def hook_test(request: HttpRequest, slug: str) -> HttpResponse:
    """Send a test wherever something is sent."""
    project = access.project(request, slug, access.WHO_MANAGES)
    try:
        project_hooks.send_test(project=project, actor=access.actor(request))
        messages.success(request, _("The test is on its way; what becomes of it is shown below."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("project-hook", slug)


@login_required
@form_on(hook_page)
def dispatch_again(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Send once more what did not arrive, or may not have."""
    project = access.project(request, slug, access.WHO_MANAGES)
    try:
        dispatches.send_again(dispatch=_sent(project, pk), actor=access.actor(request))
        messages.success(request, _("It is sent once more."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("project-hook", slug)


def _sent(project: Project, pk: int) -> Dispatch:
    return get_object_or_404(Dispatch.objects.of_project(project), pk=pk)


@shows_secret
def _page(
    request: HttpRequest, project: Project, form: ProjectHookForm | None = None, secret: str = ""
) -> HttpResponse:
    hook = project_hooks.of_project(project=project)
    shown = dispatches.of_project(project=project, count=SHOWN)
    context = about(request, project, "settings") | {
        "form": form or ProjectHookForm(initial=ProjectHookForm.initial_of(hook)),
        "hook": hook,
        "host": project_hooks.host_of(hook=hook) if hook.has_address else "",
        "secret": secret,
        "dispatches": shown,
        # What was tried in vain waits for minutes, and nobody watches that.
        "is_moving": any(each.tries == 0 or each.state == DispatchState.SENDING for each in shown),
        "studio_mails": settings.STUDIO_SENDS_MAIL,
        "has_own_address": bool(access.person(request).email),
    }
    return render(request, "project_hooks/page.html", context, status=422 if form is not None else 200)
