"""Prompts of a project: the list, the editor with its history, and what changed between two versions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from studio import access
from studio.forms.library import asked_of, before_of
from studio.forms.prompts import CompareForm, PromptForm, TitleForm, VersionForm
from studio.lib import mentions, variables, word_diff
from studio.models import Prompt, PromptVersion
from studio.services import library, prompts
from studio.services.library import PROMPT_ORDERS
from studio.views.asset_page import change_tags, filter_context, tag_context
from studio.views.form_pages import form_on, prompt_page, prompt_to_read
from studio.views.projects import about

PAGE = 50


@dataclass(frozen=True)
class Row:
    """A prompt as the list shows it: its newest version, how many takes were made from it, and its tags."""

    version: PromptVersion
    uses: int
    tags: list[str]


@login_required
@require_GET
def prompt_list(request: HttpRequest, slug: str) -> HttpResponse:
    """The prompts of a project with their newest text, as the address narrows and orders them; `?archived=1` shows
    those put away."""
    project = access.project(request, slug)
    archived = bool(request.GET.get("archived"))
    asked = asked_of(request.GET, orders=PROMPT_ORDERS)
    found = library.prompts(project=project, asked=asked, archived=archived)
    order = PROMPT_ORDERS[asked.sort]
    versions, next_before = library.page_of(found, order=order, before=before_of(request.GET), size=PAGE)
    context = {
        **about(request, project, "prompts"),
        **filter_context(project, asked, "prompt"),
        "versions": versions,
        "rows": _rows(versions),
        "next_before": next_before,
        "is_later_page": "before" in request.GET,
        "orders": PROMPT_ORDERS,
        "archived": archived,
    }
    return render(request, "prompts/list.html", context)


def _rows(versions: list[PromptVersion]) -> list[Row]:
    ids = [version.prompt_id for version in versions]
    uses, named = library.uses_of_prompts(ids), library.tags_on("prompt", ids)
    return [Row(each, uses.get(each.prompt_id, 0), named.get(each.prompt_id, [])) for each in versions]


@login_required
@require_http_methods(["GET", "POST"])
def prompt_create(request: HttpRequest, slug: str) -> HttpResponse:
    """Write a new prompt."""
    project = access.project(request, slug, access.WHO_SPENDS)
    form = PromptForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            version = prompts.create(project=project, by=access.person(request), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Saved as version %(number)d.") % {"number": 1})
            return redirect("prompt-detail", slug, version.prompt_id)
    status = 422 if request.method == "POST" else 200
    return render(request, "prompts/new.html", {**about(request, project, "prompts"), "form": form}, status=status)


@login_required
@require_GET
def prompt_detail(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The newest version to read or go on writing, and the history; `?from=N` starts from an older one."""
    prompt = access.prompt(request, slug, pk)
    start = _start_of(request, prompt)
    form = VersionForm(prompt=prompt, initial={"text": start.text, "based_on": start.number})
    return _page(request, prompt, form, start=start)


