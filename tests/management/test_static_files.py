"""Static files as they are served: joined from what the templates name, the same rules in the same order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.template import Template
from django.template.loader_tags import ExtendsNode
from django.test import Client, override_settings

from studio.management.static_files import join, lists, spare
from studio.templatetags.together import Together, joined_name
from tests.test_page_weight import LOADED, NAMED, TEMPLATES, pages

ELEMENT = re.compile(r'<link rel="stylesheet" href="([^"]+)">|<script type="module" src="([^"]+)" fetchpriority="low">')

ONE_STYLE = ("gallery/index.html", "projects/detail.html", "renders/detail.html")
COMMON_STYLES = tuple(LOADED.findall((TEMPLATES / "_parts/_styles.html").read_text()))
# Beside the common ones; the second is what only some who come to the page need.
MOST_STYLES = 2
BETWEEN = r"(?s){% together %}.*?{% endtogether %}"


@pytest.fixture
def collected(tmp_path: Path) -> Iterator[Path]:
    """The folder of the collected files, which the studio serves from for the length of the test."""
    spared = {**settings.STORAGES, "staticfiles": {"BACKEND": "studio.management.static_files.SpareStatics"}}
    with override_settings(STORAGES=spared, STATIC_ROOT=tmp_path, WHITENOISE_AUTOREFRESH=False):
        call_command("collectstatic", interactive=False, verbosity=0)
        yield tmp_path


def source(file: str) -> str:
    path = finders.find(file)
    assert path is not None, f"{file} is named in a template and is nowhere"
    return spare(file, Path(path).read_text())


def test_joined_files_hold_the_same_rules_in_the_same_order(collected: Path, db: None) -> None:
    # The hashed names of the fonts are the one thing that differs.
    hashed = re.compile(r"(?<=\.)[0-9a-f]{12}\.(?=woff2)")

    made = {files: staticfiles_storage.joined(joined_name(files)) for files in lists()}  # type: ignore[attr-defined]

    assert len(made) > 10
    for files, address in made.items():
        text = (collected / address.removeprefix("/static/")).read_text()
        assert hashed.sub("", text) == join(joined_name(files), [source(file) for file in files])


def test_page_asks_for_one_file_of_styles_and_may_keep_it_for_ever(collected: Path, db: None) -> None:
    page = Client().get("/sign-in/").content.decode()
    styles, scripts = zip(*ELEMENT.findall(page), strict=True)
    found = [address for address in (*styles, *scripts) if "/together-" in address]
    answers = [Client().get(address, headers={"Accept-Encoding": "br"}) for address in found]

    assert [re.sub(r"together-.*\.", "", address) for address in found] == ["/static/css/css", "/static/js/js"]
    assert {(answer["Content-Encoding"], answer["Cache-Control"]) for answer in answers} == {
        ("br", "max-age=315360000, public, immutable")
    }


def test_scripts_that_go_together_keep_their_names_and_failures_to_themselves() -> None:
    text = join("js/a.js", ["const a = 1;", "const a = 2; // last"])

    report = "} catch (error) { reportError(error); }"
    assert text == f"try {{\nconst a = 1;\n{report}\ntry {{\nconst a = 2; // last\n{report}"


def test_no_script_imports_another_or_exports() -> None:
    """Within a block neither is allowed, and the whole page's scripts would stand still."""
    scripts = [file for files in lists() for file in files if file.endswith(".js")]

    assert [file for file in scripts if re.search(r"^\s*(?:import|export)\b", source(file), re.MULTILINE)] == []


@pytest.mark.parametrize("template", ONE_STYLE)
def test_pages_that_people_open_most_have_all_their_styles_in_one_file(template: str) -> None:
    (block,) = Template((TEMPLATES / template).read_text()).nodelist.get_nodes_by_type(ExtendsNode)
    assert isinstance(block, ExtendsNode)
    (together,) = block.blocks["styles"].nodelist

    assert isinstance(together, Together)
    assert together.files[: len(COMMON_STYLES)] == COMMON_STYLES


@pytest.mark.parametrize("template", pages())
def test_page_asks_for_its_own_styles_in_one_file_or_two(template: str) -> None:
    """Each further file is a further wait before the first paint."""
    text = (TEMPLATES / template).read_text()
    own = "".join(re.findall(r"(?s){% block css %}.*?{% endblock", text))

    assert own.count("{% together %}") + re.sub(BETWEEN, "", own).count('rel="stylesheet"') <= MOST_STYLES


@pytest.mark.parametrize("template", pages())
def test_no_page_has_a_script_in_two_files(template: str) -> None:
    """A module of one address runs once, however often it is named; the same text in two files would run twice."""
    found = [file for files in scripts_of(template) for file in files]

    assert sorted(found) == sorted(set(found))


def scripts_of(template: str) -> list[tuple[str, ...]]:
    """What goes together on a page of somebody who is signed in, and each script that goes alone."""
    found, alone = [], []
    for text in texts_of(template):
        for together in Template(text).nodelist.get_nodes_by_type(Together):
            assert isinstance(together, Together)
            found.append(together.files)
        alone += re.findall(r'<script type="module" src="{% static "([^"]+)"', re.sub(BETWEEN, "", text))
    # Strangers get the common ones without those of the bar, in the other branch of base.html.
    common = tuple(LOADED.findall((TEMPLATES / "_parts/_scripts.html").read_text()))
    return [files for files in found if files[0].endswith(".js") and files != common] + [(file,) for file in alone]


def texts_of(template: str) -> Iterator[str]:
    """The text of a page and of all that it is made of, but of what goes together only the tags."""
    text = (TEMPLATES / template).read_text() if (TEMPLATES / template).exists() else ""
    yield text
    for name in NAMED.findall(re.sub(BETWEEN, "", text)):
        yield from texts_of(name)
