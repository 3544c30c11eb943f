"""What studio admins do to a key: each act is one form, one service, one line in the audit list."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from studio import access
from studio.forms.keys import KeyNameForm, LimitsForm, NewSecretForm, PauseForm
from studio.providers import registry
from studio.services import key_checks, key_rotation, keys
from studio.services.key_rows import open_takes, require_gateway
from studio.views.form_pages import form_on, key_page
from studio.views.keys import detail_page, row_of, warn_of_secret


@login_required
@form_on(key_page)
def key_rename(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a key another label."""
    key = access.provider_key(request, pk)
    form = KeyNameForm(request.POST, auto_id="id_rename_%s")
    if form.is_valid():
        try:
            keys.rename(key=key, label=form.cleaned_data["label"], actor=access.actor(request))
        except ValidationError as error:
            form.add_error("label", error)
        else:
            messages.success(request, _("Renamed."))
            return redirect("key-detail", pk)
    form.forget_keys()
    return detail_page(request, access.provider_key(request, pk), status=422, name_form=form)


@login_required
@form_on(key_page)
def key_limits(request: HttpRequest, pk: int) -> HttpResponse:
    """Set who may use a key, and how much."""
    key = access.provider_key(request, pk)
    form = LimitsForm(request.POST, key=key, currency=key.currency)
    if form.is_valid():
        try:
            keys.set_limits(key=key, actor=access.actor(request), **form.limits())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The limits are saved."))
            return redirect("key-detail", pk)
    return detail_page(request, key, status=422, limits_form=form)


@sensitive_post_parameters("secret", "management_secret")
@sensitive_variables("chosen")
@login_required
@form_on(key_page)
def key_rotate(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a new secret in the old one's place; work under way keeps the old one."""
    key = access.provider_key(request, pk)
    try:
        require_gateway(key)
    except ValidationError as error:
        return detail_page(request, key, status=422, problem=str(error.message))
    form = NewSecretForm(request.POST, key=key, provider=registry.get(key.provider), auto_id="id_rotate_%s")
    if form.is_valid():
        chosen = {**form.cleaned_data, "management_secret": form.cleaned_data.get("management_secret") or None}
        try:
            key_rotation.rotate(key=key, actor=access.actor(request), **chosen)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The new secret is stored. Work under way keeps the old one until it is done."))
            warn_of_secret(request, form.provider, chosen["secret"])
            return redirect(f"{reverse('key-detail', args=[pk])}#key-title")
    form.ask_for_secrets_again()
    return detail_page(request, access.provider_key(request, pk), status=422, secret_form=form)


@login_required
@form_on(key_page)
def key_pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a key rest: what is under way goes on, nothing new is sent with it."""
    key = access.provider_key(request, pk)
    form = PauseForm(request.POST, auto_id="id_pause_%s")
    if not form.is_valid():
        return detail_page(request, key, status=422, pause_form=form)
    try:
        keys.pause(key=key, actor=access.actor(request), reason=form.cleaned_data["reason"])
    except ValidationError as error:
        return detail_page(request, key, status=422, problem=str(error.message))
    messages.success(
        request, _("“%(key)s” is paused. What is under way goes on; nothing new is sent with it.") % {"key": key.label}
    )
    return redirect("key-detail", pk)


@login_required
@form_on(key_page)
def key_resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Use a key again; what waited for it goes on at once."""
    key = access.provider_key(request, pk)
    try:
        keys.resume(key=key, actor=access.actor(request))
    except ValidationError as error:
        return detail_page(request, key, status=422, problem=str(error.message))
    messages.success(request, _("“%(key)s” is in use again.") % {"key": key.label})
    return redirect("key-detail", pk)


@login_required
@require_http_methods(["GET", "POST"])
def key_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask once more, then forget the secret for good."""
    key = access.provider_key(request, pk)
    problem = ""
    if request.method == "POST":
        try:
            keys.delete(key=key, actor=access.actor(request))
        except ValidationError as error:
            problem = str(error.message)
        else:
            messages.success(request, _("“%(key)s” is deleted. Takes made with it stay.") % {"key": key.label})
            return redirect("key-list")
    row = row_of(key)
    takes = open_takes(key=key) if row.open else []
    context = {"section": "keys", "key": key, "problem": problem, "row": row, "open_takes": takes}
    return render(request, "keys/delete.html", context, status=422 if problem else 200)


@login_required
@form_on(key_page)
def key_check(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a worker to try the key; the page shows the answer when it comes."""
    key = access.provider_key(request, pk)
    try:
        key_checks.ask(key=key, actor=access.actor(request))
    except ValidationError as error:
        return detail_page(request, key, status=422, problem=str(error.message))
    return redirect(f"{reverse('key-detail', args=[pk])}#key-check")
