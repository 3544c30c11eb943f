"""Tags on one take: put on and taken off where it is looked at."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse

from studio import access
from studio.forms.bulk import TagForm
from studio.services import tags
from studio.views.form_pages import form_on, take_to_look_at
from studio.views.ratings import after


@login_required
@form_on(take_to_look_at)
def put(request: HttpRequest, pk: int) -> HttpResponse:
    """Put one tag or several on the take."""
    take, form = access.render(request, pk), TagForm(request.POST)
    if not form.is_valid():
        return after(request, take, " ".join(str(error) for error in form.errors["tags"]), request.POST.get("tags", ""))
    names, user = form.cleaned_data["tags"], access.person(request)
    try:
        tags.put(project=take.project, noun="take", ids=[pk], names=names, actor=user)
    except ValidationError as error:
        return after(request, take, " ".join(error.messages), request.POST.get("tags", ""))
    return after(request, take)


@login_required
@form_on(take_to_look_at)
def take_off(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a tag off the take."""
    take, user = access.render(request, pk), access.person(request)
    try:
        tags.take_off(project=take.project, noun="take", ids=[pk], names=[request.POST.get("tag", "")], actor=user)
    except ValidationError as error:
        return after(request, take, " ".join(error.messages))
    return after(request, take)
