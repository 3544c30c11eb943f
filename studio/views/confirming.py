"""Was it charged? A person's answer, from the page of the take."""

from __future__ import annotations

from decimal import Decimal

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from studio import access
from studio.choices import Standing
from studio.forms.confirming import ChargeForm
from studio.lib.figures import money
from studio.models import Render
from studio.services import confirming
from studio.views.form_pages import form_on, take_page
from studio.views.renders import detail_context


@login_required
@form_on(take_page)
def say(request: HttpRequest, pk: int) -> HttpResponse:
    """It was charged, with how much; the sum was another; or it was not charged, or was given back."""
    take = access.render(request, pk, access.WHO_SPENDS)
    form = ChargeForm(request.POST)
    names_a_sum = request.POST.get("said") in {"charged", "correct"}
    if names_a_sum and not form.is_valid():
        return _asked_again(request, take, form)
    amount = form.cleaned_data["amount"] if names_a_sum else None
    try:
        said = _free(request, take) if amount is None else _charged(request, take, amount)
        messages.success(request, said)
    except confirming.FarOff as error:
        form.add_error("amount", error)
        return _asked_again(request, take, form, far=amount)
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    return redirect("render-detail", pk=pk)


def _asked_again(request: HttpRequest, take: Render, form: ChargeForm, far: Decimal | None = None) -> HttpResponse:
    """The page with what was typed; a manager who named a sum that is far off may say there that it is so."""
    may_be_sure = far is not None and access.may(request, take.project, access.WHO_MANAGES)
    context = detail_context(request, take) | {
        "charge_form": form,
        "far": far if may_be_sure else None,
        "far_value": str(far),
    }
    return render(request, "renders/detail.html", context, status=422)


def _charged(request: HttpRequest, take: Render, amount: Decimal) -> str:
    # Sure of this sum, and not of another that was typed since.
    is_sure = request.POST.get("sure") == str(amount)
    user, address = access.person(request), access.actor(request).address
    if request.POST.get("said") == "correct":
        about = _sum_that_was_seen(request)
        confirming.correct(render=take, actor=user, amount=amount, about=about, is_sure=is_sure, address=address)
    else:
        confirming.say_charged(render=take, actor=user, amount=amount, is_sure=is_sure, address=address)
    return _("Written down: %(sum)s were charged.") % {"sum": money(amount, take.currency)}


def _sum_that_was_seen(request: HttpRequest) -> Decimal | None:
    seen = ChargeForm({"amount": request.POST.get("about", "")})
    return seen.cleaned_data["amount"] if seen.is_valid() else None


def _free(request: HttpRequest, take: Render) -> str:
    # The question that was on the page: it may be another by now.
    about, by = request.POST.get("about", Standing.POSSIBLY), access.actor(request)
    confirming.say_free(render=take, actor=access.person(request), about=about, address=by.address)
    return _("Written down: nothing is charged for it, and the money is free again.")
