"""What is said of a take as its pages show it, to members and to guests, and the form to say more."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.encoding import iri_to_uri
from django.utils.http import url_has_allowed_host_and_scheme

from studio import access
from studio.forms.comments import CommentForm, EditForm
from studio.models import Comment, Guest, GuestLink, Render, User
from studio.services import comment_notices, comments
from studio.views.remarks import Remark, Viewer, threads_of, visible_to


@dataclass(slots=True)
class Talk:
    """All that the templates of `comments/` ask for; the addresses are the member's or the guest's."""

    take: Render
    # How much has been said when this was read: the page asks for what came after it.
    number: int
    threads: list[Remark]
    form: CommentForm
    add_url: str
    talk_url: str
    may_comment: bool
    is_guest: bool
    # Where a page without scripts goes on after a form.
    back: str
    # Whom the words can call, for the list that completes a name.
    names: list[str] = field(default_factory=list)
    edit_form: EditForm = field(default_factory=EditForm)
    edited: Comment | None = None
    # Whether the viewer may render the take again with a note on it.
    may_answer: bool = False
    # What the addresses begin with that open the forms without scripts: the page keeps its own place in them.
    asks: str = field(init=False)

    def __post_init__(self) -> None:
        # As addresses are written, whatever a form said: the moulds of templatetags/comments.py find their marks in it.
        query = iri_to_uri(self.back.partition("#")[0].partition("?")[2])
        self.asks = f"?{query}&" if query else "?"

    @property
    def names_json(self) -> str:
        """The names for the page's list."""
        return json.dumps(self.names)

    @property
    def errors(self) -> list[str]:
        """What is wrong with what nobody types: the drawing, the comment that is answered, the whole."""
        found = self.form.errors if self.form.is_bound else {}
        typed = {"text", "frame", "end_frame"}
        return [str(problem) for name, problems in found.items() if name not in typed for problem in problems]

    @property
    def open(self) -> list[Remark]:
        """The conversations that somebody has to do something about."""
        return [thread for thread in self.threads if not thread["is_resolved"]]

    @property
    def resolved(self) -> list[Remark]:
        """Those that are dealt with."""
        return [thread for thread in self.threads if thread["is_resolved"]]

    @property
    def answered(self) -> Remark | None:
        """The comment that the form replies to."""
        parent = str(self.form["parent"].value() or "")
        return next((thread for thread in self.threads if thread["pk"] == parent), None)


def talk_context(
    request: HttpRequest,
    take: Render,
    *,
    form: CommentForm | None = None,
    edit_form: EditForm | None = None,
    edited: Comment | None = None,
) -> dict[str, Any]:
    """`talk` for a member's page of a ready take, nothing for any other; forms that were refused are shown again."""
    if not _has_film(take):
        return {}
    user = access.person(request)
    viewer = Viewer(user=user, manages=access.may(request, take.project, access.WHO_MANAGES))
    number, threads, is_open = _number(request, take), threads_of(take, viewer), take.project.archived_at is None
    if edited is None and (edited := _chosen(request, threads)) is not None:
        edit_form = EditForm(initial={"text": edited.text})
    talk = Talk(
        take=take,
        number=number,
        threads=threads,
        form=form or comment_form(take, viewer, initial={"parent": request.GET.get("reply", "")}),
        add_url=reverse("comment-add", args=[take.pk]),
        talk_url=reverse("render-talk", args=[take.pk]),
        may_comment=is_open,
        is_guest=False,
        back=_back(request),
        names=[member.label for member in comment_notices.members_of(take.project) if member.pk != user.pk],
        edit_form=edit_form or EditForm(),
        edited=edited,
        may_answer=is_open and access.may(request, take.project, access.WHO_SPENDS),
    )
    return {"talk": talk}


def guest_talk_context(
    request: HttpRequest,
    take: Render,
    *,
    link: GuestLink,
    add_url: str,
    talk_url: str,
    form: CommentForm | None = None,
) -> dict[str, Any]:
    """`talk` for the page that a guest link shows: its own conversations, and no list of members."""
    viewer = Viewer(link=link)
    number, threads = _number(request, take), threads_of(take, viewer)
    talk = Talk(
        take=take,
        number=number,
        threads=threads,
        form=form or comment_form(take, viewer, initial={"parent": request.GET.get("reply", "")}),
        add_url=add_url,
        talk_url=talk_url,
        may_comment=link.may_comment and take.project.archived_at is None,
        is_guest=True,
        back=_back(request),
    )
    return {"talk": talk}


def comment_form(take: Render, viewer: Viewer, **arguments: Any) -> CommentForm:
    """The form to say something of `take`, with replies only to what the viewer sees."""
    return CommentForm(take=take, threads=visible_to(take, viewer).filter(parent=None), **arguments)


def say(form: CommentForm, take: Render, *, author: User | None = None, guest: Guest | None = None) -> Comment | None:
    """The new comment, or None with the reason in `form`."""
    if not form.is_valid():
        return None
    try:
        return comments.add(take=take, author=author, guest=guest, **form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error)
        return None


def said_answer(request: HttpRequest, context: dict[str, Any], comment: Comment) -> HttpResponse:
    """For a form sent by htmx that was taken: an empty form, the list, and the word that it is done."""
    response = render(request, "comments/_said.html", context)
    response["HX-Trigger-After-Swap"] = json.dumps({"comment:sent": {"id": comment.pk}})
    return response


def refused_answer(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """For one that was not: the form with everything in it and what is wrong."""
    return render(request, "comments/_box.html", context, status=422)


def _has_film(take: Render) -> bool:
    return take.state == "ready" and getattr(take, "output", None) is not None


def _number(request: HttpRequest, take: Render) -> int:
    # As it was before what is said is read: what comes between is then told once more, and never missed.
    if request.method == "POST":
        take.refresh_from_db(fields=["talk"])
    return take.talk


def _chosen(request: HttpRequest, threads: list[Remark]) -> Comment | None:
    wanted, remarks = request.GET.get("edit", ""), [each for thread in threads for each in (thread, *thread["replies"])]
    return next((each["comment"] for each in remarks if each["may_edit"] and each["pk"] == wanted), None)


def _back(request: HttpRequest) -> str:
    if request.method == "POST":
        path = request.POST.get("next", "")
        return path if path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None) else ""
    # What was asked of the forms is over when one of them has been sent.
    kept = request.GET.copy()
    for name in ("reply", "edit"):
        kept.pop(name, None)
    return f"{request.path}?{kept.urlencode()}" if kept else request.path
