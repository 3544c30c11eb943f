"""Accepting and withdrawing invitations. Only who holds the link can see what it gives."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from studio import access
from studio.forms.people import NewPersonForm
from studio.models import Invitation, User
from studio.services import invitations, people


@never_cache
@sensitive_post_parameters("password1", "password2")
@require_http_methods(["GET", "POST"])
def invitation_accept(request: HttpRequest, token: str) -> HttpResponse:
    """What the link gives, and the way in: one button for who is signed in, a small form for who is new."""
    found = Invitation.objects.select_related("project", "created_by").of_token(token)
    if found is None:
        return _closed(request, "unknown", status=404)
    reason = invitations.closed_because(found)
    if reason:
        return _closed(request, reason)
    if isinstance(request.user, User):
        return _join(request, found, request.user)
    return _make_account(request, found)


@login_required
@require_POST
def invitation_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw a link: managers in their projects, studio admins anywhere."""
    user = access.person(request)
    invitation = get_object_or_404(Invitation.objects.select_related("project"), pk=pk)
    project = invitation.project
    if not user.is_admin and (project is None or project.role_of(user) is None):
        raise Http404
    if not people.may_invite(by=user, project=project, makes_admin=invitation.makes_admin):
        raise PermissionDenied(_("Only those who could have made this link can withdraw it."))
    if invitations.revoke(invitation=invitation):
        messages.success(request, _("The link is withdrawn and lets nobody in any more."))
    else:
        messages.info(request, _("That link was not open any more."))
    if request.POST.get("back") == "people" and user.is_admin or project is None:
        return redirect("people-list")
    return redirect("project-members", project.slug)


def _join(request: HttpRequest, invitation: Invitation, user: User) -> HttpResponse:
    has_all = invitations.adds_nothing(invitation=invitation, user=user)
    if request.method == "GET" or has_all:
        context = {"invitation": invitation, "has_all": has_all}
        return render(request, "people/invitation_accept.html", context)
    try:
        invitations.accept(invitation=invitation, user=user)
    except invitations.InvitationClosed:
        return _closed(request, "used")
    return _welcome(request, invitation)


def _make_account(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    form = NewPersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = invitations.accept_as_new(
                invitation=invitation,
                username=form.cleaned_data["username"],
                display_name=form.cleaned_data["display_name"],
                password=form.cleaned_data["password1"],
            )
        except invitations.InvitationClosed:
            return _closed(request, "used")
        except IntegrityError:
            form.add_error("username", _("Somebody has just taken this name. Please choose another."))
        else:
            login(request, user, backend="studio.views.backends.PersonBackend")
            return _welcome(request, invitation)
    status = 422 if request.method == "POST" else 200
    return render(request, "people/invitation_accept.html", {"invitation": invitation, "form": form}, status=status)


def _welcome(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    if invitation.project is None:
        messages.success(request, _("Welcome. You are a studio admin now."))
        return redirect("home")
    messages.success(request, _("Welcome to “%(project)s”.") % {"project": invitation.project.name})
    return redirect("project-detail", invitation.project.slug)


def _closed(request: HttpRequest, reason: str, status: int = 410) -> HttpResponse:
    return render(request, "people/invitation_closed.html", {"reason": reason}, status=status)
