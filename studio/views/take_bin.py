"""Deleting takes, the list of those that were, and bringing them back."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from studio import access
from studio.choices import Role
from studio.models import Render
from studio.services import take_bin
from studio.views.chosen import chosen, listed, told
from studio.views.form_pages import deleted_page, form_on, gallery_page
from studio.views.projects import about
from studio.views.takes import number

PAGE = 48
NOT_YOURS = "Take {take} is somebody else’s: only a manager of the project deletes it."
NOT_ALLOWED = "Your role in this project does not allow that."


@login_required
@form_on(gallery_page)
def delete(request: HttpRequest) -> HttpResponse:
    """Delete those of the chosen takes that can be; say what stays, and why."""
    found = chosen(request)
    if not found:
        return told(request, "Choose the takes to delete first.", messages.WARNING)
    if not any(role in access.WHO_SPENDS for _, role in found):
        raise PermissionDenied(NOT_ALLOWED)
    gone, kept = [], []
    for take, role in found:
        if why_not := _delete(request, take, role):
            kept.append(why_not)
        else:
            gone.append(take)
    return _deleted(request, gone, kept)


def _delete(request: HttpRequest, take: Render, role: Role) -> str:
    """Delete it, or say why not."""
    user = access.person(request)
    if role not in access.WHO_SPENDS or (role == Role.ARTIST and take.asked_by_id != user.pk):
        return NOT_YOURS.format(take=take.pk)
    try:
        take_bin.delete(take=take, actor=user)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def _deleted(request: HttpRequest, gone: list[Render], kept: list[str]) -> HttpResponse:
    what = f"Take {gone[0].pk} is" if len(gone) == 1 else f"{len(gone)} takes are"
    words = [f"{what} deleted. Nothing is lost: bring them back under “Deleted takes” of the project."] if gone else []
    said = " ".join([*words, *listed(kept, "Still here:" if gone else "Nothing was deleted.")])
    level = messages.WARNING if kept else messages.SUCCESS
    if gone and "from_page" in request.POST:
        # Its own page is gone with it.
        messages.add_message(request, level, said)
        return redirect("project-detail", slug=gone[0].project.slug)
    return told(request, said, level)


@login_required
@form_on(deleted_page)
def bring_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a deleted take back where it was."""
    take = access.deleted_take(request, pk)
    try:
        take_bin.bring_back(take=take, actor=access.person(request))
        messages.success(request, f"Take {pk} is back.")
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    return redirect("deleted-takes", slug=take.project.slug)


@login_required
@require_GET
def deleted_takes(request: HttpRequest, slug: str) -> HttpResponse:
    """What was deleted in a project: all of it for managers, for artists their own."""
    project = access.project(request, slug, access.WHO_SPENDS)
    takes = access.deleted_takes(request, project.renders.all()).select_related("asked_by", "deleted_by", "output")
    found = list(takes.defer("result_url").before(number(request.GET.get("before", ""))).order_by("-pk")[: PAGE + 1])
    context = about(request, project, "deleted") | {"takes": found[:PAGE]}
    context["next_before"] = found[PAGE - 1].pk if len(found) > PAGE else None
    return render(request, "reviews/deleted.html", context)
