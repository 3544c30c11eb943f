"""Lists of takes: a project's and all of mine, paged by the last card seen, and what has changed since."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from studio import access
from studio.models import Membership, Project, Render, RenderEvent, User
from studio.models.renders import RenderQuerySet

PAGE = 24


@login_required
@require_GET
def gallery(request: HttpRequest) -> HttpResponse:
    """The takes of all my projects, newest first."""
    cursor = RenderEvent.objects.cursor()
    takes = Render.objects.visible_to(access.person(request))
    context = page_of_takes(request, takes)
    return render(request, "gallery/index.html", context | {"section": "gallery", "cursor": cursor})


@login_required
@require_GET
def gallery_page(request: HttpRequest) -> HttpResponse:
    """The next cards of the gallery, for scrolling on."""
    takes = Render.objects.visible_to(access.person(request))
    return render(request, "renders/_cards.html", page_of_takes(request, takes))


@login_required
@require_GET
def project_page(request: HttpRequest, slug: str) -> HttpResponse:
    """The next cards of a project, for scrolling on."""
    project = access.project(request, slug)
    return render(request, "renders/_cards.html", page_of_takes(request, project.renders.all(), project=project))


@login_required
@require_GET
def changes(request: HttpRequest) -> HttpResponse:
    """What has changed since `?since=`: 204 for nothing, else the changed cards and the next place to ask from."""
    events = RenderEvent.objects.since(_number(request.GET.get("since", "")) or 0)
    if take := _number(request.GET.get("take", "")):
        # The page of one take only asks whether to read itself again.
        seen = Render.objects.visible_to(access.person(request)).filter(pk=take)
        moved = any(event.render_id == take for event in events) and seen.exists()
        return HttpResponse(status=204, headers={"HX-Trigger": "take-changed"} if moved else None)
    if not events:
        return HttpResponse(status=204)
    takes = _changed(request, {event.render_id for event in events})
    born = {event.render_id for event in events if not event.from_state}
    context = {
        "fresh": [take for take in takes if take.pk in born],
        "changed": [take for take in takes if take.pk not in born],
        "cursor": events[-1].pk,
        "project": _project_slug(request),
        "spends_in": _spends_in(access.person(request)),
    }
    return render(request, "renders/_changes.html", context)


def page_of_takes(request: HttpRequest, takes: RenderQuerySet, project: Project | None = None) -> dict[str, Any]:
    """One page of cards before `?before=`, and where the next one starts; None when this is the last."""
    before = _number(request.GET.get("before", ""))
    found = list(takes.in_gallery().before(before)[: PAGE + 1])
    return {
        "takes": found[:PAGE],
        "next_before": found[PAGE - 1].pk if len(found) > PAGE else None,
        "project": project,
        "spends_in": _spends_in(access.person(request)),
    }


def _changed(request: HttpRequest, ids: set[int]) -> list[Render]:
    takes = Render.objects.visible_to(access.person(request)).in_gallery().filter(pk__in=ids)
    slug = _project_slug(request)
    return list(takes.filter(project__slug=slug) if slug else takes)


def _project_slug(request: HttpRequest) -> str:
    return request.GET.get("project", "")


def _spends_in(user: User) -> set[int]:
    """The projects in which the user may render, so that cards elsewhere offer nothing that would be refused."""
    if user.is_admin:
        return _Everywhere()
    mine = Membership.objects.filter(user=user, role__in=access.WHO_SPENDS)
    return set(mine.values_list("project_id", flat=True))


class _Everywhere(set[int]):
    """The projects of a studio admin: all of them, without asking."""

    def __contains__(self, project_id: object) -> bool:
        return True


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
