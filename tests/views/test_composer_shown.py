"""What is paid for is what the page showed, and a page that was paid for is not paid for again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from studio.models import Project, ProviderKey, Render, User
from studio.services import drafts
from tests.factories import make_asset, make_key
from tests.views.composing import Press, alert_of, draft_of, fill_tray, hidden_of, key, press, toast_of

__all__ = ["key", "press"]
CHANGED = (
    "The references, the gateway or the price have changed since this page was shown: look once more and press again."
)


def already_asked_for() -> str:
    return f"Already asked for: take {Render.objects.get().pk}. Nothing new is paid for."


@pytest.mark.parametrize(
    "changed", [{"duration": "12"}, {"resolution": "480p"}, {"takes": "2"}, {"model": "tokenlab:seedance-2.0"}]
)
@pytest.mark.parametrize("htmx", [True, False])
def test_render_of_something_else_than_was_shown_asks_to_look_again(
    press: Press, changed: dict[str, str], htmx: bool
) -> None:
    page = hidden_of(press("update"))

    response = press("render", htmx=htmx, **page, **changed)

    assert (response.status_code, Render.objects.count()) == (422, 0)
    assert f"{CHANGED} Nothing was sent." in alert_of(response)
    assert hidden_of(response)["submission"] == page["submission"]


def test_render_pressed_again_after_looking_is_carried_out(press: Press) -> None:
    page = hidden_of(press("update"))
    looked = hidden_of(press("render", takes="2", **page))

    response = press("render", takes="2", **looked)

    assert (response.status_code, Render.objects.count()) == (200, 2)


@pytest.mark.parametrize("change", ["add", "remove", "order"])
def test_render_with_references_changed_elsewhere_asks_to_look_again(
    press: Press, project: Project, artist: User, change: str
) -> None:
    fill_tray(project, artist, 2)
    page = hidden_of(press("update", operation="reference-to-video"))
    draft = draft_of(project, artist)
    if change == "add":
        drafts.add_to_tray(draft=draft, assets=[make_asset(project)])
    else:
        drafts.change_tray(draft=draft, step="remove" if change == "remove" else "up", position=1)

    response = press("render", operation="reference-to-video", **page)

    assert (response.status_code, Render.objects.count()) == (422, 0)
    assert CHANGED in alert_of(response)


def test_render_with_another_first_key_than_was_shown_asks_to_look_again(press: Press, key: ProviderKey) -> None:
    page = hidden_of(press("update"))
    make_key()
    ProviderKey.objects.filter(pk=key.pk).delete()

    response = press("render", **page)

    assert (response.status_code, Render.objects.count()) == (422, 0)
    assert CHANGED in alert_of(response)


def test_words_are_not_among_what_has_to_be_shown(press: Press) -> None:
    page = hidden_of(press("update", prompt="A {colour} car"))

    response = press("render", prompt="A {colour} car stops.", **{"variable:colour": "red"}, **page)

    assert (response.status_code, Render.objects.get().spec["prompt"]) == (200, "A red car stops.")


def test_references_that_are_not_used_are_not_among_what_has_to_be_shown(
    press: Press, project: Project, artist: User
) -> None:
    page = hidden_of(press("update"))
    drafts.add_to_tray(draft=draft_of(project, artist), assets=[make_asset(project)])

    assert press("render", **page).status_code == 200


@pytest.mark.parametrize("shown", ["", "nonsense", "\x00", "f" * 64, "x" * 40_000])
def test_render_that_does_not_say_what_was_shown_is_refused(press: Press, shown: str) -> None:
    response = press("render", shown=shown)

    assert (response.status_code, Render.objects.count()) == (422, 0)


@pytest.mark.parametrize("other", [{"prompt": "A blue car."}, {"takes": "2"}, {"seed": "7"}, {"duration": "12"}])
def test_page_that_was_rendered_elsewhere_is_rendered_as_well_after_another_press(
    press: Press, other: dict[str, Any]
) -> None:
    page = hidden_of(press("update"))
    press("render", **page)

    refused = press("render", **(page | other))
    made = Render.objects.count()
    accepted = press("render", **(hidden_of(refused) | other))

    said = "This page was already rendered elsewhere; press again to render this as well."
    assert (refused.status_code, said in alert_of(refused), made) == (422, True, 1)
    assert hidden_of(refused)["submission"] != page["submission"]
    assert (accepted.status_code, Render.objects.values("submission").distinct().count()) == (200, 2)


def test_page_whose_answer_was_lost_pays_once(press: Press) -> None:
    page = hidden_of(press("update"))
    press("render", **page)
    redrawn = hidden_of(press("update", submission=page["submission"]))

    response = press("render", **redrawn)

    assert redrawn == page
    assert toast_of(response) == ("success", already_asked_for())
    assert Render.objects.count() == 1


def test_page_whose_answer_was_lost_pays_once_though_its_key_is_paused_now(press: Press, key: ProviderKey) -> None:
    page = hidden_of(press("update", key=str(key.pk)))
    press("render", key=str(key.pk), **page)
    ProviderKey.objects.update(paused_at="2026-01-01T00:00Z")

    response = press("render", key=str(key.pk), **page)

    assert toast_of(response) == ("success", already_asked_for())
    assert Render.objects.count() == 1


def test_page_whose_answer_was_lost_pays_once_though_its_key_is_gone_now(press: Press, key: ProviderKey) -> None:
    page = hidden_of(press("update", key=str(key.pk)))
    press("render", key=str(key.pk), **page)
    ProviderKey.objects.update(deleted_at="2026-01-01T00:00Z")

    response = press("render", key=str(key.pk), **page)

    assert (response.status_code, Render.objects.count()) == (422, 1)
    assert "This page was already rendered elsewhere" in alert_of(response)


def test_page_that_was_read_again_after_a_render_carries_another_submission(
    client_of: Callable[[User], Client], press: Press, project: Project, artist: User
) -> None:
    page = hidden_of(press("update"))
    press("render", **page)

    fresh = hidden_of(client_of(artist).get(f"/projects/{project.slug}/"))

    assert fresh["submission"] not in {"", page["submission"]}


def test_answer_to_the_slower_of_two_presses_carries_the_next_submission(
    press: Press, project: Project, artist: User
) -> None:
    page = hidden_of(press("update"))

    answers = [hidden_of(press("render", **page))["submission"] for _ in range(2)]

    assert answers == [str(draft_of(project, artist).submission)] * 2
