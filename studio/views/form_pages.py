"""Addresses that only take forms: whoever comes there by reload or history is led to the page that the form is on."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from studio import access

View = Callable[..., HttpResponse]


def form_on(page: Callable[..., str]) -> Callable[[View], View]:
    """Let POST through to the view, and lead GET to the address that `page` gives for the same arguments.

    `page` looks up what the address names as the view does: who may not press the form gets the same 404 or 403."""

    def decorate(view: View) -> View:
        @require_http_methods(["GET", "POST"])
        @wraps(view)
        def answer(request: HttpRequest, **named: Any) -> HttpResponse:
            return view(request, **named) if request.method == "POST" else redirect(page(request, **named))

        return answer

    return decorate


def take_page(request: HttpRequest, pk: int) -> str:
    """Where whoever spends acts on a take."""
    return reverse("render-detail", args=[access.render(request, pk, access.WHO_SPENDS).pk])


def take_to_look_at(request: HttpRequest, pk: int) -> str:
    """Where every member acts on a take."""
    return reverse("render-detail", args=[access.render(request, pk).pk])


def comment_page(request: HttpRequest, pk: int) -> str:
    """Where a comment stands."""
    found = access.comment(request, pk)
    return f"{reverse('render-detail', args=[found.render_id])}#comment-{found.parent_id or found.pk}"


def noted_page(request: HttpRequest, pk: int) -> str:
    """Where whoever spends answers a comment."""
    return reverse("render-detail", args=[access.note_to_answer(request, pk).render_id])


def verdict_page(request: HttpRequest, pk: int) -> str:
    """Where whoever spends answers the reason of a verdict."""
    return reverse("render-detail", args=[access.review(request, pk, access.WHO_SPENDS).render_id])


def take_to_decide_on(request: HttpRequest, pk: int) -> str:
    """Where whoever decides on a take does so."""
    return reverse("render-review", args=[access.take_to_decide_on(request, pk).pk])


def deleted_page(request: HttpRequest, pk: int) -> str:
    """Where deleted takes are brought back."""
    return reverse("deleted-takes", args=[access.deleted_take(request, pk).project.slug])


def gallery_page(request: HttpRequest) -> str:
    """Where takes are chosen."""
    return reverse("gallery")


def guest_link_page(request: HttpRequest, pk: int) -> str:
    """Where managers see to a guest link."""
    return reverse("guest-link-detail", args=[access.guest_link(request, pk).pk])


def studio_page(request: HttpRequest, slug: str) -> str:
    """Where the composer of a project is."""
    return reverse("project-detail", args=[access.project(request, slug, access.WHO_SPENDS).slug])


def settings_page(request: HttpRequest, slug: str) -> str:
    """Where managers settle what holds for a project."""
    return reverse("project-settings", args=[access.project(request, slug, access.WHO_MANAGES).slug])


def budgets_page(request: HttpRequest, slug: str) -> str:
    """Where the budgets of a project are."""
    return f"{settings_page(request, slug)}#budgets"


def budget_page(request: HttpRequest, pk: int) -> str:
    """Where one budget is changed, and from where that was come to."""
    return reverse("budget-change", args=[access.budget(request, pk).pk], query=request.GET or None)


def members_page(request: HttpRequest, slug: str, pk: int | None = None) -> str:
    """Where people are let into a project."""
    return reverse("project-members", args=[access.project(request, slug, access.WHO_MANAGES).slug])


def people_page(request: HttpRequest, pk: int | None = None, change: str = "") -> str:
    """Where studio admins see to people."""
    access.studio_admin(request)
    return reverse("people-list")


def asset_page(request: HttpRequest, pk: int) -> str:
    """Where a reference is looked at."""
    return reverse("asset-detail", args=[access.asset(request, pk).pk])


def collection_list_page(request: HttpRequest, slug: str) -> str:
    """Where the collections of a project are."""
    return reverse("collection-list", args=[access.project(request, slug).slug])


def collection_page(request: HttpRequest, pk: int) -> str:
    """Where a collection is put in order."""
    return reverse("collection-detail", args=[access.collection(request, pk).pk])


def prompt_page(request: HttpRequest, slug: str, pk: int) -> str:
    """Where a prompt is written."""
    return reverse("prompt-detail", args=[slug, access.prompt(request, slug, pk, access.WHO_SPENDS).pk])


def matrix_page(request: HttpRequest, pk: int) -> str:
    """Where a matrix is typed, and what became of it is seen."""
    return reverse("matrix-detail", args=[access.matrix(request, pk, access.WHO_SPENDS).pk])


def prompt_to_read(request: HttpRequest, slug: str, pk: int) -> str:
    """Where every member reads a prompt."""
    return reverse("prompt-detail", args=[slug, access.prompt(request, slug, pk).pk])


def key_page(request: HttpRequest, pk: int) -> str:
    """Where studio admins see to a key."""
    return reverse("key-detail", args=[access.provider_key(request, pk).pk])


def prices_page(request: HttpRequest, pk: int) -> str:
    """Where a stop of prices is lifted."""
    access.studio_admin(request)
    return reverse("price-list")
