"""Takes are ticked on the project's page and compared: real films of different length and rate on one clock."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.composing import cards
from tests.e2e.stack import Stack

# Two films that differ in length and rate, and a third take that is only there to be ticked.
_FILMS = """
from decimal import Decimal
from studio.media import storage
from studio.models import Project, User
from tests.factories import make_output, make_render
from tests.media_factories import make_video
project, artist = Project.objects.get(slug="{room}"), User.objects.get(username="artist")
for seconds, rate in ((1, 24), (1, 24), (3, 30)):
    take = make_render(project, asked_by=artist)
    name = storage.render_name(take.pk, "video.mp4")
    path = storage.absolute(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    make_video(path, seconds=seconds, fps=rate, sound=True)
    measures = {{"width": 160, "height": 90, "seconds": Decimal(seconds), "frame_count": seconds * rate}}
    none_made = {{"poster": "", "filmstrip": ""}}
    make_output(take, file=name, frame_rate=f"{{rate}}/1", audio_codec="aac", **measures, **none_made)
"""
_NEWS = """
from studio.models import Render
from studio.services import transitions
for take in Render.objects.filter(project__slug="{room}"):
    transitions.note(render=take, reason="Something was said of it", actor=None)
"""
# The frame that each film shows, by its own rate.
FRAMES = """() => [...document.querySelectorAll('[data-film]')].map(
    (film) => Math.floor(film.querySelector('video').currentTime * film.dataset.fps + 0.001))"""
# Both run, a while has gone by, and they are less than a frame apart.
# All films show the frame of the clock, or their last one.
STANDS = """frame => [...document.querySelectorAll("[data-film] video")].every((video) => {
    const wanted = Math.min(video.duration, frame / document.getElementById("compare").dataset.clock);
    return video.readyState >= 2 && Math.abs(video.currentTime - wanted) < 0.1;
})"""
TOGETHER = """() => {
    const films = [...document.querySelectorAll('[data-film] video')];
    const times = films.map((film) => film.currentTime);
    const run = films.every((film) => !film.paused) && Math.min(...times) > 0.3;
    return run && Math.abs(times[0] - times[1]) < 1 / 30;
}"""


def furnish(stack: Stack, room: str) -> None:
    stack.manage("shell", "--no-imports", "-c", _FILMS.format(room=room))


def box(page: Page, place: int) -> str:
    return f"#takes > article.take >> nth={place} >> .take-select"


def expect_frames(page: Page, frames: list[int]) -> None:
    page.wait_for_function(f"(wanted) => JSON.stringify(({FRAMES})()) === JSON.stringify(wanted)", arg=frames)


def test_ticked_takes_stay_ticked_and_lead_to_the_comparison(
    page: Page, enter_as: Callable[[Page, str], None], room: str, studio_stack: Stack
) -> None:
    furnish(studio_stack, room)
    enter_as(page, "artist")
    page.goto(f"/projects/{room}/")
    count = page.locator("[data-selection-count]")

    page.locator(box(page, 0)).click()
    page.locator(box(page, 2)).click(modifiers=["Shift"])
    expect(count).to_have_text("3 selected")
    page.evaluate("document.querySelectorAll('#takes > article.take').forEach((card) => { card.isOld = true; })")
    studio_stack.manage("shell", "--no-imports", "-c", _NEWS.format(room=room))
    page.wait_for_function("() => [...document.querySelectorAll('#takes > article.take')].every((card) => !card.isOld)")
    expect(cards(page).locator(".take-select > :checked")).to_have_count(3)

    page.keyboard.press("Escape")
    expect(page.locator("#selection")).to_be_hidden()
    page.locator(box(page, 0)).click()
    expect(page.locator("[data-selection-compare]")).to_be_disabled()
    page.locator(box(page, 1)).click()
    page.locator("[data-selection-compare]").click()

    page.wait_for_url("**/compare/?take=*&take=*")
    expect(page.locator("[data-film]")).to_have_count(2)


def test_films_of_different_length_and_rate_keep_one_clock(
    page: Page, enter_as: Callable[[Page, str], None], room: str, studio_stack: Stack
) -> None:
    furnish(studio_stack, room)
    enter_as(page, "reviewer")
    page.goto(f"/projects/{room}/")
    for place in (1, 0):
        page.locator(box(page, place)).click()
    page.locator("[data-selection-compare]").click()
    page.wait_for_url("**/compare/**")

    # The newer take, which is longer and quicker, stands first; its thirtieths of a second are the step.
    for _ in range(5):
        page.keyboard.press(".")
    expect_frames(page, [5, 4])
    page.keyboard.press(",")
    expect_frames(page, [4, 3])

    page.locator("[data-compare-speed]").select_option("0.5")
    page.locator("[data-compare-act=play]").click()
    page.wait_for_function(TOGETHER)
    page.locator("[data-compare-act=play]").click()
    stopped = int(page.locator("#compare").get_attribute("data-frame") or 0)
    expect_frames(page, [stopped, min(23, int((stopped + 0.5) / 30 * 24))])

    page.locator("[data-compare-range]").fill("60")
    expect(page.locator("[data-film-over]").nth(1)).to_have_text("Ended at 00:01:00 · last frame held")
    expect_frames(page, [60, 23])
    draw_the_wipe(page)
    page.locator("[data-compare-view=wipe]").click()
    page.keyboard.press("Space")
    expect(page.locator("#compare.is-playing[data-view=wipe]")).to_be_visible()
    add_a_third(page)


def add_a_third(page: Page) -> None:
    """The page with one film more opens where this one stood."""
    for key in (" ", "l", "m"):
        page.keyboard.press(key)
    page.locator("[data-compare-view=side]").click()
    page.locator("[data-compare-range]").fill("45")
    page.locator("[data-compare-keeps][aria-label^=Add]").click()
    expect(page.locator("[data-film]")).to_have_count(3)
    expect(page.locator("#compare[data-view=side]")).to_have_attribute("data-frame", "45")
    expect(page.locator("[data-compare-speed]")).to_have_value("0.5")
    expect(page.locator("[data-compare-act=loop]")).to_have_attribute("aria-pressed", "false")
    expect(page.locator("[data-compare-act=mute]")).to_have_attribute("aria-pressed", "true")
    stand_together(page)


def stand_together(page: Page) -> None:
    """All films, also the one that was just taken in, show the frame of the clock, or their last one."""
    page.wait_for_function(STANDS, arg=45)


def draw_the_wipe(page: Page) -> None:
    """By key from its middle, and by a click to a quarter."""
    page.keyboard.press("w")
    line = page.locator("[data-compare-slide]")
    line.focus()
    page.keyboard.press("ArrowRight")
    expect(line).to_have_value("510")
    wipe = page.locator("[data-compare-wipe]").bounding_box()
    assert wipe is not None
    page.mouse.click(wipe["x"] + wipe["width"] / 4, wipe["y"] + wipe["height"] / 2)
    expect(line).to_have_value("250")
    cut = page.locator("[data-side=r] > .compare-film").evaluate("(film) => getComputedStyle(film).clipPath")
    assert cut == "inset(0px 0px 0px 25%)"
