"""Lists of takes: a project's and all of mine, paged by the last card seen, and what has changed since."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from studio import access
from studio.models import Membership, Project, Render, RenderEvent, User
from studio.models.events import GAP_PATIENCE
from studio.services import price_order
from studio.services.galleries import Page, page_of
from studio.services.take_bin import BROUGHT_BACK, DELETED
from studio.views.asked import Look, among, look_at
from studio.views.doubts import Doubts, concerns, doubts_of
from studio.views.filter_bar import bar_context, page_address, results_context
from studio.views.marks import marked
from studio.views.unread import with_unread

PAGE = 24
# Whoever comes back gets so many of the cards that they had loaded; the rest by scrolling.
MOST_AT_ONCE = 240
# A page that none of the news concerns keeps asking from where it was, until so many have gathered.
FAR_BEHIND = 100
# A page listens from a little before it was made, so it will hear of the birth of cards that it shows already.
JUST_BORN = GAP_PATIENCE + timedelta(seconds=10)


@login_required
@require_GET
def gallery(request: HttpRequest) -> HttpResponse:
    """The takes of all my projects, as the address asks for them: newest first, if it says nothing."""
    return gallery_answer(request, look_at(request, request.GET, None))


@login_required
@require_GET
def gallery_page(request: HttpRequest) -> HttpResponse:
    """The next cards of the gallery, for scrolling on."""
    return _next_cards(request, look_at(request, request.GET, None))


@login_required
@require_GET
def project_page(request: HttpRequest, slug: str) -> HttpResponse:
    """The next cards of a project, for scrolling on."""
    return _next_cards(request, look_at(request, request.GET, access.project(request, slug)))


def gallery_answer(request: HttpRequest, look: Look) -> HttpResponse:
    """The page of the gallery, or only what was found, for the filters beside it."""
    cursor = RenderEvent.objects.cursor()
    context = {"section": "gallery", "cursor": cursor} | found_context(request, look)
    status = 200 if look.asked is not None else 422
    if wants_results(request):
        return with_address(request, look, render(request, "gallery/_found.html", context, status=status))
    return render(request, "gallery/index.html", context | bar_context(request, look), status=status)


def wants_results(request: HttpRequest) -> bool:
    """Whether the filters ask, who stay as they are; coming back to a page wants all of it."""
    asks: bool = request.htmx.target == "gallery-results"  # type: ignore[attr-defined]
    return asks


def with_address(request: HttpRequest, look: Look, response: HttpResponse) -> HttpResponse:
    """The answer to the filters, with the address that shows the same: a word that is typed on is one step back."""
    before = _query_of(request.headers.get("HX-Current-URL", ""))
    after = look.query.copy()
    is_same_word = bool(before.get("q") and after.get("q"))
    for query in (before, after):
        query.pop("q", None)
    is_typed_on = is_same_word and sorted(before.lists()) == sorted(after.lists())
    response["HX-Replace-Url" if is_typed_on else "HX-Push-Url"] = page_address(look, look.query)
    return response


def _query_of(address: str) -> QueryDict:
    try:
        return QueryDict(urlsplit(address).query, mutable=True)
    except ValueError:
        # Not everything that is sent as an address is one.
        return QueryDict(mutable=True)


def _next_cards(request: HttpRequest, look: Look) -> HttpResponse:
    # Whoever comes back has all that they had loaded drawn at once.
    size = min(number(request.GET.get("size", "")) or PAGE, MOST_AT_ONCE)
    context = cards_context(request, look, max(size, 1))
    return render(request, "renders/_cards.html", context | {"scrolls": True})


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
    look = _look(request)
    moved = {event.render_id for event in events}
    takes = _changed(request, look, moved, number(request.GET.get("oldest", "")) or 0)
    gone = _gone(request, {event.render_id for event in events if event.reason == DELETED})
    if not takes and not gone and len(events) < FAR_BEHIND:
        return HttpResponse(status=204)
    born = _born(look, events, takes)
    shown = {pk for pk in map(number, request.GET.get("shown", "").split(",")) if pk}
    fresh = born - shown
    context = {
        "fresh": [take for take in takes if take.pk in fresh and _belongs_first(look)],
        "changed": [take for take in takes if take.pk not in fresh],
        "poll_view": request.GET.get("view", ""),
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


def found_context(request: HttpRequest, look: Look) -> dict[str, Any]:
    """What was found, and what stands above it."""
    return cards_context(request, look, PAGE) | results_context(look)


def cards_context(request: HttpRequest, look: Look, size: int) -> dict[str, Any]:
    """One page of cards, and where the next one starts; None when this is the last."""
    by_currency = look.asked is not None and price_order.goes_by_currency(look.asked)
    read = price_order.page_by_price if by_currency else page_of
    page = read(asked=look.asked, before=look.before, size=size) if look.asked is not None else Page([])
    cards = {take.pk: take for take in Render.objects.in_gallery().filter(pk__in=page.numbers)}
    # In the order of the page; one may have been deleted since it was found.
    takes = marked(request, [cards[pk] for pk in page.numbers if pk in cards])
    just_born = timezone.now() - JUST_BORN
    return {
        "takes": takes,
        "next_before": page.next_before,
        "more_query": _more_query(look, page),
        "oldest": page.next_before if look.takes_news else None,
        "by_currency": by_currency,
        "count": page.count,
        "count_is_more": page.is_more,
        "view_query": look.query.urlencode(),
        "poll_view": _poll_view(look),
        "shown": _listed({take.pk for take in takes if take.created_at > just_born}),
        "project": look.project,
        "spends_in": _Everywhere() if look.spends_in is None else look.spends_in,
        "selects": True,
    }


def _more_query(look: Look, page: Page) -> str:
    query = look.query.copy()
    query["before"] = page.next_before or ""
    return query.urlencode()


def _poll_view(look: Look) -> str:
    """What the page says when it asks for news, so that it hears of nothing that it does not show."""
    query = look.query.copy()
    if look.before:
        query["before"] = look.before
    return query.urlencode()


def number(text: str) -> int | None:
    """The whole number in a part of an address, or None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _listed(numbers: set[int]) -> str:
    return ",".join(map(str, sorted(numbers)))


def _look(request: HttpRequest) -> Look | None:
    """The filters of the page that asks; None for one that has none."""
    if not request.GET.get("view"):
        return None
    project = None
    if slug := _project_slug(request):
        project = Project.objects.visible_to(access.person(request)).filter(slug=slug).first()
    return look_at(request, QueryDict(request.GET["view"]), project)


def _born(look: Look | None, events: list[RenderEvent], takes: list[Render]) -> set[int]:
    """The takes that are new and that the page shows; of those it does not show it hears nothing."""
    born = {event.render_id for event in events if not event.from_state or event.reason == BROUGHT_BACK}
    return born & {take.pk for take in takes} if look is None else among(look, born)


def _belongs_first(look: Look | None) -> bool:
    return look is None or look.takes_news


def _changed(request: HttpRequest, look: Look | None, ids: set[int], oldest: int) -> list[Render]:
    """The takes among `ids` that the page has room for: those before its `oldest` card are not loaded yet."""
    if look is not None:
        ids = among(look, ids, lasting=True)
    takes = Render.objects.visible_to(access.person(request)).in_gallery().filter(pk__in=ids, pk__gte=oldest)
    slug = _project_slug(request)
    return marked(request, takes.filter(project__slug=slug) if slug else takes)


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
