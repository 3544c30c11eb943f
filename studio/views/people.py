"""Everybody in the studio, for studio admins. To anybody else there is no such page."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from studio import access
from studio.choices import Role
from studio.forms.people import StudioInvitationForm
from studio.lib.english import english
from studio.models import Membership, User
from studio.services import invitations, people
from studio.views.compression import shows_secret
from studio.views.form_pages import form_on, people_page

_CHANGES: dict[str, tuple[Callable[..., None], str]] = {
    "make-admin": (people.make_admin, english("%(person)s is a studio admin now.")),
    "unmake-admin": (people.unmake_admin, english("%(person)s is no longer a studio admin.")),
    "deactivate": (people.deactivate, english("%(person)s is signed out everywhere and cannot sign in any more.")),
    "reactivate": (people.reactivate, english("%(person)s can sign in again.")),
}


@login_required
@require_GET
def people_list(request: HttpRequest) -> HttpResponse:
    """Everybody with their projects, and the open links."""
    access.studio_admin(request)
    return _page(request, StudioInvitationForm())


@login_required
@form_on(people_page)
def people_invite(request: HttpRequest) -> HttpResponse:
    """Make a link to any project, or to the studio as admin."""
    admin = access.studio_admin(request)
    form = StudioInvitationForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    chosen = form.cleaned_data
    invitations.invite(
        by=admin,
        project=chosen["project"],
        role=Role(chosen["role"]),
        makes_admin=chosen["makes_admin"],
        note=chosen["note"],
    )
    messages.success(request, _("The link is ready: copy it and send it to one person."))
    return redirect("people-list")


@login_required
@form_on(people_page)
def person_change(request: HttpRequest, pk: int, change: str) -> HttpResponse:
    """Make or unmake an admin, shut somebody out or let them back in."""
    admin = access.studio_admin(request)
    if change not in _CHANGES:
        raise Http404
    person = get_object_or_404(User, pk=pk)
    if change == "deactivate" and person == admin:
        return _page(request, StudioInvitationForm(), status=422, problem=_("You cannot shut yourself out."))
    act, done = _CHANGES[change]
    try:
        act(user=person)
    except ValidationError as error:
        return _page(request, StudioInvitationForm(), status=422, problem=str(error.message))
    messages.success(request, _(done) % {"person": person.label})
    return redirect("home" if change == "unmake-admin" and person == admin else "people-list")


@shows_secret
def _page(request: HttpRequest, form: StudioInvitationForm, status: int = 200, problem: str = "") -> HttpResponse:
    memberships = Prefetch("memberships", Membership.objects.select_related("project").order_by("project__name"))
    context = {
        "section": "people",
        "people": User.objects.prefetch_related(memberships).order_by("-is_active", "username"),
        "links": invitations.open_links(),
        "form": form,
        "problem": problem,
    }
    return render(request, "people/list.html", context, status=status)
