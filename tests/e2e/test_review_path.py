"""The whole way from takes to approved shots, in real browsers: sent, drawn on, decided, rendered anew, shown, cut."""

from __future__ import annotations

import re
from collections.abc import Callable

import opentimelineio
from playwright.sync_api import Locator, Page, expect

from tests.e2e.composing import TAKE_MS, cards, choose, enter_studio, expect_ready, render, take_number, write
from tests.e2e.conftest import OpenPage

PROMPT = "A paper boat on a canal at dusk, the lamp comes nearer"
DRAWN_AT, PRAISED_AT = 30, 7
NOTE, REASON, PRAISE = "The lamp stands still from here on", "Let the lamp come nearer", "This is the moment to cut on"
PATIENCE = 20_000


def test_takes_become_approved_shots(
    page: Page, open_page: OpenPage, enter_as: Callable[[Page, str], None], room: str
) -> None:
    reviewer, manager, guest = (open_page(viewport={"width": 1440, "height": 900}) for _ in range(3))
    for person, role in ((page, "artist"), (reviewer, "reviewer"), (manager, "admin")):
        enter_as(person, role)

    noted, approved, waiting = artist_sends_three(page, room)
    reviewer_decides_on_two(reviewer, room, noted, approved)
    artist_answers_the_note(page, noted)

    guest_sees_only_what_is_approved(guest, manager_shares(manager, room))
    assert markers_of(exported(page, room)) == {f"take-{approved}": [(PRAISED_AT, f"Ravi Reviewer: {PRAISE}")]}
    expect_state(page, room, {noted: "changes", approved: "approved", waiting: "waiting"})


def artist_sends_three(artist: Page, room: str) -> list[int]:
    """The takes' numbers, oldest first."""
    enter_studio(artist, room)
    choose(artist, "takes", "3")
    write(artist, PROMPT)
    render(artist)
    expect_ready(artist, 3)
    for card in cards(artist).all():
        card.locator("input[name=take]").check(force=True)
    artist.locator("#selection").get_by_role("button", name="Send for review").click()
    expect(artist.locator("article.take .take-verdict")).to_have_count(3, timeout=PATIENCE)
    return sorted(take_number(card) for card in cards(artist).all())


def reviewer_decides_on_two(reviewer: Page, room: str, first: int, second: int) -> None:
    reviewer.goto(f"/projects/{room}/review/")
    reviewer.get_by_role("link", name="Start reviewing").click()
    player = in_room(reviewer, first)
    step_to(reviewer, player, DRAWN_AT)
    draw(reviewer, player)
    comment(reviewer, NOTE, DRAWN_AT)
    expect(reviewer.locator(f"#comment-list [data-comment][data-frame='{DRAWN_AT}'][data-drawing]")).to_have_count(1)
    reviewer.keyboard.press("c")
    expect(reviewer.locator("#review-reason")).to_be_focused()
    reviewer.keyboard.type(REASON)
    reviewer.keyboard.press("Enter")
    step_to(reviewer, in_room(reviewer, second), PRAISED_AT)
    comment(reviewer, PRAISE, PRAISED_AT)
    reviewer.keyboard.press("a")
    expect(reviewer.locator("#room-title")).not_to_have_text(f"Take {second}", timeout=PATIENCE)


def in_room(reviewer: Page, take: int) -> Locator:
    """The player of the take, once its first frame is there."""
    expect(reviewer.locator("#room-title")).to_have_text(f"Take {take}", timeout=PATIENCE)
    player = reviewer.locator("[data-player][data-frame='0']")
    expect(player).to_have_count(1, timeout=PATIENCE)
    return reviewer.locator("[data-player]")


def step_to(reviewer: Page, player: Locator, frame: int) -> None:
    for number in range(1, frame + 1):
        reviewer.keyboard.press(".")
        expect(player).to_have_attribute("data-frame", str(number))


def draw(reviewer: Page, player: Locator) -> None:
    reviewer.locator("[data-draw=pen]").click()
    box = player.locator("video").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    reviewer.mouse.move(x - 80, y)
    reviewer.mouse.down()
    reviewer.mouse.move(x, y + 40, steps=4)
    reviewer.mouse.move(x + 80, y, steps=4)
    reviewer.mouse.up()


def comment(reviewer: Page, text: str, frame: int) -> None:
    reviewer.locator("#comment-text").fill(text)
    reviewer.locator("#comment-box").get_by_role("button", name="Comment", exact=True).click()
    said = reviewer.locator(f"#comment-list [data-comment][data-frame='{frame}']")
    expect(said).to_contain_text(text, timeout=PATIENCE)


def artist_answers_the_note(artist: Page, take: int) -> None:
    artist.goto(f"/takes/{take}/")
    artist.locator("#comment-list").get_by_role("button", name="Render again with this note").click()
    expect(artist.locator("#composer-note")).to_contain_text(NOTE)
    expect(artist.locator("#id_prompt")).to_have_value(PROMPT)
    render(artist)
    expect_ready(artist, 4)
    cards(artist).first.locator(".take-title").click()
    expect(artist.locator("aside")).to_contain_text(f"Answers a note on take {take}")


def manager_shares(manager: Page, room: str) -> str:
    """The address of a link to what is approved, as the form has it without a choice."""
    manager.goto(f"/projects/{room}/guests/new/")
    manager.get_by_label("Who it is for").fill("Lumen, the client")
    manager.get_by_role("button", name="Make the link").click()
    return manager.locator("#guest-address").input_value()


def guest_sees_only_what_is_approved(guest: Page, address: str) -> None:
    guest.goto(address)
    guest.get_by_label("name").fill("Cleo Client")
    guest.get_by_role("button", name="Look at the takes").click()
    expect(guest.locator(".guest-card img")).to_have_count(1, timeout=TAKE_MS)
    expect(guest.locator(".guest-card")).to_have_count(1)
    guest.get_by_role("link", name="Take 1").click()
    expect(guest.locator("[data-player][data-frame='0']")).to_have_count(1, timeout=PATIENCE)
    assert [word for word in (PROMPT, NOTE, REASON, PRAISE, "seedance", "$") if word in guest.content()] == []


def exported(artist: Page, room: str) -> str:
    """The timeline of all that is approved, as it was downloaded."""
    artist.goto(f"/projects/{room}/exports/new/")
    artist.locator("input[name=format][value=otio]").check()
    artist.get_by_role("button", name="Export").click()
    link = artist.get_by_role("link", name=re.compile("^Download export"))
    expect(link).to_have_count(1, timeout=TAKE_MS)
    return artist.request.get(link.get_attribute("href") or "").text()


def markers_of(timeline: str) -> dict[str, list[tuple[int, str]]]:
    """By the take in each clip's name: the frames of its markers, and who says what there."""
    (pictures,) = opentimelineio.adapters.read_from_string(timeline, "otio_json").video_tracks()
    return {
        re.sub(r"^.*(take-\d+).*$", r"\1", clip.name): [
            (marker.marked_range.start_time.to_frames() - clip.source_range.start_time.to_frames(), marker.name)
            for marker in clip.markers
        ]
        for clip in pictures
    }


def expect_state(page: Page, room: str, states: dict[int, str]) -> None:
    page.goto(f"/projects/{room}/")
    for take, state in states.items():
        expect(page.locator(f"#render-card-{take} .take-verdict[data-verdict='{state}']")).to_have_count(1)
