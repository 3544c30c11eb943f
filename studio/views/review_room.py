"""The room: one take after the other, with everything to decide on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from studio import access
from studio.choices import RenderState
from studio.models import Project, Render
from studio.models.renders import RenderQuerySet
from studio.services import review_queue
from studio.views.renders import detail_context
from studio.views.review_panel import review_context
from studio.views.review_queue import MINE

EVERYWHERE = "all"


@dataclass(frozen=True)
class Queue:
    """Which queue a person goes through: of one project (None: of all of theirs), or only what waits for them."""

    project: Project | None
    only_mine: bool

    @property
    def query(self) -> dict[str, str]:
        """How it stands in an address."""
        whose = {"whose": MINE} if self.only_mine else {}
        return {"queue": self.project.slug if self.project else EVERYWHERE, **whose}

    @property
    def address(self) -> str:
        """The page that lists it."""
        return reverse("project-review", args=[self.project.slug]) if self.project else reverse("review")

    def room_of(self, pk: int) -> str:
        """The address of a take's room in it."""
        return reverse("render-review", args=[pk], query=self.query)


def queue_of(request: HttpRequest, values: QueryDict) -> Queue:
    """The queue that an address or a form names; one that is not this person's to see is that of all projects."""
    slug = values.get("queue", EVERYWHERE).replace("\x00", "")
    projects = Project.objects.visible_to(access.person(request))
    project = projects.filter(slug=slug).first() if slug != EVERYWHERE else None
    return Queue(project, values.get("whose") == MINE)


def takes_of(request: HttpRequest, queue: Queue, *, only_mine: bool = False) -> RenderQuerySet:
    """What waits in the queue."""
    mine = queue.only_mine or only_mine
    return review_queue.waiting(user=access.person(request), project=queue.project, only_mine=mine)


@login_required
@require_GET
def room(request: HttpRequest, pk: int) -> HttpResponse:
    """The take in the queue that `?queue=` names; one without a film has only its page."""
    take = access.render(request, pk)
    if take.state != RenderState.READY:
        return redirect("render-detail", pk=pk)
    return render(request, "reviews/room.html", room_context(request, take, queue_of(request, request.GET)))


def room_context(request: HttpRequest, take: Render, queue: Queue, **forms: Any) -> dict[str, Any]:
    """Everything for `reviews/room.html`; forms handed in are shown with what is wrong in them."""
    place = review_queue.place_of(takes_of(request, queue), take)
    return {
        **detail_context(request, take),
        **(review_context(request, take, **forms) if forms else {}),
        "section": "review",
        "in_room": True,
        "queue": queue,
        "place": place,
        "previous_url": queue.room_of(place.previous) if place.previous else "",
        "next_url": queue.room_of(place.next) if place.next else "",
    }


def next_room(request: HttpRequest, take: Render, queue: Queue) -> str:
    """Where to go on once something was said of `take`: the next that waits for this person, else the end."""
    following = review_queue.next_for(takes=takes_of(request, queue, only_mine=True), take=take)
    return queue.room_of(following) if following else f"{queue.address}?whose={MINE}&reviewed=1"
