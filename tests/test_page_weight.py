"""What a page asks a browser to read besides itself: styles and scripts stay small enough for a phone."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import brotli  # type: ignore[import-untyped]
import pytest
from django.contrib.staticfiles import finders

from studio.environment import BASE_DIR
from studio.management.static_files import spare

MOST_KB = 60
TEMPLATES = BASE_DIR / "templates"
NAMED = re.compile(r'{%\s*(?:extends|include)\s+"([^"]+)"')
LOADED = re.compile(r'{%\s*static\s+"((?:css|js)/[^"]+)"\s*%}')
HTMX = "django_htmx/htmx-2.min.js"


def pages() -> list[str]:
    """Every template that is a whole page."""
    found = (path for path in TEMPLATES.rglob("*.html") if "{% extends" in path.read_text())
    return sorted(path.relative_to(TEMPLATES).as_posix() for path in found)


@cache
def files_of(template: str) -> frozenset[str]:
    """The styles and scripts that a template names, or one that it is made of."""
    if not (TEMPLATES / template).exists():
        return frozenset()
    text = (TEMPLATES / template).read_text()
    own = {*LOADED.findall(text)} | ({HTMX} if "{% htmx_script" in text else set())
    return frozenset(own.union(*(files_of(name) for name in NAMED.findall(text))))


@cache
def kilobytes(file: str) -> float:
    """As it is sent over TLS, where every browser takes brotli."""
    path = finders.find(file)
    assert path is not None, f"{file} is named in a template and is nowhere"
    return len(brotli.compress(spare(file, Path(path).read_text()).encode())) / 1024


@pytest.mark.parametrize("template", pages())
def test_styles_and_scripts_of_a_page_are_small(template: str) -> None:
    sizes = {file: round(kilobytes(file), 1) for file in files_of(template)}

    assert sum(sizes.values()) <= MOST_KB, sorted(sizes.items(), key=lambda pair: -pair[1])


def test_every_page_has_the_common_styles_and_scripts() -> None:
    assert {"css/tokens.css", "js/app.js", HTMX} <= files_of("gallery/index.html")


def test_spare_scripts_and_styles_keep_all_but_their_comments() -> None:
    css = "/* Why. */\n.a {\n  color: red;\n}\n"
    script = '// Why.\nconst address = "https://a"; // kept\n/** Doc. */\nrun(`a // b`);\n'

    assert spare("css/a.css", css) == "\n.a {\ncolor: red;\n}\n"
    assert spare("js/a.js", script) == 'const address = "https://a"; // kept\nrun(`a // b`);\n'
    assert spare("django_htmx/a.svg", css) == css


def test_no_text_of_a_script_looks_like_a_comment() -> None:
    """What `spare` takes away are lines; none may stand within a text over several lines, or a style's own text."""
    scripts = "".join(path.read_text() for path in (BASE_DIR / "static/js").glob("*.js"))
    styles = "".join(path.read_text() for path in (BASE_DIR / "static/css").glob("*.css"))

    assert [text for text in re.findall(r"`[^`]*`", scripts) if re.search(r"^\s*(//|/\*)", text, re.MULTILINE)] == []
    assert re.findall(r"\"[^\"\n]*(?:/\*|\*/)[^\"\n]*\"", styles) == []


def test_letters_that_every_page_loads_are_small() -> None:
    """Only the weights that the styles use, without glyphs for fractions: it was 47 KB with them."""
    assert (BASE_DIR / "static/fonts/inter-latin.woff2").stat().st_size <= 27 * 1024
    assert (BASE_DIR / "static/fonts/inter-latin-ext.woff2").stat().st_size <= 56 * 1024


def test_styles_ask_for_no_weight_that_the_letters_lack() -> None:
    styles = "".join(path.read_text() for path in (BASE_DIR / "static/css").glob("*.css"))
    weights = {int(weight) for weight in re.findall(r"font(?:-weight)?: *(\d{3})\b(?! *\d)", styles)}

    assert (min(weights), max(weights)) == (400, 700)
