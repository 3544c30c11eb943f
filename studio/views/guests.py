"""What somebody sees who came by a guest link: the door, the takes of the link, and one of them. Nothing else, ever.

Takes are called by their place on the link, "Take 1" to "Take n": their own numbers would tell how many there are.
Guests with the right to comment see what guests of the same link have said, and what members answered them there; what
members say among themselves stays inside, as do their verdicts.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from studio.choices import FileState, Verdict, VisitKind
from studio.forms.comments import CommentForm
from studio.forms.guests import DecisionForm, EnterForm
from studio.models import Guest, GuestLink, GuestTake, Review
from studio.services import guests
from studio.services.guests import TooFast
from studio.views.comments import guest_talk_context
from studio.views.guest_doors import Visitor, guest_of, of_guest, of_link, remember, too_fast, whence
from studio.views.player_context import PlayerUrls, player_of


@of_link("GET")
def home(request: HttpRequest, link: GuestLink) -> HttpResponse:
    """The takes of the link, or the door for who has not come in yet. `?still`: whether the link is open, no more."""
    if request.htmx and "still" in request.GET:  # type: ignore[attr-defined]
        return HttpResponse(status=204)
    guest = guest_of(request, link)
    if guest is None:
        return _door(request, link, EnterForm(link=link))
    guests.log(link=link, kind=VisitKind.OPENED, guest=guest, **whence(request))
    visitor = Visitor(link, guest)
    takes = [take_row(visitor, shown) for shown in guests.shown_to(link=link)]
    verdicts = _verdicts(visitor)
    for row in takes:
        row["verdict"] = verdicts.get(row.pop("render_id"))
    context = {"link": link, "guest": guest, "takes": takes, "waits": any(row["waits"] for row in takes)}
    return render(request, "guests/home.html", context)


@of_link("GET", "POST")
def enter(request: HttpRequest, link: GuestLink) -> HttpResponse:
    """Come in with a name, and the password where there is one."""
    if request.method == "GET":
        return redirect("guest-home", link.token)
    form = EnterForm(request.POST, link=link)
    if not form.is_valid():
        return _door(request, link, form, status=422)
    try:
        guest = guests.enter(link=link, **form.cleaned_data, **whence(request))
    except TooFast as error:
        return too_fast(request, error.message)
    except ValidationError as error:
        form.add_error(None, error)
        return _door(request, link, form, status=422)
    remember(request, guest)
    return redirect("guest-home", link.token)


@of_guest("GET")
def take(request: HttpRequest, visitor: Visitor, number: int) -> HttpResponse:
    """One take, with what the link lets be done. A page that waits for its film hears nothing until it is there."""
    shown = shown_take(visitor, number)
    if request.htmx:  # type: ignore[attr-defined]
        waits = take_row(visitor, shown)["waits"]
        return HttpResponse(status=204) if waits else HttpResponse(headers={"HX-Refresh": "true"})
    return take_page(request, visitor, shown)


def shown_take(visitor: Visitor, number: int) -> GuestTake:
    """The take at this place of the link, if it can still be seen; else 404."""
    found = guests.shown_to(link=visitor.link).filter(position=number - 1).first()
    if found is None:
        raise Http404
    found.render.project = visitor.link.project
    return found


def take_row(visitor: Visitor, shown: GuestTake) -> dict[str, Any]:
    """A take as the templates for guests want it; no column of the take itself gets there."""
    files = guests.files_of(link=visitor.link, shown=shown)
    output, number = shown.render.output, shown.position + 1
    return {
        "number": number,
        "render_id": shown.render_id,
        "waits": files is None and shown.preview_state != FileState.FAILED,
        "is_ready": files is not None,
        "poster": reverse("guest-poster", args=[visitor.token, number]) if files and files.poster else "",
        "url": reverse("guest-take", args=[visitor.token, number]),
        "width": output.width,
        "height": output.height,
        "seconds": output.seconds,
    }


def take_page(
    request: HttpRequest,
    visitor: Visitor,
    shown: GuestTake,
    *,
    comment_form: CommentForm | None = None,
    decision_form: DecisionForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of a take, with a form that was refused and all that was typed into it."""
    link, row = visitor.link, take_row(visitor, shown)
    context = {
        "link": link,
        "guest": visitor.guest,
        "take": row,
        **_neighbours(visitor, shown),
        "player": _player(visitor, shown) if row["is_ready"] else {},
        "verdict": _verdicts(visitor).get(shown.render_id),
        "decision_form": decision_form or DecisionForm(),
        **_address(visitor, shown, "download", "decide"),
    }
    if link.may_comment and row["is_ready"]:
        context |= talk_of(request, visitor, shown, form=comment_form)
    return render(request, "guests/take.html", context, status=status)


def talk_of(
    request: HttpRequest, visitor: Visitor, shown: GuestTake, form: CommentForm | None = None
) -> dict[str, Any]:
    """The conversation as this guest may follow it."""
    urls = _address(visitor, shown, "comment", "talk")
    return guest_talk_context(
        request, shown.render, link=visitor.link, add_url=urls["comment_url"], talk_url=urls["talk_url"], form=form
    )


def _address(visitor: Visitor, shown: GuestTake, *names: str) -> dict[str, str]:
    place = [visitor.token, shown.position + 1]
    return {f"{name}_url": reverse(f"guest-{name}", args=place) for name in names}


def _player(visitor: Visitor, shown: GuestTake) -> dict[str, Any]:
    files = guests.files_of(link=visitor.link, shown=shown)
    assert files is not None
    urls = _address(visitor, shown, "video", "poster", "filmstrip")
    player = player_of(shown.render, PlayerUrls(urls["video_url"], urls["poster_url"], urls["filmstrip_url"]))
    return player | {
        "poster": urls["poster_url"] if files.poster else "",
        "filmstrip": urls["filmstrip_url"] if files.filmstrip else "",
        "frames": files.strip_frames,
    }


def _neighbours(visitor: Visitor, shown: GuestTake) -> dict[str, Any]:
    """The takes before and after, and how many there are."""
    positions = list(guests.shown_to(link=visitor.link).values_list("position", flat=True))
    here = positions.index(shown.position)
    return {
        "previous": positions[here - 1] + 1 if here else None,
        "next": positions[here + 1] + 1 if here + 1 < len(positions) else None,
        "is_alone": len(positions) == 1,
    }


def _verdicts(visitor: Visitor) -> dict[int, dict[str, Any]]:
    """What the guests of this link have said of each take, with whose it is unless it is this guest's own; the reason
    is for who gave it."""
    if not visitor.link.may_decide:
        return {}
    said = Review.objects.current().filter(guest__link=visitor.link).select_related("guest")
    return {review.render_id: _verdict(review, visitor.guest) for review in said}


def _verdict(review: Review, guest: Guest) -> dict[str, str]:
    is_own = review.guest_id == guest.pk
    words = {"reason": review.reason, "name": ""} if is_own else {"reason": "", "name": _name_of(review)}
    return {"value": review.verdict, "label": str(Verdict(review.verdict).label), **words}


def _name_of(review: Review) -> str:
    return review.guest.name if review.guest is not None else ""


def _door(request: HttpRequest, link: GuestLink, form: EnterForm, status: int = 200) -> HttpResponse:
    return render(request, "guests/enter.html", {"link": link, "form": form}, status=status)
