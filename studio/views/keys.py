"""The keys room, for studio admins: all keys, a new one, and the page of one. The acts on a key are `key_acts`."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods

from studio import access
from studio.forms.keys import KeyNameForm, LimitsForm, NewKeyForm, NewSecretForm, PauseForm, own_address
from studio.lib.clock import now
from studio.models import AuditEntry, ProviderKey
from studio.providers import registry
from studio.providers.answers import KeyVerdict
from studio.providers.provider import Provider
from studio.services import key_checks, keys
from studio.services.key_rows import KeyRow, open_takes, unknown_words

TRAIL = 20
# After so long without an answer no worker is there, and the page stops asking.
PATIENCE = timedelta(minutes=5)
# Tells htmx to swap this answer in and to ask no more.
STOP_POLLING = 286


@login_required
@require_GET
def key_list(request: HttpRequest) -> HttpResponse:
    """Every key, with what it does and what it may."""
    access.studio_admin(request)
    found = keys.key_list()
    paused_by = _paused_by([row.key for row in found])
    rows = [(row, check_of(row.key), paused_by.get(row.key.pk)) for row in found]
    return render(request, "keys/list.html", {"section": "keys", "rows": rows})


@sensitive_post_parameters("secret", "management_secret")
@login_required
@require_http_methods(["GET", "POST"])
def key_create(request: HttpRequest) -> HttpResponse:
    """Choose a gateway (and its route) by the address, then type the rest."""
    access.studio_admin(request)
    provider = _chosen_gateway(request)
    if provider is None:
        return render(request, "keys/new.html", _new_page(None, "", None), status=_status(request))
    route = _chosen_route(request, provider)
    form = NewKeyForm(request.POST or None, provider=provider, route=route)
    if request.method == "POST" and form.is_valid():
        try:
            key = _add(request, provider, route, form)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(
                request, _("“%(key)s” is stored. Check it before somebody renders with it.") % {"key": key.label}
            )
            warn_of_secret(request, provider, form.cleaned_data["secret"])
            return redirect(f"{reverse('key-detail', args=[key.pk])}#key-title")
    if form.is_bound:
        form.ask_for_secrets_again()
    return render(request, "keys/new.html", _new_page(provider, route, form), status=_status(request))


@login_required
@require_GET
def key_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One key: how it stands, its last check, and everything that can be done to it."""
    return detail_page(request, access.provider_key(request, pk))


@login_required
@require_GET
def key_check_result(request: HttpRequest, pk: int) -> HttpResponse:
    """The check as it stands now; asked for again and again only while one is under way."""
    key = access.provider_key(request, pk)
    check = check_of(key)
    context = {"key": key, "check": check, "fresh": True}
    if check["is_under_way"]:
        return render(request, "keys/_check.html", context)
    return render(request, "keys/_check.html", context | {"row": row_of(key)}, status=STOP_POLLING)


def detail_page(request: HttpRequest, key: ProviderKey, status: int = 200, **changed: Any) -> HttpResponse:
    """The page of `key`; `changed` holds the form that was not accepted, or the `problem` with an act."""
    row = row_of(key)
    forms: dict[str, Form] = {
        "name_form": KeyNameForm(initial={"label": key.label}, auto_id="id_rename_%s"),
        "limits_form": LimitsForm(key=key, currency=key.currency, initial=LimitsForm.initial_of(key)),
        "pause_form": PauseForm(auto_id="id_pause_%s"),
    }
    if row.has_gateway:
        gateway = registry.get(key.provider)
        forms["secret_form"] = NewSecretForm(key=key, provider=gateway, auto_id="id_rotate_%s")
    entries = AuditEntry.objects.filter(key=key)
    context = {
        "section": "keys",
        "key": key,
        "row": row,
        "check": check_of(key),
        "paused_by": _paused_by([key]).get(key.pk),
        "trail": entries[:TRAIL],
        "open_takes": open_takes(key=key) if row.open else [],
        "unknown": "" if row.has_gateway else unknown_words(key),
        **forms,
        **changed,
    }
    return render(request, "keys/detail.html", context, status=status)


def row_of(key: ProviderKey) -> KeyRow:
    """The key with its work and its money; Http404 when it was deleted meanwhile."""
    row = next((row for row in keys.key_list() if row.key.pk == key.pk), None)
    if row is None:
        raise Http404
    return row


@sensitive_variables("secret")
def warn_of_secret(request: HttpRequest, provider: Provider, secret: str) -> None:
    """Say so when a secret that was stored looks like another gateway's."""
    if doubt := key_checks.doubt(provider=provider.slug, secret=secret):
        messages.warning(request, doubt)


def check_of(key: ProviderKey) -> dict[str, Any]:
    """How far the last check is: under way, late (nobody has taken it up) or done, with its result.

    Outdated when the gateway has refused the key since: to a take, as a check that is refused says so itself."""
    asked, done = key.check_asked_at, key.checked_at
    is_open = asked is not None and (done is None or done < asked)
    is_late = is_open and asked is not None and now() - asked > PATIENCE
    is_refused = key.paused_by_studio and key.check_result.get("verdict") != KeyVerdict.REFUSED
    balance = key.check_result.get("balance")
    return {
        "is_under_way": is_open and not is_late,
        "is_late": is_late,
        "is_outdated": bool(is_refused and done and key.paused_at and done < key.paused_at),
        "result": key.check_result,
        "balance": None if balance is None else Decimal(balance),
    }


def _paused_by(of: list[ProviderKey]) -> dict[int | None, AuditEntry]:
    """The entries that say who paused each key last."""
    entries = AuditEntry.objects.filter(act="key-pause", key__in=[key.pk for key in of]).order_by("pk")
    return {entry.key_id: entry for entry in entries}


@sensitive_variables("typed")
def _add(request: HttpRequest, provider: Provider, route: str, form: NewKeyForm) -> ProviderKey:
    typed = {name: form.cleaned_data.get(name, "") for name in ("label", "base_url", "secret", "management_secret")}
    actor = access.actor(request)
    with transaction.atomic():
        key = keys.add_key(provider=provider.slug, route=route, actor=actor, **typed)
        limits = form.limits()
        # A cap of nothing is a limit as well.
        if any(value not in (None, []) for value in limits.values()):
            keys.set_limits(key=key, actor=actor, **limits)
    return key


def _chosen_gateway(request: HttpRequest) -> Provider | None:
    slug = request.GET.get("gateway", "")
    if slug and slug not in registry.PROVIDERS:
        raise Http404
    return registry.get(slug) if slug else None


def _chosen_route(request: HttpRequest, provider: Provider) -> str:
    """The route that the address names, or else the gateway's first."""
    routes = [route.value for route in provider.routes]
    chosen = request.GET.get("route", routes[0] if routes else "")
    if chosen and chosen not in routes:
        raise Http404
    return chosen


def _new_page(provider: Provider | None, route: str, form: NewKeyForm | None) -> dict[str, Any]:
    gateways = [registry.get(slug) for slug in registry.PROVIDERS]
    routes = provider.routes if provider else ()
    return {
        "section": "keys",
        "gateways": gateways,
        "provider": provider,
        "routes": [(each, own_address(provider, each.value)) for each in routes] if provider else [],
        "route": route,
        "form": form,
    }


def _status(request: HttpRequest) -> int:
    return 422 if request.method == "POST" else 200
