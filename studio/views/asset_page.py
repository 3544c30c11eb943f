"""The page of one reference: what it is, where it is from, what it is used in, and its tags."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from studio import access
from studio.models import Asset, Project
from studio.services import library, tags
from studio.services.library import Asked
from studio.views.form_pages import asset_page, form_on
from studio.views.projects import about


@login_required
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One reference with all that is known of it."""
    return _page(request, access.asset(request, pk))


@login_required
@form_on(asset_page)
def retag(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the tags in `put` on it, or take `off` off."""
    asset = access.asset(request, pk)
    try:
        change_tags(request, asset.project, "asset", pk)
    except ValidationError as error:
        return _page(request, asset, problem=error.messages[0], status=422)
    return redirect(reverse("asset-detail", args=[pk]) + "#tags")


def change_tags(request: HttpRequest, project: Project, noun: str, pk: int) -> None:
    """What a form of tags asks for; raises ValidationError with a sentence for whoever typed."""
    act = tags.take_off if "off" in request.POST else tags.put
    names = request.POST.getlist("off") or [request.POST.get("put", "")]
    act(project=project, noun=noun, ids=[pk], names=names, actor=access.person(request))


def tag_context(request: HttpRequest, project: Project, noun: str, pk: int, problem: str = "") -> dict[str, Any]:
    """What the box of tags shows: those that are on it, those to choose from, and what was typed in vain."""
    return {
        "tags": library.tags_on(noun, [pk]).get(pk, []),
        "known_tags": tags.tags_of(project)[: tags.OFFERED],
        "longest_tag": tags.LONGEST,
        "may_tag": project.archived_at is None,
        "tag_problem": problem,
        "tag_typed": request.POST.get("put", "") if problem else "",
    }


def filter_context(project: Project, asked: Asked, noun: str) -> dict[str, Any]:
    """What the filter of a library shows: what was asked for, and the tags to choose from."""
    known = list(tags.tags_of(project, noun)[: tags.OFFERED])
    key = tags.key_of(asked.tags[0]) if asked.tags else ""
    return {
        "asked": asked,
        "known_tags": known,
        "asked_tag": key,
        "asked_tag_known": any(tag.key == key for tag in known),
    }


def _page(request: HttpRequest, asset: Asset, problem: str = "", status: int = 200) -> HttpResponse:
    # With how much waits for the person there, which the bar of the project says on every page.
    project = access.project(request, asset.project.slug)
    context = about(request, project, "references") | tag_context(request, project, "asset", asset.pk, problem)
    context |= {
        "asset": asset,
        "uses": library.uses_of_references([asset.pk]).get(asset.pk, 0),
        "takes": library.takes_with(asset=asset),
        "frame_of": library.frames_of([asset]).get(asset.pk),
    }
    return render(request, "assets/detail.html", context, status=status)
