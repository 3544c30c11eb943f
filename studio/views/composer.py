"""The composer: every press keeps what was typed, does its one thing, and shows the form again."""

from __future__ import annotations

import json
from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from studio import access
from studio.choices import InputRole
from studio.forms.composer import Press, read_press
from studio.lib.english import english
from studio.models import ComposerDraft, Project, Prompt, PromptVersion, Render
from studio.providers.checks import Problem
from studio.services import budget_notices, drafts, prompts
from studio.services.composer import compose
from studio.services.composition import Composition
from studio.services.doors import frozen
from studio.services.overrides import Override, reason_problems
from studio.services.renders import AlreadyRendered, Refused, create_renders, made_by
from studio.views.already_asked import already_asked
from studio.views.form_pages import form_on, studio_page
from studio.views.studio_page import composer_context, studio_context

TEMPLATE = "composer/_form.html"
BAR = "budgets/_bar.html"
CHANGED = Problem(
    "render",
    english(
        "The references, the gateway or the price have changed since this page was shown: look once "
        "more and press again. Nothing was sent."
    ),
)
UNREADABLE = Problem(
    "render", english("This press did not arrive whole. Look once more and press again. Nothing was sent.")
)


@login_required
@form_on(studio_page)
def composer(request: HttpRequest, slug: str) -> HttpResponse:
    """One press of the composer. `act` is update, save, render, or a step of the tray or of saved prompts."""
    project = access.project(request, slug, access.WHO_SPENDS)
    draft = drafts.draft_of(project=project, user=access.person(request))
    press = read_press(request.POST)
    if press.submission is not None:
        # A page keeps its submission until it has read the answer to a render, else a lost answer is paid for twice.
        draft.submission = press.submission
    drafts.keep(draft=draft, values=press.values, variables=press.variables)
    if press.step == "save":
        return HttpResponse(status=204)
    if press.step == "render":
        return _render_takes(request, project, draft, press)
    try:
        said, level = STEPS.get(press.step, _nothing)(request, project, draft, press), messages.SUCCESS
    except ValidationError as error:
        said, level = " ".join(error.messages), messages.WARNING
    return _answer(request, project, draft, said=said, level=level, reason=press.override_reason or "")


def _nothing(request: HttpRequest, project: Project, draft: ComposerDraft, press: Press) -> str:
    return ""


def _add(request: HttpRequest, project: Project, draft: ComposerDraft, press: Press) -> str:
    drafts.add_to_tray(draft=draft, assets=list(project.assets.in_library().filter(pk__in=press.numbers)))
    return ""


def _change(request: HttpRequest, project: Project, draft: ComposerDraft, press: Press) -> str:
    if press.numbers:
        drafts.change_tray(draft=draft, step=press.step, position=press.numbers[0])
    return ""


def _move(request: HttpRequest, project: Project, draft: ComposerDraft, press: Press) -> str:
    if len(press.numbers) == 2:
        drafts.move_in_tray(draft=draft, position=press.numbers[0], target=press.numbers[1])
    return ""


def _use_prompt(request: HttpRequest, project: Project, draft: ComposerDraft, press: Press) -> str:
    version = PromptVersion.objects.filter(prompt__project=project, pk__in=press.numbers[:1]).first()
    if version is not None:
        drafts.use_version(draft=draft, version=version)
    return ""


def _save_prompt(request: HttpRequest, project: Project, draft: ComposerDraft, press: Press) -> str:
    """Save the text as a new prompt, or as the next version of the one named after the colon.

    Raises ValidationError.
    """
    text, by = draft.data["values"].get("prompt", ""), access.person(request)
    if not text.strip():
        raise ValidationError(_("There is no text to save yet."))
    known = Prompt.objects.filter(project=project, pk__in=press.numbers[:1]).first()
    if known is not None:
        version, is_new = prompts.save_version(prompt=known, text=text, by=by)
    else:
        title = press.title or " ".join(text.split()[:8])[:160]
        version, is_new = prompts.create(project=project, title=title, text=text, by=by), True
    drafts.use_version(draft=draft, version=version)
    said = _("Saved as %(version)s.") if is_new else _("%(version)s already says exactly this.")
    return said % {"version": version}


def _own_shape(request: HttpRequest, project: Project, draft: ComposerDraft, press: Press) -> str:
    """The one-click help for an edited video."""
    composition = compose(draft)
    videos = (item.asset.seconds for item in composition.tray if item.role == InputRole.SOURCE_VIDEO)
    drafts.take_own_shape(draft=draft, capability=composition.capability, seconds=next(videos, None))
    return ""


