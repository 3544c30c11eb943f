"""Deleting takes, the list of those that were, and bringing them back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from studio import access
from studio.choices import Role
from studio.models import Project, Render
from studio.services import take_bin
from studio.services.bulk_acts import why_not_deleted
from studio.services.gallery_filters import in_projects
from studio.views.chosen import chosen, listed, told
from studio.views.form_pages import deleted_page, form_on, gallery_page
from studio.views.projects import about
from studio.views.takes import number
from studio.views.undoing import undo_of_takes

PAGE = 48


@login_required
@form_on(gallery_page)
def delete(request: HttpRequest) -> HttpResponse:
    """Delete those of the chosen takes that can be; say what stays, and why."""
    found = chosen(request)
    if not found:
        return told(request, _("Choose the takes to delete first."), messages.WARNING)
    if not any(role in access.WHO_SPENDS for _take, role in found):
        raise PermissionDenied(_("Your role in this project does not allow that."))
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
    if why_not := why_not_deleted(take=take, user=user, role=role):
        return why_not
    try:
        take_bin.delete(take=take, actor=user)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def _deleted(request: HttpRequest, gone: list[Render], kept: list[str]) -> HttpResponse:
    head = _("Still here:") if gone else _("Nothing was deleted.")
    said = " ".join([*_gone_words(gone), *listed(kept, head)])
    level = messages.WARNING if kept else messages.SUCCESS
    if gone and "from_page" in request.POST:
        # Its own page is gone with it.
        messages.add_message(request, level, said, extra_tags=undo_of_takes(gone))
        return redirect("project-detail", slug=gone[0].project.slug)
    return told(request, said, level, undo=undo_of_takes(gone))


def _gone_words(gone: list[Render]) -> list[str]:
    if len(gone) == 1:
        said = _("Take %(take)s is deleted. Nothing is lost: bring it back under “Deleted takes” of the project.")
        return [said % {"take": gone[0].pk}]
    said = ngettext(
        "%(number)s take is deleted. Nothing is lost: bring them back under “Deleted takes” of the project.",
        "%(number)s takes are deleted. Nothing is lost: bring them back under “Deleted takes” of the project.",
        len(gone),
    )
    return [said % {"number": len(gone)}] if gone else []


@login_required
@form_on(deleted_page)
def bring_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a deleted take back where it was."""
    take = access.deleted_take(request, pk)
    try:
        take_bin.bring_back(take=take, actor=access.person(request))
        messages.success(request, _("Take %(take)s is back.") % {"take": pk})
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    if request.POST.get("from") == "gallery":
        return redirect("deleted-everywhere")
    return redirect("deleted-takes", slug=take.project.slug)


@login_required
@require_GET
def deleted_takes(request: HttpRequest, slug: str) -> HttpResponse:
    """What was deleted in a project: all of it for managers, for artists their own."""
    project = access.project(request, slug, access.WHO_SPENDS)
    return render(request, "reviews/deleted.html", about(request, project, "deleted") | _page(request, project))


@login_required
@require_GET
def deleted_everywhere(request: HttpRequest) -> HttpResponse:
    """What was deleted in all of one's projects, as far as one may bring it back."""
    return render(request, "reviews/deleted.html", {"section": "gallery"} | _page(request))


def _page(request: HttpRequest, project: Project | None = None) -> dict[str, Any]:
    # Chosen first by the index of what is deleted, or else every take there is would be opened for it.
    inside = Render.objects.filter(pk__in=Render.objects.filter(deleted_at__isnull=False).values("pk"))
    if project is not None:
        inside = inside.filter(in_projects([project.pk]))
    takes = access.deleted_takes(request, inside).select_related("asked_by", "deleted_by", "output", "project")
    found = list(takes.defer("result_url").before(number(request.GET.get("before", ""))).order_by("-pk")[: PAGE + 1])
    shown = found[:PAGE]
    return {
        "rows": [(take, _until(take)) for take in shown],
        "takes": shown,
        "come_back": [str(take.pk) for take in shown if take.cleared_at is None],
        "next_before": found[PAGE - 1].pk if len(found) > PAGE else None,
    }


def _until(take: Render) -> datetime | None:
    """Until when it can be brought back, where that is settled."""
    return take_bin.gone_for_good_at(take) if not take_bin.why_kept(take) else None
