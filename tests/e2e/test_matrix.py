"""A table of values with several models: priced before it runs, rendered at one press, and what failed run again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.composing import TAKE_MS

TABLE = "hero;place\nfox;sea\nhen [fault:refuse];farm\nowl;\n"


def test_matrix_from_a_csv_file_leaves_out_what_is_bad_and_runs_again_what_failed(
    page: Page, enter_as: Callable[[Page, str], None], room: str, tmp_path: Path
) -> None:
    file = tmp_path / "values.csv"
    file.write_text(TABLE, encoding="utf-8-sig")
    enter_as(page, "artist")
    page.goto(f"/projects/{room}/matrices/new/")
    page.get_by_label("Prompt").fill("A {hero} at the {place}.")
    for model in ("Seedance 2.0", "Seedance 2.0 Fast"):
        page.get_by_role("checkbox", name=model, exact=True).check()
    page.get_by_text("Paste a table or choose a CSV file").click()
    page.set_input_files("#id_file", file)
    page.get_by_role("button", name="Take these values").click()

    prices = page.locator("#plan tbody tr")
    expect(prices).to_have_count(3)
    expect(prices.nth(0)).to_contain_text("A fox at the sea.")
    expect(prices.nth(2).locator(".matrix-bad")).to_have_text(["Left out: Fill in {place} first."] * 2)

    page.locator("[data-matrix-render]").dblclick()

    expect(page.locator("#takes article.take")).to_have_count(4)
    expect(page.locator("#takes article[data-state=refused]")).to_have_count(2, timeout=TAKE_MS)
    again = page.get_by_role("button", name="Run the 2 failed ones again")
    expect(again).to_contain_text("≈ $")
    before = page.locator("#takes article[data-state=refused]").evaluate_all("cards => cards.map(card => card.id)")

    again.click()

    expect(page.locator("#toasts")).to_contain_text("2 takes are on the way.")
    for card in before:
        expect(page.locator(f"#{card}")).to_have_count(0)
    expect(page.locator("#takes article[data-state=ready] img.take-poster")).to_have_count(2, timeout=TAKE_MS)
    expect(page.locator("#takes article.take")).to_have_count(4)
