"""Guest links as the managers of a project see them: what was handed out, who came by it, and its end."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from studio import access
from studio.choices import FileState, RenderState, ReviewState
from studio.forms.guests import ChangeLinkForm, GuestLinkForm, ids_asked_for
from studio.lib.english import english
from studio.models import GuestLink, Project, Render
from studio.services import boards, guest_links, previews
from studio.services.guest_links import MOST_TAKES
from studio.views.compression import shows_secret
from studio.views.form_pages import form_on, guest_link_page
from studio.views.projects import about

PAGE = 50
VISITS = 25
# Of takes to choose from, beside those that are chosen already.
OFFERED = 40
GONE = english("Some of these takes are not here any more. Look at what is ticked, and send it again.")
_ON_THE_WAY = (FileState.WAITING, FileState.RUNNING)
# What the service calls a thing, where the form calls it otherwise.
_FIELDS = {"expires_at": "until", "takes": "take"}


@login_required
@require_GET
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """All links of the project, newest first; `?before=` shows those older than one."""
    project = access.project(request, slug, access.WHO_MANAGES)
    before = _before(request)
    links = GuestLink.objects.with_row().filter(project=project)
    found = list((links.filter(pk__lt=before) if before else links)[: PAGE + 1])
    context = about(request, project, "guests") | {
        "rows": [{"link": link, "closed": guest_links.closed_because(link)} for link in found[:PAGE]],
        "next_before": found[PAGE - 1].pk if len(found) > PAGE else None,
        "is_later_page": before is not None,
    }
    return render(request, "guest_links/list.html", context)


@login_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a link to the takes of `?take=`, to those of `?collection=` in its order, or to all that are approved."""
    project = access.project(request, slug, access.WHO_MANAGES)
    if request.method == "GET":
        chosen = _asked_for(request, project) or _approved(project)
        return _new_page(request, project, GuestLinkForm(initial={"take": chosen}), chosen)
    form = GuestLinkForm(request.POST)
    if not form.is_valid():
        return _new_page(request, project, form, ids_asked_for(request.POST.getlist("take")), status=422)
    words = {name: form.cleaned_data[name] for name in ("label", "password", "watermark", "expires_at")}
    rights = {right: form.cleaned_data[right] for right in guest_links.RIGHTS}
    chosen = form.cleaned_data["take"]
    takes = _in_order(project, chosen)
    try:
        if len(takes) < len(chosen):
            raise ValidationError({"takes": _(GONE)})
        link = guest_links.create_link(project=project, takes=takes, actor=access.actor(request), **words, **rights)
    except ValidationError as error:
        _show(form, error)
        return _new_page(request, project, form, chosen, status=422)
    messages.success(request, _("The link is ready: copy it and send it to your guests."))
    return redirect("guest-link-detail", link.pk)


@login_required
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The address to hand over, what it gives, who came, and its end."""
    return _detail_page(request, access.guest_link(request, pk))


@login_required
@form_on(guest_link_page)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Move its end, or take rights and takes out of it."""
    link = access.guest_link(request, pk)
    form = ChangeLinkForm(request.POST, link=link)
    if not form.is_valid():
        return _detail_page(request, link, form, status=422)
    until, rights, takes = (form.cleaned_data[name] for name in ("until", "rights", "take"))
    try:
        guest_links.change(link=link, actor=access.actor(request), expires_at=until, rights=rights, takes=takes)
    except ValidationError as error:
        _show(form, error)
        return _detail_page(request, link, form, status=422)
    messages.success(request, _("The link is changed. Whoever has it open sees that with their next click."))
    return redirect("guest-link-detail", pk)


@login_required
@form_on(guest_link_page)
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End the link for good."""
    link = access.guest_link(request, pk)
    if guest_links.revoke(link=link, actor=access.actor(request)):
        messages.success(
            request, _("The link for “%(link)s” is withdrawn and shows nothing any more.") % {"link": link.label}
        )
    else:
        messages.info(request, _("That link was withdrawn already."))
    return redirect("guest-link-detail", pk)


@login_required
@form_on(guest_link_page)
def remake(request: HttpRequest, pk: int) -> HttpResponse:
    """Try again to make the copies that could not be made."""
    number = previews.try_again(link=access.guest_link(request, pk))
    messages.info(request, _("They are made once more.") if number else _("Nothing was left to make."))
    return redirect("guest-link-detail", pk)


@shows_secret
def _detail_page(
    request: HttpRequest, link: GuestLink, form: ChangeLinkForm | None = None, status: int = 200
) -> HttpResponse:
    before = _before(request)
    visits = link.visits.select_related("guest")
    found = list((visits.filter(pk__lt=before) if before else visits)[: VISITS + 1])
    shown = list(link.shown.select_related("render__output").order_by("position"))
    places = {take.render_id: take.position for take in shown}
    for visit in found:
        visit.place = places[visit.render_id] + 1 if visit.render_id in places else None
    context = about(request, link.project, "guests") | {
        "link": link,
        "address": guest_links.address_of(link),
        "closed": guest_links.closed_because(link),
        "shown": shown,
        "prepares": any(take.preview_state in _ON_THE_WAY and not take.render.deleted_at for take in shown),
        "form": form or ChangeLinkForm(link=link),
        "visits": found[:VISITS],
        "next_before": found[VISITS - 1].pk if len(found) > VISITS else None,
        "is_later_page": before is not None,
    }
    return render(request, "guest_links/detail.html", context, status=status)


def _new_page(
    request: HttpRequest, project: Project, form: GuestLinkForm, chosen: list[int], status: int = 200
) -> HttpResponse:
    # A form that comes back has its takes where they were: their order is that in which guests will see them.
    stood = ids_asked_for(request.POST.getlist("offered"))
    offered = _in_order(project, list(dict.fromkeys([*stood, *chosen])), MOST_TAKES + OFFERED)
    if not stood:
        offered = offered[:MOST_TAKES]
    others = _ready(project).exclude(pk__in=[take.pk for take in offered]).order_by("-pk")[: 0 if stood else OFFERED]
    context = about(request, project, "guests") | {
        "form": form,
        "offered": [*offered, *others],
        "chosen": set(chosen),
        "most_days": guest_links.LONGEST_DAYS,
    }
    return render(request, "guest_links/new.html", context, status=status)


def _ready(project: Project) -> QuerySet[Render]:
    ready = Render.objects.present().filter(project=project, state=RenderState.READY, output__isnull=False)
    return ready.select_related("output").defer("result_url", "estimate_basis")


def _asked_for(request: HttpRequest, project: Project) -> list[int]:
    if "collection" in request.GET:
        collection = access.collection_in(request, project)
        return boards.watchable(collection=collection, most=MOST_TAKES)
    return ids_asked_for(request.GET.getlist("take"))


def _approved(project: Project) -> list[int]:
    approved = _ready(project).filter(review_state=ReviewState.APPROVED).order_by("pk")
    return list(approved.values_list("pk", flat=True)[:MOST_TAKES])


def _in_order(project: Project, ids: list[int], most: int = MOST_TAKES + 1) -> list[Render]:
    """Those of the takes that are this project's to show, in the order in which they were asked for."""
    found = _ready(project).in_bulk(ids[:most])
    return [found[pk] for pk in ids if pk in found]


def _show(form: Any, error: ValidationError) -> None:
    """What the service said, beside the field that it is about."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, problems in error.message_dict.items():
        field = _FIELDS.get(name, name)
        form.add_error(field if field in form.fields else None, problems)


def _before(request: HttpRequest) -> int | None:
    found = ids_asked_for([request.GET.get("before", "")])
    return found[0] if found else None
