"""What is done with comments: each act answers a page without scripts by leading back, and htmx with what is new."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from studio import access
from studio.forms.comments import EditForm
from studio.models import Comment, Render
from studio.services import comments
from studio.views.comments import comment_form, refused_answer, said_answer, say, talk_context
from studio.views.form_pages import comment_page, form_on, take_to_look_at
from studio.views.remarks import Viewer
from studio.views.renders import detail_context
from studio.views.talk import heard, news


@login_required
@form_on(take_to_look_at)
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Say something of a take, or answer what was said."""
    take, user = access.render(request, pk), access.person(request)
    form = comment_form(take, Viewer(user=user), data=request.POST)
    comment = say(form, take, author=user)
    if not request.htmx:  # type: ignore[attr-defined]
        return _page(request, take, form=form) if comment is None else _back(request, comment)
    if comment is None:
        return refused_answer(request, talk_context(request, take, form=form))
    return said_answer(request, heard(request, take), comment)


@login_required
@form_on(comment_page)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Put other words in place of an own comment's."""
    comment, form = access.comment(request, pk), EditForm(request.POST)
    take, is_kept = comment.render, False
    if form.is_valid():
        try:
            comments.edit(comment=comment, actor=access.person(request), **form.cleaned_data)
            is_kept = True
        except ValidationError as error:
            form.add_error(None, error)
    if not request.htmx:  # type: ignore[attr-defined]
        return _back(request, comment) if is_kept else _page(request, take, edit_form=form, edited=comment)
    if is_kept:
        return render(request, "comments/_edited.html", heard(request, take))
    context = talk_context(request, take, edit_form=form, edited=comment)
    return render(request, "comments/_edit.html", context, status=422)


@login_required
@form_on(comment_page)
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a comment away."""
    return _done(request, pk, comments.remove)


@login_required
@form_on(comment_page)
def resolve(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a conversation is dealt with."""
    return _done(request, pk, comments.resolve)


@login_required
@form_on(comment_page)
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that there is something to do after all."""
    return _done(request, pk, comments.reopen)


def _done(request: HttpRequest, pk: int, act: Callable[..., None]) -> HttpResponse:
    comment, problem = access.comment(request, pk), ""
    try:
        act(comment=comment, actor=access.person(request))
    except ValidationError as error:
        problem = " ".join(error.messages)
    if request.htmx:  # type: ignore[attr-defined]
        return news(request, comment.render, problem)
    if problem:
        messages.warning(request, problem)
    return _back(request, comment)


def _page(request: HttpRequest, take: Render, **forms: Any) -> HttpResponse:
    """The page of the take with what was typed, whichever page it was typed on."""
    context = detail_context(request, take) | talk_context(request, take, **forms)
    return render(request, "renders/detail.html", context, status=422)


def _back(request: HttpRequest, comment: Comment) -> HttpResponse:
    """The page that the form was on, at the comment; only ever one of ours."""
    path = request.POST.get("next", "").partition("#")[0]
    if not path.startswith("/") or not url_has_allowed_host_and_scheme(path, allowed_hosts=None):
        path = reverse("render-detail", args=[comment.render_id])
    return redirect(f"{path}#comment-{comment.parent_id or comment.pk}")
