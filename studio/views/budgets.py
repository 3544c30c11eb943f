"""Budgets: all of them for studio admins, a project's own for its managers too."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from studio import access
from studio.forms.budgets import AnyBudgetForm, BudgetForm
from studio.lib.english import english
from studio.models import Budget
from studio.services import budget_changes, key_limits
from studio.services.budgets import limits_of
from studio.services.limits import Holder
from studio.views.form_pages import budget_page, budgets_page, form_on
from studio.views.projects import BUDGET_ID, about, settings_page

SPEND = "spend"
SAVED = english("The budget holds from now on.")
_GROUPS = (
    (Holder.STUDIO, english("The studio")),
    (Holder.PROJECT, english("Projects")),
    (Holder.PERSON, english("People")),
)


@login_required
@require_http_methods(["GET", "POST"])
def budget_list(request: HttpRequest) -> HttpResponse:
    """Every budget with what is used of it, the caps of keys, and a form for one more."""
    access.studio_admin(request)
    form = AnyBudgetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            budget_changes.add(actor=access.actor(request), **form.cleaned_data["whose"], **form.values())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _(SAVED))
            return redirect("budget-list")
    limits = limits_of(Budget.objects.all())
    groups = [(_(name), [each for each in limits if each.holder == holder]) for holder, name in _GROUPS]
    context = {
        "section": SPEND,
        "tab": "budgets",
        "form": form,
        "groups": [(name, found) for name, found in groups if found],
        "caps": key_limits.caps(),
    }
    return render(request, "budgets/list.html", context, status=_status(request))


@login_required
@require_http_methods(["GET", "POST"])
def budget_change(request: HttpRequest, pk: int) -> HttpResponse:
    """One budget, to be changed or removed."""
    budget = access.budget(request, pk)
    form = BudgetForm(request.POST or None, initial=BudgetForm.initial_of(budget))
    if request.method == "POST" and form.is_valid():
        try:
            budget_changes.change(budget=budget, actor=access.actor(request), **form.values())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _(SAVED))
            return redirect(_home(request, budget))
    context: dict[str, Any] = {"section": SPEND, "tab": "budgets"}
    if budget.project is not None:
        context = about(request, budget.project, "settings")
    context |= {"form": form, "limit": next(iter(limits_of(Budget.objects.filter(pk=pk))), None)}
    context |= {"home": _home(request, budget), "query": request.GET.urlencode()}
    return render(request, "budgets/detail.html", context, status=_status(request))


@login_required
@form_on(budget_page)
def budget_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a budget away."""
    budget = access.budget(request, pk)
    try:
        budget_changes.remove(budget=budget, actor=access.actor(request))
        messages.success(request, _("The budget is removed. Nothing holds spending to it any more."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(_home(request, budget))


@login_required
@form_on(budgets_page)
def project_budget_add(request: HttpRequest, slug: str) -> HttpResponse:
    """One more budget of a project, from its settings."""
    project = access.project(request, slug, access.WHO_MANAGES)
    form = BudgetForm(request.POST, auto_id=BUDGET_ID)
    if form.is_valid():
        try:
            budget_changes.add(actor=access.actor(request), project=project, **form.values())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _(SAVED))
            return redirect(_settings(slug))
    return settings_page(request, project, budget_form=form)


def _home(request: HttpRequest, budget: Budget) -> str:
    """Where the person came from: the list of all, or the settings of the project."""
    came_from_list = request.GET.get("from") == SPEND and access.person(request).is_admin
    if budget.project is None or came_from_list:
        return reverse("budget-list")
    return _settings(budget.project.slug)


def _settings(slug: str) -> str:
    return f"{reverse('project-settings', args=[slug])}#budgets"


def _status(request: HttpRequest) -> int:
    return 422 if request.method == "POST" else 200
