"""The first screen of a project: the composer, and the takes under it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from studio import access
from studio.models import ComposerDraft, Project, PromptVersion, RenderEvent
from studio.services import drafts
from studio.services.composer import compose
from studio.services.composition import Composition
from studio.views.asked import look_at
from studio.views.doubts import doubts_of
from studio.views.filter_bar import bar_context
from studio.views.limits import upload_limits
from studio.views.takes import found_context, wants_results, with_address

LIBRARY = 24
SAVED_PROMPTS = 12


@login_required
@require_GET
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    """The studio page."""
    project = access.project(request, slug)
    if wants_results(request):
        return _found(request, project)
    draft = None
    if access.may(request, project, access.WHO_SPENDS):
        draft = drafts.draft_of(project=project, user=access.person(request))
    return render(request, "projects/detail.html", studio_context(request, project, draft))


def _found(request: HttpRequest, project: Project) -> HttpResponse:
    look, cursor = look_at(request, request.GET, project), RenderEvent.objects.cursor()
    context = {"cursor": cursor, "can_manage": access.may(request, project, access.WHO_MANAGES)}
    return with_address(request, look, render(request, "gallery/_found.html", context | found_context(request, look)))


def studio_context(
    request: HttpRequest, project: Project, draft: ComposerDraft | None, composition: Composition | None = None
) -> dict[str, Any]:
    """Everything for `projects/detail.html`; a reviewer has no draft and sees no composer."""
    cursor = RenderEvent.objects.cursor()
    context: dict[str, Any] = {"section": "projects", "tab": "studio", "cursor": cursor, "project": project}
    context["can_manage"] = access.may(request, project, access.WHO_MANAGES)
    context["doubts"] = doubts_of(request, project)
    look = look_at(request, request.GET, project)
    context |= found_context(request, look) | bar_context(request, look)
    if draft is not None and project.archived_at is None:
        context |= composer_context(request, project, draft, composition)
    return context


def composer_context(
    request: HttpRequest, project: Project, draft: ComposerDraft, composition: Composition | None = None
) -> dict[str, Any]:
    """Everything for `composer/_form.html`."""
    composition = composition or compose(draft)
    in_tray = [item.asset.pk for item in composition.tray]
    return {
        "project": project,
        "composer": composition,
        "library": project.assets.in_library().exclude(pk__in=in_tray)[:LIBRARY],
        "saved_prompts": _saved_prompts(project),
        "upload_limits": upload_limits(composition.capability.media if composition.capability else {}),
    }


def _saved_prompts(project: Project) -> QuerySet[PromptVersion]:
    """The newest version of each of the latest prompts."""
    versions = PromptVersion.objects.newest().filter(prompt__project=project, prompt__archived_at=None)
    return versions.select_related("prompt").order_by("-prompt")[:SAVED_PROMPTS]
