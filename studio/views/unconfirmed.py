"""A take whose request was never answered: not created, found at the gateway, or sent again."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from studio import access
from studio.choices import RenderState
from studio.models import Render
from studio.services import confirming, resending, unconfirmed
from studio.services.renders import Refused
from studio.views.form_pages import form_on, take_page
from studio.views.renders import detail_context


@login_required
@form_on(take_page)
def resolve(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what became of it: not created, or this task."""
    take = access.render(request, pk, access.WHO_SPENDS)
    user, task_id = access.person(request), request.POST.get("task_id", "")
    address = access.actor(request).address
    if not access.may_settle(request, take):
        raise PermissionDenied(_(confirming.NOT_YOURS))
    try:
        if request.POST.get("choice") == "adopt":
            unconfirmed.adopt(render=take, actor=user, remote_id=task_id, address=address)
            messages.success(request, _("The studio follows take %(pk)s as that task now.") % {"pk": pk})
        elif request.POST.get("choice") == "release":
            unconfirmed.release(render=take, actor=user, address=address)
            messages.success(request, _("Take %(pk)s has ended, and its money is free again.") % {"pk": pk})
    except ValidationError as error:
        said = " ".join(error.messages)
        return _with_problem(request, access.render(request, pk), said, task_id)
    return _back(request, take)


def _with_problem(request: HttpRequest, take: Render, said: str, task_id: str) -> HttpResponse:
    """The page of the take with what was typed, as long as there is still something to settle."""
    if take.state != RenderState.UNCONFIRMED or not task_id:
        messages.error(request, said)
        return redirect("render-detail", pk=take.pk)
    context = detail_context(request, take) | {"task_id": task_id, "task_problem": said}
    return render(request, "renders/detail.html", context, status=422)


@login_required
@require_http_methods(["GET", "POST"])
def send_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask once more what it may cost, then make a new take of it."""
    take = access.render(request, pk, access.WHO_MANAGES)
    problem, by = "", access.actor(request)
    if request.method == "POST":
        try:
            again = resending.send_again(render=take, actor=access.person(request), address=by.address)
        except (Refused, ValidationError) as error:
            problem = " ".join(getattr(error, "messages", [str(error)]))
        else:
            messages.success(
                request,
                _("Sent again as take %(take)s; take %(pk)s stays possibly charged.") % {"take": again.pk, "pk": pk},
            )
            return redirect("render-detail", pk=again.pk)
    if take.state != RenderState.UNCONFIRMED:
        messages.warning(request, problem or unconfirmed.TOO_LATE)
        return redirect("render-detail", pk=pk)
    context = {"section": "projects", "take": take, "project": take.project, "problem": problem}
    context["sent"] = take.attempts.only("created_at", "render").first()
    return render(request, "renders/send_again.html", context, status=422 if problem else 200)


def _back(request: HttpRequest, take: Render) -> HttpResponse:
    if request.POST.get("back") == "project":
        return redirect("project-detail", slug=take.project.slug)
    return redirect("render-detail", pk=take.pk)
