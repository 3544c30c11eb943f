"""The language of the interface: chosen in the account menu or at the door, kept with the person and in a cookie."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from studio.forms.people import LanguageForm
from studio.models import User
from studio.services import people
from studio.views.form_pages import form_on


@form_on(lambda request: reverse("home"))
def language_set(request: HttpRequest) -> HttpResponse:
    """Speak another language from the next page on, which is the one that was open."""
    # As it is: `redirect` takes what has no slash for the name of a page.
    response = HttpResponseRedirect(_page_before(request))
    form = LanguageForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The studio does not speak that language. Choose one of the list."))
        return response
    language = form.cleaned_data["language"]
    if isinstance(request.user, User):
        people.set_language(user=request.user, language=language)
    keep_in_cookie(response, language)
    return response


def keep_in_cookie(response: HttpResponse, language: str) -> None:
    """Put the language, where one was ever chosen, where Django looks for it before it knows who asks."""
    if language:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            samesite="Lax",
            httponly=True,
        )


def _page_before(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    own = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    is_path = target.startswith("/") and not target.startswith("//")
    return target if own and is_path and target.isprintable() else reverse("home")
