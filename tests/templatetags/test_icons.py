"""The tag for icons: one of the sprite's, safe whatever its name is."""

from __future__ import annotations

import re

import pytest
from django.template import Context, Template

from studio.choices import RenderState
from studio.environment import BASE_DIR
from studio.templatetags.icons import icon, state_icon

SPRITE = BASE_DIR / "static" / "img" / "icons.svg"


def test_icon_needs_no_loading_in_a_template() -> None:
    drawn = Template('{% icon name "icon-large" %}').render(Context({"name": "play"}))

    assert drawn == (
        '<svg class="icon icon-large" aria-hidden="true" focusable="false">'
        '<use href="/static/img/icons.svg#play"></use></svg>'
    )


def test_icon_escapes_its_name() -> None:
    assert "<b>" not in icon("<b>", '"><b>')


@pytest.mark.parametrize("state", RenderState.values)
def test_every_state_has_an_icon_in_the_sprite(state: str) -> None:
    found = re.search(r"#([a-z-]+)", state_icon(state))

    assert found is not None
    assert f'id="{found[1]}"' in SPRITE.read_text()


def test_every_icon_named_in_a_template_is_in_the_sprite() -> None:
    known = set(re.findall(r'id="([a-z-]+)"', SPRITE.read_text()))
    folder = BASE_DIR / "templates"

    used = {name for path in folder.rglob("*.html") for name in re.findall(r'{% icon "([^"]+)"', path.read_text())}

    assert used - known == set()
