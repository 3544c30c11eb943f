"""Reload and history after a form's error: addresses that only take forms lead to the page of the form."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from studio.choices import RenderState
from studio.models import Project, User
from tests.factories import make_budget, make_prompt, make_render
from tests.team_factories import make_stop

ClientOf = Callable[[User], Client]


@pytest.mark.parametrize("name", ["render-resolve", "render-charged", "render-retry", "render-cancel", "render-vary"])
def test_acts_on_a_take_lead_to_the_take(client_of: ClientOf, artist: User, project: Project, name: str) -> None:
    take = make_render(project, state=RenderState.UNCONFIRMED)

    response = client_of(artist).get(reverse(name, args=[take.pk]))

    assert (response.status_code, response["Location"]) == (302, reverse("render-detail", args=[take.pk]))


def test_forms_of_a_project_lead_to_their_pages(client_of: ClientOf, admin: User, project: Project) -> None:
    budget, prompt, stop, take = make_budget(project), make_prompt(project, "One."), make_stop(), make_render(project)
    slug, settings = project.slug, reverse("project-settings", args=[project.slug])
    pages = {
        reverse("project-budget-add", args=[slug]): f"{settings}#budgets",
        reverse("budget-remove", args=[budget.pk], query={"from": "spend"}): reverse(
            "budget-change", args=[budget.pk], query={"from": "spend"}
        ),
        reverse("composer", args=[slug]): reverse("project-detail", args=[slug]),
        reverse("invitation-create", args=[slug]): reverse("project-members", args=[slug]),
        reverse("member-role", args=[slug, admin.pk]): reverse("project-members", args=[slug]),
        reverse("prompt-save", args=[slug, prompt.pk]): reverse("prompt-detail", args=[slug, prompt.pk]),
        reverse("key-rename", args=[take.key_id]): reverse("key-detail", args=[take.key_id]),
        reverse("people-invite"): reverse("people-list"),
        reverse("price-lift", args=[stop.pk]): reverse("price-list"),
    }
    client = client_of(admin)

    assert {address: client.get(address)["Location"] for address in pages} == pages


def test_nothing_is_done_on_the_way(client_of: ClientOf, artist: User, project: Project) -> None:
    take = make_render(project)

    client_of(artist).get(reverse("render-cancel", args=[take.pk]))

    take.refresh_from_db()
    assert (take.state, take.cancel_asked_at) == (RenderState.QUEUED, None)


def test_strangers_learn_of_no_page(client_of: ClientOf, outsider: User, project: Project) -> None:
    take = make_render(project)

    assert client_of(outsider).get(reverse("render-resolve", args=[take.pk])).status_code == 404
