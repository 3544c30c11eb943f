"""What guests do where their link grants it: comment, and decide."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from studio.choices import Verdict, VisitKind
from studio.forms.comments import CommentForm
from studio.forms.guests import DecisionForm
from studio.models import GuestTake
from studio.services import guests, reviews
from studio.services.guests import TooFast
from studio.views.comments import comment_form, refused_answer, said_answer, say
from studio.views.guest_doors import Visitor, of_guest, whence
from studio.views.guests import shown_take, take_page, talk_of
from studio.views.remarks import Viewer


@of_guest("GET", "POST")
def comment(request: HttpRequest, visitor: Visitor, number: int) -> HttpResponse:
    """Say something of a take, or answer."""
    shown = _acted_on(visitor, number, may=visitor.link.may_comment)
    if request.method == "GET":
        return redirect("guest-take", visitor.token, number)
    form = comment_form(shown.render, Viewer(link=visitor.link), data=request.POST)
    try:
        guests.require_pace(guest=visitor.guest, kind=VisitKind.COMMENTED)
    except TooFast as error:
        form.is_valid()
        form.add_error(None, error.message)
        return _refused(request, visitor, shown, form, status=429)
    said = say(form, shown.render, guest=visitor.guest)
    if said is None:
        return _refused(request, visitor, shown, form)
    _log(request, visitor, shown, VisitKind.COMMENTED)
    if request.htmx:  # type: ignore[attr-defined]
        return said_answer(request, talk_of(request, visitor, shown), said)
    return redirect(f"{reverse('guest-take', args=[visitor.token, number])}#comment-{said.parent_id or said.pk}")


@of_guest("GET", "POST")
def decide(request: HttpRequest, visitor: Visitor, number: int) -> HttpResponse:
    """Approve a take, ask for changes or reject it."""
    shown = _acted_on(visitor, number, may=visitor.link.may_decide)
    if request.method == "GET":
        return redirect("guest-take", visitor.token, number)
    form, status = DecisionForm(request.POST), 422
    if form.is_valid():
        verdict, reason = Verdict(form.cleaned_data["verdict"]), form.cleaned_data["reason"]
        try:
            guests.require_pace(guest=visitor.guest, kind=VisitKind.DECIDED)
            reviews.decide(take=shown.render, verdict=verdict, reason=reason, guest=visitor.guest)
        except TooFast as error:
            form.add_error(None, error.message)
            status = 429
        except ValidationError as error:
            # The service speaks of takes by their own numbers, which are not a guest's to know.
            own_words = error.message_dict.get("reason") if hasattr(error, "error_dict") else None
            form.add_error(
                None, own_words or _("This take cannot be decided on at the moment. Ask whoever sent the link.")
            )
        else:
            _log(request, visitor, shown, VisitKind.DECIDED)
            return redirect(f"{reverse('guest-take', args=[visitor.token, number])}#decide")
    return take_page(request, visitor, shown, decision_form=form, status=status)


@of_guest("GET")
def talk(request: HttpRequest, visitor: Visitor, number: int) -> HttpResponse:
    """204 when the page has heard everything (`?seen=`), else the comments as they are now."""
    shown = _acted_on(visitor, number, may=visitor.link.may_comment)
    if request.GET.get("seen", "") == str(shown.render.talk):
        return HttpResponse(status=204)
    return render(request, "comments/_news.html", talk_of(request, visitor, shown))


def _acted_on(visitor: Visitor, number: int, *, may: bool) -> GuestTake:
    """The take, if the link grants the act and its film can be seen; else there is no such place (404)."""
    shown = shown_take(visitor, number)
    if not may or guests.files_of(link=visitor.link, shown=shown) is None:
        raise Http404
    return shown


def _refused(
    request: HttpRequest, visitor: Visitor, shown: GuestTake, form: CommentForm, status: int = 422
) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        # Always 422: that is the status whose answer the page puts in place of its form.
        return refused_answer(request, talk_of(request, visitor, shown, form=form))
    return take_page(request, visitor, shown, comment_form=form, status=status)


def _log(request: HttpRequest, visitor: Visitor, shown: GuestTake, kind: VisitKind) -> None:
    guests.log(link=visitor.link, kind=kind, guest=visitor.guest, take=shown.render, **whence(request))