@login_required
@form_on(prompt_page)
def prompt_save(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Save the text as the next version."""
    prompt = access.prompt(request, slug, pk, access.WHO_SPENDS)
    form = VersionForm(request.POST, prompt=prompt)
    if not form.is_valid():
        return _page(request, prompt, form, status=422)
    try:
        version, is_new = prompts.save_version(prompt=prompt, by=access.person(request), **form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, prompt, form, status=422)
    if is_new:
        messages.success(request, _("Saved as version %(number)d.") % {"number": version.number})
    else:
        messages.info(request, _("Nothing changed, so this is still version %(number)d.") % {"number": version.number})
    return redirect("prompt-detail", slug, pk)


@login_required
@form_on(prompt_page)
def prompt_rename(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Give a prompt another title."""
    prompt = access.prompt(request, slug, pk, access.WHO_SPENDS)
    title_form = TitleForm(request.POST)
    if not title_form.is_valid():
        start = _start_of(request, prompt)
        form = VersionForm(prompt=prompt, initial={"text": start.text, "based_on": start.number})
        return _page(request, prompt, form, title_form=title_form, status=422)
    prompts.rename(prompt=prompt, title=title_form.cleaned_data["title"])
    messages.success(request, _("Renamed."))
    return redirect("prompt-detail", slug, pk)


@login_required
@form_on(prompt_to_read)
def prompt_tags(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Put the tags in `put` on a prompt, or take `off` off."""
    prompt = access.prompt(request, slug, pk)
    try:
        change_tags(request, prompt.project, "prompt", pk)
    except ValidationError as error:
        start = _start_of(request, prompt)
        form = VersionForm(prompt=prompt, initial={"text": start.text, "based_on": start.number})
        return _page(request, prompt, form, tag_problem=error.messages[0], status=422)
    return redirect(reverse("prompt-detail", args=[slug, pk]) + "#tags")


@login_required
@form_on(prompt_page)
def prompt_archive(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take a prompt out of the list."""
    prompt = access.prompt(request, slug, pk, access.WHO_SPENDS)
    prompts.archive(prompt=prompt)
    messages.success(
        request,
        _("“%(title)s” is archived. Its versions stay with the takes made from them.") % {"title": prompt.title},
    )
    return redirect("prompt-list", slug)


@login_required
@form_on(prompt_page)
def prompt_unarchive(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Put a prompt back into the list."""
    prompts.unarchive(prompt=access.prompt(request, slug, pk, access.WHO_SPENDS))
    return redirect("prompt-detail", slug, pk)


@login_required
@require_GET
def prompt_compare(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Two versions side by side, with what went and what came marked word by word."""
    prompt = access.prompt(request, slug, pk)
    versions = {version.number: version for version in prompt.versions.select_related("created_by")}
    form = CompareForm(request.GET)
    if not form.is_valid():
        raise Http404("Versions have whole numbers.")
    newest = max(versions)
    new = form.cleaned_data["new"] or newest
    old = form.cleaned_data["old"] or max(new - 1, 1)
    if old not in versions or new not in versions:
        raise Http404("There is no such version.")
    context = {
        **about(request, prompt.project, "prompts"),
        "prompt": prompt,
        "versions": list(versions.values()),
        "old": versions[old],
        "new": versions[new],
        "pieces": word_diff.compare(versions[old].text, versions[new].text),
    }
    return render(request, "prompts/compare.html", context)


def _start_of(request: HttpRequest, prompt: Prompt) -> PromptVersion:
    """The version that `?from=` names, or else the newest."""
    wanted = request.GET.get("from", "")
    if wanted:
        return get_object_or_404(prompt.versions, number=int(wanted) if wanted.isdecimal() and len(wanted) < 9 else 0)
    newest = prompt.latest
    if newest is None:
        raise Http404("This prompt has no version.")
    return newest


def _page(
    request: HttpRequest,
    prompt: Prompt,
    form: VersionForm,
    start: PromptVersion | None = None,
    title_form: TitleForm | None = None,
    tag_problem: str = "",
    status: int = 200,
) -> HttpResponse:
    versions = list(prompt.versions.select_related("created_by", "based_on"))
    newest = versions[0]
    context: dict[str, Any] = about(request, prompt.project, "prompts")
    context["can_restore"] = context["can_write"]
    context["can_write"] = context["can_write"] and not prompt.archived_at
    context |= {
        "prompt": prompt,
        "versions": versions,
        "newest": newest,
        "next_number": newest.number + 1,
        "start": start if start and start.number != newest.number else None,
        "variables": variables.names(newest.text),
        "mentions": list(dict.fromkeys(mention.word for mention in mentions.parse(newest.text))),
        "form": form,
        "uses": library.uses_of_prompts([prompt.pk]).get(prompt.pk, 0),
        **tag_context(request, prompt.project, "prompt", prompt.pk, tag_problem),
        "title_form": title_form or TitleForm(initial={"title": prompt.title}, auto_id="id_rename_%s"),
    }
    return render(request, "prompts/detail.html", context, status=status)
