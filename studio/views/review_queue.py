"""The queue of takes that wait for review: of all my projects, and of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from studio import access
from studio.choices import Verdict
from studio.models import Project, Render
from studio.models.renders import RenderQuerySet
from studio.services import review_queue
from studio.views.takes import number

PAGE = 24
MINE = "me"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Row:
    """One take in the queue: the note it was sent with, how many have said something, and what this person said."""

    take: Render
    note: str
    said: int
    approvals: int
    mine: Verdict | None


@login_required
@require_GET
def everywhere(request: HttpRequest) -> HttpResponse:
    """What waits in all my projects, oldest first."""
    return render(request, "reviews/queue.html", queue_context(request, None) | {"section": "review"})


@login_required
@require_GET
def of_project(request: HttpRequest, slug: str) -> HttpResponse:
    """What waits in one project."""
    project = access.project(request, slug)
    context = queue_context(request, project) | {"section": "projects", "tab": "review", "project": project}
    context["can_manage"] = access.may(request, project, access.WHO_MANAGES)
    return render(request, "reviews/queue.html", context)


def queue_context(request: HttpRequest, project: Project | None) -> dict[str, Any]:
    """One page of the queue after `?after=`, as `?whose=` wants it."""
    user, only_mine = access.person(request), request.GET.get("whose") == MINE
    takes = review_queue.waiting(user=user, project=project, only_mine=only_mine)
    found = list(review_queue.page_of(_after(takes, request.GET.get("after", "")), user, PAGE + 1))
    return {
        "rows": [_row(take) for take in found[:PAGE]],
        "next_after": _cursor(found[PAGE - 1]) if len(found) > PAGE else "",
        "start_url": _start_url(request, project),
        "numbers": review_queue.counts(user=user, project=project),
        "only_mine": only_mine,
        "has_reviewed": "reviewed" in request.GET,
        "queue": project.slug if project else "all",
        "whose": MINE if only_mine else "",
    }


def _start_url(request: HttpRequest, project: Project | None) -> str:
    """The room of the first take that waits for this person; empty when none does."""
    mine = review_queue.waiting(user=access.person(request), project=project, only_mine=True)
    first = mine.values_list("pk", flat=True).first()
    query = {"queue": project.slug if project else "all", "whose": MINE}
    return reverse("render-review", args=[first], query=query) if first else ""


def _row(take: Any) -> Row:
    mine = Verdict(take.my_verdict) if take.my_verdict else None
    return Row(take=take, note=review_queue.note_of(take.sent), said=take.said, approvals=take.approvals, mine=mine)


def _cursor(take: Any) -> str:
    """Where the next page begins: behind the moment at which this one was sent, and its id."""
    return f"{(take.review_asked_at - _EPOCH) // _MICROSECOND}-{take.pk}"


def _after(takes: RenderQuerySet, cursor: str) -> RenderQuerySet:
    moment, pk = (number(part) for part in (*cursor.partition("-")[::2],))
    if moment is None or pk is None or moment > 10**17:
        return takes
    at = _EPOCH + moment * _MICROSECOND
    return takes.filter(Q(review_asked_at__gt=at) | Q(review_asked_at=at, pk__gt=pk))
