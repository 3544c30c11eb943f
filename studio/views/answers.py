"""From a note to the next take: the composer filled with what was noted on, and the note beside the prompt."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from studio import access
from studio.services import drafts
from studio.views.form_pages import form_on, noted_page, verdict_page


@login_required
@form_on(noted_page)
def comment_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the composer up to render the commented take again."""
    comment = access.note_to_answer(request, pk)
    draft = drafts.draft_of(project=comment.render.project, user=access.person(request))
    try:
        drafts.answer_note(draft=draft, comment=comment)
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
        return redirect("render-detail", pk=comment.render_id)
    return redirect("project-detail", slug=comment.render.project.slug)


@login_required
@form_on(verdict_page)
def review_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the composer up to render a take again for the reason that a verdict gave."""
    review = access.review(request, pk, access.WHO_SPENDS)
    draft = drafts.draft_of(project=review.render.project, user=access.person(request))
    drafts.answer_verdict(draft=draft, review=review)
    return redirect("project-detail", slug=review.render.project.slug)
