"""Going through takes by key: select, tag, rate, look quickly, like, and delete what is selected with the mouse."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.composing import cards
from tests.e2e.stack import Stack

_FILMS = """
from decimal import Decimal
from studio.choices import Standing
from studio.media import storage
from studio.models import Project, User
from tests.factories import make_output, make_render
from tests.media_factories import make_video
project, artist = Project.objects.get(slug="{room}"), User.objects.get(username="artist")
for _ in range(3):
    take = make_render(project, asked_by=artist, standing=Standing.RELEASED)
    name = storage.render_name(take.pk, "video.mp4")
    path = storage.absolute(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    make_video(path, seconds=1, fps=24)
    make_output(take, file=name, width=160, height=90, seconds=Decimal(1), poster="", filmstrip="")
"""


def test_takes_are_gone_through_by_key_and_drawn_round_by_mouse(
    page: Page, enter_as: Callable[[Page, str], None], room: str, studio_stack: Stack
) -> None:
    studio_stack.manage("shell", "--no-imports", "-c", _FILMS.format(room=room))
    enter_as(page, "artist")
    page.goto(f"/projects/{room}/")
    expect(cards(page)).to_have_count(3)
    tag_by_key(page)
    rate_and_like_by_key(page)
    delete_what_is_drawn_round(page)


def tag_by_key(page: Page) -> None:
    """Selected by key, tagged by name; what was selected stays so for the next act."""
    titles, count = page.locator("#takes .take-title"), page.locator("[data-selection-count]")
    titles.nth(0).focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(count).to_have_text("2 selected")
    page.locator("[data-selection-box] > summary").filter(has_text="Tag").click()
    page.keyboard.type("Hero")
    page.keyboard.press("Enter")
    expect(page.locator("#takes .take-tags").filter(has_text="Hero")).to_have_count(2)
    expect(count).to_have_text("2 selected")
    toast_leaves_the_bar_free(page)
    page.keyboard.press("Escape")
    expect(page.locator("#selection")).to_be_hidden()


def toast_leaves_the_bar_free(page: Page) -> None:
    """Also where the bar has two lines, and on a phone."""
    page.evaluate("document.dispatchEvent(new CustomEvent('toast', { detail: { level: 'error', text: 'Too late' } }))")
    expect(page.locator(".toast").last).to_contain_text("Too late")
    for width in (1280, 860, 390):
        page.set_viewport_size({"width": width, "height": 720})
        toasts, bar = page.locator("#toasts").bounding_box(), page.locator("#selection").bounding_box()
        assert toasts is not None
        assert bar is not None
        assert toasts["y"] + toasts["height"] <= bar["y"], width
    page.set_viewport_size({"width": 1280, "height": 720})
    page.locator(".toast [data-toast-close]").last.click()


def rate_and_like_by_key(page: Page) -> None:
    """Rated on the card, looked at, liked in the look; the focus comes back to the take that was seen last."""
    titles = page.locator("#takes .take-title")
    titles.nth(0).focus()
    # The heart is pressed before the card has come back with its rating.
    page.keyboard.press("4")
    page.keyboard.press("h")
    expect(cards(page).nth(0)).to_have_attribute("data-rating", "4")
    expect(cards(page).nth(0)).to_have_attribute("data-favourite", "")
    expect(titles.nth(0)).to_be_focused()
    page.keyboard.press("Space")
    look = page.locator("#look")
    expect(look.locator(".star[data-lit]")).to_have_count(4)
    page.wait_for_function("() => document.querySelector('[data-look-film]')?.currentTime > 0.1")
    page.keyboard.press("ArrowRight")
    expect(look.locator(".star[data-lit]")).to_have_count(0)
    page.keyboard.press("h")
    expect(look.locator(".heart")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    expect(look).to_be_hidden()
    expect(titles.nth(1)).to_be_focused()
    expect(cards(page).nth(1)).to_have_attribute("data-favourite", "")


def delete_what_is_drawn_round(page: Page) -> None:
    """A band drawn from empty space round the last two of them, which are then deleted."""
    second, third = cards(page).nth(1).bounding_box(), cards(page).nth(2).bounding_box()
    assert second is not None and third is not None
    page.mouse.move(second["x"] - 4, second["y"] + second["height"] / 2)
    page.mouse.down()
    page.mouse.move(third["x"] + third["width"] / 2, third["y"] + 20, steps=4)
    expect(page.locator(".selection-band")).to_be_visible()
    page.mouse.up()
    expect(page.locator("[data-selection-count]")).to_have_text("2 selected")
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator("[data-selection-act=delete]").click()
    expect(cards(page)).to_have_count(1)
    expect(page.locator("#selection")).to_be_hidden()
