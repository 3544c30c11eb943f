"""Lists of takes: a project's and all of mine, paged by the last card seen, and what has changed since."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from studio import access
from studio.models import Membership, Project, Render, RenderEvent, User
from studio.models.events import GAP_PATIENCE
from studio.models.renders import RenderQuerySet
from studio.services.take_bin import BROUGHT_BACK, DELETED
from studio.views.doubts import Doubts, concerns, doubts_of
from studio.views.unread import with_unread

PAGE = 24
# A page that none of the news concerns keeps asking from where it was, until so many have gathered.
FAR_BEHIND = 100
# A page listens from a little before it was made, so it will hear of the birth of cards that it shows already.
JUST_BORN = GAP_PATIENCE + timedelta(seconds=10)


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
@with_unread
def changes(request: HttpRequest) -> HttpResponse:
    """What has changed since `?since=`: 204 for nothing, else the changed cards and the next place to ask from."""
    since = number(request.GET.get("since", "")) or 0
    if take := number(request.GET.get("take", "")):
        return _take_changes(request, take, since)
    events = RenderEvent.objects.since(since)
    if not events:
        return HttpResponse(status=204)
    takes = _changed(request, {event.render_id for event in events}, number(request.GET.get("oldest", "")) or 0)
    gone = _gone(request, {event.render_id for event in events if event.reason == DELETED})
    if not takes and not gone and len(events) < FAR_BEHIND:
        return HttpResponse(status=204)
    born = {event.render_id for event in events if not event.from_state or event.reason == BROUGHT_BACK}
    shown = {pk for pk in map(number, request.GET.get("shown", "").split(",")) if pk}
    context = {
        "fresh": [take for take in takes if take.pk in born - shown],
        "changed": [take for take in takes if take.pk not in born - shown],
        "cursor": events[-1].pk,
        "gone": _listed(gone),
        "shown": _listed(shown - born),
        "project": _project_slug(request),
        "doubts": _doubts_to_show(request, events),
        "spends_in": _spends_in(access.person(request)),
        "selects": True,
    }
    return render(request, "renders/_changes.html", context)


def _take_changes(request: HttpRequest, take: int, since: int) -> HttpResponse:
    """The page of one take only asks whether to read itself again."""
    # Asked of this take alone: a busy studio's events would fill every look at them all.
    mine = Render.objects.visible_to(access.person(request)).filter(pk=take)
    moved = RenderEvent.objects.filter(render__in=mine, id__gt=since).exists()
    return HttpResponse(status=204, headers={"HX-Trigger": "take-changed"} if moved else None)


def _doubts_to_show(request: HttpRequest, events: list[RenderEvent]) -> Doubts | None:
    """What waits for a person in the project of this page, if that has changed: nothing typed there is disturbed."""
    project = Project.objects.visible_to(access.person(request)).filter(slug=_project_slug(request))
    if "doubts" not in request.GET or not concerns(events) or (found := project.first()) is None:
        return None
    doubts = doubts_of(request, found)
    return doubts if doubts is not None and doubts.shown != request.GET["doubts"] else None


def page_of_takes(request: HttpRequest, takes: RenderQuerySet, project: Project | None = None) -> dict[str, Any]:
    """One page of cards before `?before=`, and where the next one starts; None when this is the last."""
    before = number(request.GET.get("before", ""))
    found = list(takes.in_gallery().before(before)[: PAGE + 1])
    just_born = timezone.now() - JUST_BORN
    return {
        "takes": found[:PAGE],
        "next_before": found[PAGE - 1].pk if len(found) > PAGE else None,
        "shown": _listed({take.pk for take in found if take.created_at > just_born}),
        "project": project,
        "spends_in": _spends_here(request, project) if project else _spends_in(access.person(request)),
        "selects": True,
    }


def number(text: str) -> int | None:
    """The whole number in a part of an address, or None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _listed(numbers: set[int]) -> str:
    return ",".join(map(str, sorted(numbers)))


def _changed(request: HttpRequest, ids: set[int], oldest: int) -> list[Render]:
    """The takes among `ids` that the page has room for: those before its `oldest` card are not loaded yet."""
    takes = Render.objects.visible_to(access.person(request)).in_gallery().filter(pk__in=ids, pk__gte=oldest)
    slug = _project_slug(request)
    return list(takes.filter(project__slug=slug) if slug else takes)


def _gone(request: HttpRequest, ids: set[int]) -> set[int]:
    """Those among `ids` that are deleted now, in projects that the user may open: their cards leave the page."""
    if not ids:
        return set()
    inside = Project.objects.visible_to(access.person(request))
    deleted = Render.objects.filter(pk__in=ids, project__in=inside, deleted_at__isnull=False)
    return set(deleted.values_list("pk", flat=True))


def _project_slug(request: HttpRequest) -> str:
    # No slug has a null character, and PostgreSQL does not let one be asked for.
    return request.GET.get("project", "").replace("\x00", "\ufffd")


def _spends_here(request: HttpRequest, project: Project) -> set[int]:
    return {project.pk} if access.may(request, project, access.WHO_SPENDS) else set()


def _spends_in(user: User) -> set[int]:
    """The projects in which the user may render, so that cards elsewhere offer nothing that would be refused."""
    if user.is_admin:
        return _Everywhere()
    mine = Membership.objects.filter(user=user, role__in=access.WHO_SPENDS)
    return set(mine.values_list("project_id", flat=True))


class _Everywhere(set[int]):
    """The projects of a studio admin: all of them, without asking."""

    def __bool__(self) -> bool:
        return True

    def __contains__(self, project_id: object) -> bool:
        return True
