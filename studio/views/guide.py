"""The two buttons of the first-run guide on the home page. What it says is `services/guide.py`."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from studio import access
from studio.services import guide, sandbox_keys
from studio.views.form_pages import form_on


def _home(request: HttpRequest) -> str:
    access.studio_admin(request)
    return reverse("home")


@login_required
@form_on(_home)
def sandbox(request: HttpRequest) -> HttpResponse:
    """Render with the gateway that plays, until there is a real key."""
    access.studio_admin(request)
    try:
        sandbox_keys.begin(actor=access.actor(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(
            request, _("The sandbox renders for you now. Its takes are drawn on this machine and cost nothing.")
        )
    return redirect("home")


@login_required
@form_on(_home)
def hide(request: HttpRequest) -> HttpResponse:
    """Put the guide away."""
    guide.hide(user=access.studio_admin(request))
    return redirect("home")
