"""The kept menu of a card says for every take what the template says for it."""

from __future__ import annotations

import pytest
from django.template import Context
from django.template.loader import get_template
from django.utils import translation

from studio.choices import RenderState, ReviewState
from studio.lib.clock import now
from studio.models import Project, Render
from studio.templatetags.menus import TEMPLATE, card_menu
from tests.factories import make_output, make_render

pytestmark = pytest.mark.django_db


def drawn_both_ways(take: Render, spends_in: set[int]) -> tuple[str, str]:
    """The kept menu, and what the template itself makes."""
    page_url = f"/takes/{take.pk}/"
    values = {"take": take, "page_url": page_url, "spends_in": spends_in, "csrf_token": "the-token"}
    plain = get_template(TEMPLATE).template.render(Context(values))  # type: ignore[attr-defined]
    return card_menu(Context(values), take, page_url), plain


@pytest.mark.parametrize("state", RenderState.values)
@pytest.mark.parametrize("may_spend", [True, False])
def test_kept_menu_is_the_one_of_the_template(project: Project, state: str, may_spend: bool) -> None:
    spends_in = {project.pk} if may_spend else set()
    for over in ({}, {"cancel_asked_at": now()}, {"error_code": "content_moderation", "error_said": "audio"}):
        take = make_render(project, state=state, **over)
        kept, plain = drawn_both_ways(take, spends_in)
        assert kept == plain


@pytest.mark.parametrize("review_state", ReviewState.values)
def test_kept_menu_knows_where_the_review_stands(project: Project, review_state: str) -> None:
    take = make_render(project, review_state=review_state)
    make_output(take)

    kept, plain = drawn_both_ways(take, {project.pk})

    assert kept == plain


def test_kept_menu_is_of_the_take_that_it_is_drawn_for(project: Project) -> None:
    takes = [make_render(project), make_render(project)]

    menus = [drawn_both_ways(take, {project.pk})[0] for take in takes]

    assert [menu.count(f"/takes/{take.pk}/") for menu, take in zip(menus, takes, strict=True)] == [
        menus[0].count(f"/takes/{takes[0].pk}/")
    ] * 2
    assert "NUMBER" not in "".join(menus)
    assert "TOKEN" not in "".join(menus)


def test_kept_menu_speaks_the_language_of_the_moment(project: Project) -> None:
    take = make_render(project)
    drawn_both_ways(take, {project.pk})

    with translation.override("fr"):
        kept, plain = drawn_both_ways(take, {project.pk})

    assert kept == plain
