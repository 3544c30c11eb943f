"""The look of each component, dark beside light: as it was when `make styleguide` was last run and looked at."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from studio.views.styleguide import SECTIONS
from tests.e2e import pictures
from tests.e2e.conftest import OpenPage

# Films and their stills differ from demo to demo; a caret comes and goes.
STILL = "img, video { visibility: hidden !important } *, *::before, *::after { animation: none !important }"


def test_every_component_looks_as_it_was_stored(open_page: OpenPage, pytestconfig: pytest.Config) -> None:
    page = open_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce", bypass_csp=True)
    page.goto("/styleguide/")
    page.evaluate("document.fonts.ready")
    results = Path(pytestconfig.getoption("--output")) / "styleguide"
    results.mkdir(parents=True, exist_ok=True)

    problems = []
    for name, _ in SECTIONS:
        png = page.locator(f"#{name} .guide-sides").screenshot(animations="disabled", style=STILL)
        if os.environ.get("RENEW_STYLEGUIDE"):
            pictures.store(name, png)
        elif problem := pictures.difference(name, png, results):
            problems.append(problem)

    assert problems == [], f"Look at {results}. Where that is how it should look, renew them with `make styleguide`."
