"""What I am told: the list behind the bell, the way to what a line is about, and where I want to hear of what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from studio import access
from studio.forms.notifications import NoticeForm
from studio.lib.english import english
from studio.models import Notification, User
from studio.services import notifications
from studio.views.form_pages import form_on

PAGE = 50
_NEW = english("New")
# How a cursor begins, by the half of the list that its line stands in.
_UNREAD, _READ = "u", "r"


@dataclass(frozen=True)
class Group:
    """Lines under one heading: what is new, then day by day."""

    title: str
    lines: list[Notification]


def list_page(request: HttpRequest) -> str:
    """Where everything can be marked as read."""
    return reverse("notification-list")


@login_required
@require_GET
def notification_list(request: HttpRequest) -> HttpResponse:
    """What is unread first, then what was read; fifty to a page, `?after=` goes on behind a line."""
    after = request.GET.get("after", "")
    found = _after(access.person(request), after)
    lines = found[:PAGE]
    context = {
        "section": "notifications",
        "groups": _groups(lines),
        "next_after": _cursor(lines[-1]) if len(found) > PAGE else "",
        "is_later_page": bool(after),
        "newest": max((line.pk for line in lines), default=0),
        "unread": sum(line.read_at is None for line in lines),
    }
    return render(request, "notifications/list.html", context)


@login_required
@form_on(list_page)
def notification_read(request: HttpRequest) -> HttpResponse:
    """Mark everything read that the list has shown, and what is older."""
    typed = request.POST.get("newest", "")
    newest = int(typed) if typed.isdecimal() and typed.isascii() and len(typed) < 16 else 0
    if notifications.mark_all_read(person=access.person(request), up_to=newest):
        messages.success(request, _("Everything is marked as read."))
    return redirect("notification-list")


@login_required
@require_GET
def notification_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one line as read and go to what it is about; whether that may be seen is said there."""
    found = get_object_or_404(Notification, pk=pk, recipient=access.person(request))
    notifications.mark_read(notification=found)
    # Only ever within the studio, whoever wrote the path.
    is_ours = found.path.startswith("/") and url_has_allowed_host_and_scheme(found.path, allowed_hosts=None)
    return redirect(found.path if is_ours else "notification-list")


@login_required
@require_http_methods(["GET", "POST"])
def notification_settings(request: HttpRequest) -> HttpResponse:
    """Where I want to hear of what."""
    person = access.person(request)
    form = NoticeForm(request.POST or None, person=person)
    if request.method == "POST" and form.is_valid():
        notifications.choose(person=person, choices=form.choices(), email=form.cleaned_data["email"])
        messages.success(request, _("You are told as you chose from now on."))
        return redirect("notification-settings")
    context = {"section": "notifications", "form": form, "sends_mail": settings.STUDIO_SENDS_MAIL}
    return render(request, "notifications/settings.html", context, status=422 if request.method == "POST" else 200)


def _after(person: User, cursor: str) -> list[Notification]:
    """One line more than a page holds. A cursor that is none begins at the beginning."""
    mine, number = Notification.objects.of(person), cursor[1:]
    last = int(number) if number.isdecimal() and number.isascii() and len(number) < 16 else None
    is_among_read = last is not None and cursor[:1] == _READ
    found = [] if is_among_read else list(mine.unread().before(last)[: PAGE + 1])
    room = PAGE + 1 - len(found)
    return found + (list(mine.read().before(last if is_among_read else None)[:room]) if room else [])


def _cursor(line: Notification) -> str:
    return f"{_UNREAD if line.read_at is None else _READ}{line.pk}"


def _groups(lines: Iterable[Notification]) -> list[Group]:
    today = timezone.localdate()
    return [Group(title, list(found)) for title, found in groupby(lines, key=lambda line: _title(line, today))]


def _title(line: Notification, today: date) -> str:
    if line.read_at is None:
        return _(_NEW)
    day = timezone.localdate(line.created_at)
    if day == today:
        return _("Today")
    if day == today - timedelta(days=1):
        return _("Yesterday")
    return f"{day.day} {day:%B}" if day.year == today.year else f"{day.day} {day:%B %Y}"