def _leave_note(request: HttpRequest, project: Project, draft: ComposerDraft, press: Press) -> str:
    drafts.leave_note(draft=draft)
    return ""


STEPS: dict[str, Callable[[HttpRequest, Project, ComposerDraft, Press], str]] = {
    "add": _add,
    "remove": _change,
    "up": _change,
    "down": _change,
    "move": _move,
    "prompt": _use_prompt,
    "save-prompt": _save_prompt,
    "own-shape": _own_shape,
    "leave-note": _leave_note,
}


def _render_takes(request: HttpRequest, project: Project, draft: ComposerDraft, press: Press) -> HttpResponse:
    try:
        made = _ask_for_takes(request, project, compose(draft), press)
    except Refused as refused:
        # Looked at once more: what a budget has left may have changed in between.
        composition = compose(draft)
        composition.problems = refused.problems
        budget_notices.tell_of_stops(project=project, person=access.person(request), stops=composition.stops)
        if isinstance(refused, AlreadyRendered) and press.submission is not None:
            drafts.renew_submission(draft=draft, submission=press.submission)
        return _answer(request, project, draft, composition=composition, reason=press.override_reason or "")
    drafts.next_submission(draft=draft, submission=made[0].submission)
    return _answer(request, project, draft, said=_said_of(made), changed=True)


def _said_of(made: list[Render]) -> str:
    """What the press did; of several tabs with the same draft only the first one pays."""
    if made[0].was_asked_before:
        return already_asked(made)
    if len(made) == 1:
        return _("One take is on the way.")
    return ngettext("%(number)s take is on the way.", "%(number)s takes are on the way.", len(made)) % {
        "number": len(made)
    }


def _ask_for_takes(request: HttpRequest, project: Project, composition: Composition, press: Press) -> list[Render]:
    """Raises Refused, unless this is what the page showed, or what it has made before."""
    has_made = press.submission is not None and bool(made_by(project=project, submission=press.submission))
    if not has_made:
        found = _problems(composition, press)
        if not found and press.submission is None:
            found = [UNREADABLE]
        if not found and press.shown != composition.shown:
            found = [CHANGED]
        if found:
            raise Refused(found)
    if composition.request is None or composition.key is None or press.submission is None:
        raise AlreadyRendered
    return create_renders(
        project=project,
        asked_by=access.person(request),
        key=composition.key,
        request=composition.request,
        takes=composition.takes,
        submission=press.submission,
        origin=composition.origin,
        door_reason=composition.door_reason,
        fallbacks=frozen(composition.further),
        override=Override(access.actor(request), press.override_reason) if press.override_reason else None,
    )


def _problems(composition: Composition, press: Press) -> list[Problem]:
    """What stands against it; with a reason the limits do not, and without one that was asked for, only that does."""
    if press.override_reason is None or not composition.stops:
        return composition.problems
    missing = reason_problems(press.override_reason) if composition.may_override else []
    return composition.shut_problems + missing


def _answer(
    request: HttpRequest,
    project: Project,
    draft: ComposerDraft,
    *,
    composition: Composition | None = None,
    said: str = "",
    level: int = messages.SUCCESS,
    changed: bool = False,
    reason: str = "",
) -> HttpResponse:
    """The form again: as a fragment, or as the page. A `composition` handed in was refused and shows why.

    `reason` is what was typed for going over a limit and has not been used."""
    refused = composition is not None
    typed = {"attempted": refused, "override_reason": reason}
    if request.htmx:  # type: ignore[attr-defined]
        context = composer_context(request, project, draft, composition) | typed
        body = render_to_string(TEMPLATE, context, request) + render_to_string(BAR, context | {"is_oob": True}, request)
        response = HttpResponse(body, status=422 if refused else 200)
        events: dict[str, object] = {"takes-changed": True} if changed else {}
        if said:
            events["toast"] = {"level": messages.DEFAULT_TAGS[level], "text": said}
        if events:
            response["HX-Trigger"] = json.dumps(events)
        return response
    if refused:
        context = studio_context(request, project, draft, composition)
        return render(request, "projects/detail.html", context | typed, status=422)
    if said:
        messages.add_message(request, level, said)
    return redirect("project-detail", slug=project.slug)
