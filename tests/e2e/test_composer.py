"""The composer: choices that rule each other out, words that are never lost, references in an order, prompts kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.composing import (
    cards,
    choose,
    choose_operation,
    creates,
    enter_studio,
    pick_files,
    render,
    tray,
    write,
)
from tests.e2e.stack import Stack, wait_for


@pytest.fixture
def studio(page: Page, enter_as: Callable[[Page, str], None], room: str) -> Page:
    """The composer of an empty project, as an artist."""
    enter_as(page, "artist")
    enter_studio(page, room)
    return page


def names(page: Page) -> list[str]:
    """Mention and file of each reference in the tray, in order."""
    captions = tray(page).locator(".tray-caption")
    return [" ".join(caption.split()) for caption in captions.all_inner_texts()]


def why_not(page: Page, field: str, value: str) -> str:
    """The reason on a choice that cannot be taken now, or nothing when it can."""
    choice = page.locator(f"#chip-{field} label").filter(has=page.locator(f"input[value='{value}']"))
    reason = choice.get_attribute("title") or ""
    assert choice.locator("input").is_disabled() is bool(reason)
    return reason


def test_composer_model_first_rules_out_what_it_cannot_do(studio: Page) -> None:
    assert why_not(studio, "resolution", "4k") == ""

    choose(studio, "model", "seedance-2.0-fast")

    assert why_not(studio, "resolution", "720p") == ""
    # One of the gateways lists it for this model.
    assert why_not(studio, "resolution", "1080p") == ""
    assert why_not(studio, "resolution", "4k") == "4k only on Seedance 2.0."


def test_composer_resolution_first_rules_out_models(studio: Page) -> None:
    choose(studio, "resolution", "4k")

    assert why_not(studio, "model", "seedance-2.0") == ""
    assert why_not(studio, "model", "seedance-2.0-fast") == "Seedance 2.0 Fast renders 480p, 720p and 1080p only."
    assert why_not(studio, "model", "seedance-2.0-mini") == "Seedance 2.0 Mini renders 480p and 720p only."


def test_composer_refusal_keeps_what_was_typed_and_points_at_the_field(studio: Page, media: dict[str, Path]) -> None:
    choose_operation(studio, "reference-to-video")
    pick_files(studio, media["one"])
    write(studio, "@Image1 meets @Image4")
    render(studio)

    summary = studio.locator(".composer-errors")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="@Image4 is not in the tray").click()

    expect(studio.locator("#id_prompt")).to_be_focused()
    expect(studio.locator("#id_prompt")).to_have_value("@Image1 meets @Image4")
    expect(studio.locator("#id_prompt")).to_have_attribute("aria-invalid", "true")
    expect(cards(studio)).to_have_count(0)


def test_composer_variables_are_asked_for_and_filled_in(studio: Page, room: str, studio_stack: Stack) -> None:
    write(studio, "A hiker at {time of day} in " + room + " [fault:error-string]")
    field = studio.get_by_label("time of day")
    expect(field).to_be_visible()

    render(studio)
    expect(studio.locator(".composer-errors")).to_contain_text("Fill in {time of day} first.")
    field.fill("first light")
    render(studio)

    expect(cards(studio)).to_have_count(1)
    expect(studio.locator("#takes > article[data-state=failed]")).to_have_count(1, timeout=20_000)
    assert len(creates(studio_stack, f"A hiker at first light in {room} [fault:error-string]")) == 1


def test_composer_completes_mentions_from_the_tray(studio: Page, media: dict[str, Path]) -> None:
    choose_operation(studio, "reference-to-video")
    pick_files(studio, media["one"])
    pick_files(studio, media["two"])
    prompt = studio.locator("#id_prompt")

    prompt.press_sequentially("Between @im")
    expect(studio.locator(".mention-option")).to_have_count(2)
    prompt.press("ArrowDown")
    prompt.press("Enter")

    expect(prompt).to_have_value("Between @Image2 ")
    expect(studio.locator(".prompt-layer mark.mention:not(.is-missing)")).to_have_text("@Image2")


def test_composer_reorders_by_button_and_by_drag(studio: Page, media: dict[str, Path]) -> None:
    choose_operation(studio, "reference-to-video")
    for name in ("one", "two", "three"):
        pick_files(studio, media[name])
    assert names(studio) == ["Image1 one.jpg", "Image2 two.jpg", "Image3 three.jpg"]

    studio.get_by_label("Move three.jpg earlier").click()
    expect(tray(studio).nth(1)).to_contain_text("three.jpg")
    assert names(studio) == ["Image1 one.jpg", "Image2 three.jpg", "Image3 two.jpg"]

    tray(studio).nth(2).drag_to(tray(studio).nth(0))
    expect(tray(studio).nth(0)).to_contain_text("two.jpg")
    assert names(studio) == ["Image1 two.jpg", "Image2 one.jpg", "Image3 three.jpg"]


def test_composer_saves_the_text_as_a_prompt_and_uses_it_again(studio: Page, room: str) -> None:
    write(studio, "A kite over the dunes")
    studio.locator("#saved-prompts > summary").click()
    studio.get_by_role("button", name="Save this text as a prompt").click()
    expect(studio.locator("#toasts")).to_contain_text("Saved as")
    write(studio, "Something else")

    studio.locator("#saved-prompts > summary").click()
    studio.get_by_role("button", name="A kite over the dunes · v1").click()

    expect(studio.locator("#id_prompt")).to_have_value("A kite over the dunes")
    studio.goto(f"/projects/{room}/prompts/")
    expect(studio.locator("#prompts")).to_contain_text("A kite over the dunes")


def test_words_typed_right_before_a_reload_come_back_and_are_gone_after_signing_out(studio: Page) -> None:
    drafts = "Object.keys(sessionStorage).filter((key) => key.startsWith('draft:'))"
    kept = f"{drafts}.filter((key) => !JSON.parse(sessionStorage[key]).stored).length"
    write(studio, "A boat\nin {weather} weather")

    studio.reload()

    expect(studio.locator("#id_prompt")).to_have_value("A boat\nin {weather} weather")
    expect(studio.locator("[name='variable:weather']")).to_be_visible()
    wait_for(lambda: studio.evaluate(kept) == 0, "the words to be kept by the studio", 10)
    studio.locator("[name='variable:weather']").fill("rough")
    studio.reload()
    expect(studio.locator("[name='variable:weather']")).to_have_value("rough")
    wait_for(lambda: studio.evaluate(kept) == 0, "the words to be kept by the studio", 10)
    write(studio, "Mine alone")
    studio.locator("form[data-signs-out]").evaluate("form => form.requestSubmit()")
    studio.wait_for_url("**/sign-in/**")
    assert studio.evaluate(f"{drafts}.length") == 0


def test_words_that_were_rendered_do_not_come_back(studio: Page) -> None:
    write(studio, "A kite over the sea")
    render(studio)
    expect(cards(studio)).to_have_count(1)
    before = studio.locator("#id_prompt").input_value()

    studio.reload()

    expect(studio.locator("#id_prompt")).to_have_value(before)
    expect(studio.locator("#toasts")).not_to_contain_text("back in the composer")


def test_composer_keeps_draft_and_settings_over_a_reload_and_prices_the_length(studio: Page) -> None:
    price = studio.locator("#render-button").inner_text()
    choose(studio, "duration", "12")
    expect(studio.locator("#render-button")).not_to_have_text(price)
    longer = studio.locator("#render-button").inner_text()
    with studio.expect_response("**/composer/"):
        write(studio, "Half a thought")

    studio.reload()

    expect(studio.locator("#id_prompt")).to_have_value("Half a thought")
    expect(studio.locator("#chip-duration input:checked")).to_have_value("12")
    expect(studio.locator("#render-button")).to_have_text(longer)
