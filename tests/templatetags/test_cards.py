"""A kept card says for every take what the template says for it, and nothing of any other."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.template import Context
from django.utils import translation

from studio.choices import RenderState, ReviewState
from studio.models import Project, Render, User
from studio.templatetags.cards import card, drawn, texts_of
from tests.factories import make_output, make_render

pytestmark = pytest.mark.django_db
PLAIN = {"may_spend": True, "selects": True, "early": False, "oob": False}


def drawn_both_ways(take: Render, **flags: bool) -> tuple[str, str]:
    """The card of a page, and what the template itself makes of the same take."""
    given = PLAIN | flags
    page = {
        "selects": given["selects"],
        "spends_in": {take.project_id} if given["may_spend"] else set(),
        "forloop": {"counter0": 0 if given["early"] else 3},
        "request": SimpleNamespace(htmx=False),
        "csrf_token": "the-token",
    }
    plain = drawn(take, given, {**texts_of(take), "tags": take.tag_names}, "the-token")
    return card(Context(page), take, given["oob"]), plain


def finished(project: Project, over: dict[str, Any] | None = None, **output: Any) -> Render:
    """A take with its file."""
    take = make_render(project, **(over or {}))
    make_output(take, **output)
    return take


@pytest.mark.parametrize("flag", PLAIN)
@pytest.mark.parametrize("value", [True, False])
def test_kept_card_is_the_one_of_the_template(project: Project, flag: str, value: bool) -> None:
    kept, plain = drawn_both_ways(finished(project), **{flag: value})

    assert kept == plain


@pytest.mark.parametrize(
    ("over", "output"),
    [
        *(({"review_state": state}, {}) for state in ReviewState.values),
        ({"rating": 4}, {}),
        ({"asked_by": None}, {}),
        ({"standing": "settled", "price": Decimal("1.25")}, {}),
        ({}, {"poster": "", "card_posters": {}}),
        ({}, {"card_posters": {}}),
        ({}, {"filmstrip": "", "filmstrip_frames": 0}),
        ({}, {"width": 720, "height": 1280}),
    ],
)
@pytest.mark.parametrize("is_mine", [True, False])
def test_every_kind_of_finished_take_is_drawn_as_the_template_does(
    project: Project, over: dict[str, Any], output: dict[str, Any], is_mine: bool
) -> None:
    take = finished(project, over, **output)
    take.is_favourite, take.tag_names = is_mine, ("night", "<b>") if is_mine else ()

    kept, plain = drawn_both_ways(take)

    assert kept == plain


@pytest.mark.parametrize("state", RenderState.values)
def test_takes_in_every_state_are_drawn(project: Project, state: str) -> None:
    kept, plain = drawn_both_ways(make_render(project, state=state))

    assert kept == plain


def test_kept_card_repeats_nothing_of_an_earlier_take(project: Project, artist: User) -> None:
    first, second = (finished(project, {"asked_by": person}) for person in (artist, None))
    first.spec["prompt"], second.spec["prompt"] = "A heron", "A harbour"
    first.tag_names, second.tag_names = ("hero",), ("night",)
    drawn_both_ways(first)

    kept, plain = drawn_both_ways(second)

    assert kept == plain
    assert [kept.count(word) for word in ("heron", artist.label, "hero", f"/takes/{first.pk}/")] == [0, 0, 0, 0]


def test_what_people_write_is_never_taken_for_a_mark(project: Project) -> None:
    take = finished(project)
    take.spec["prompt"] = "<script> \ue000token\ue001 & {{ csrf_token }}"

    kept, plain = drawn_both_ways(take)

    assert kept == plain
    assert kept.count("the-token") == plain.count("the-token") == 1
    assert kept.count("&lt;script&gt; \ue000token\ue001 &amp; {{ csrf_token }}") == 1


def test_kept_card_speaks_the_language_of_the_moment(project: Project) -> None:
    take = finished(project, {"rating": 3})
    drawn_both_ways(take)

    with translation.override("fr"):
        kept, plain = drawn_both_ways(take)

    assert kept == plain
