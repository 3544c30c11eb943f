"""What takes were quoted from, how far the bills are from it, and taking up quoting again after a stop."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from studio import access
from studio.forms.prices import LiftForm
from studio.models import PriceStop
from studio.services import drift, price_list
from studio.services.price_list import ModelPrices
from studio.views.form_pages import form_on, prices_page


@dataclass(frozen=True)
class Shown:
    """One model, with the form that takes up quoting again where it has stopped and the person may do so."""

    prices: ModelPrices
    form: LiftForm | None


@login_required
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Every model that was quoted, for studio admins and managers; only admins can lift a stop."""
    access.projects_paid_for(request)
    return _page(request)


@login_required
@form_on(prices_page)
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    """Quote a model again, with the reason why."""
    access.studio_admin(request)
    stop = get_object_or_404(PriceStop, pk=pk)
    form = _form(stop, request)
    if stop.lifted_at is None and not form.is_valid():
        return _page(request, form_of={stop.pk: form}, status=422)
    reason = form.cleaned_data.get("reason", "") if form.is_valid() else ""
    if drift.lift(stop=stop, actor=access.actor(request), reason=reason):
        messages.success(request, _("It is quoted again. From now on its bills are compared afresh."))
    else:
        messages.info(request, _("Somebody has let it be quoted again already."))
    return redirect("price-list")


def _page(request: HttpRequest, form_of: dict[int, LiftForm] | None = None, status: int = 200) -> HttpResponse:
    may_lift, forms = access.person(request).is_admin, form_of or {}
    context = {
        "section": "spend",
        "tab": "prices",
        "limit": settings.STUDIO_PRICE_GAP_PERCENT,
        "window": drift.WINDOW,
        "least": drift.LEAST_BILLS,
        "models": [
            Shown(each, (forms.get(each.stop.pk) or _form(each.stop)) if each.stop and may_lift else None)
            for each in price_list.price_list()
        ],
    }
    return render(request, "prices/list.html", context, status=status)


def _form(stop: PriceStop, request: HttpRequest | None = None) -> LiftForm:
    return LiftForm(request.POST if request else None, auto_id=f"id_lift_{stop.pk}_%s")
