"""The interface in six languages: nothing stands in English alone, and no catalog lags behind the code."""

from __future__ import annotations

import re
from functools import cache

import polib  # type: ignore[import-untyped]
import pytest

from tests import messages, texts
from tests.messages import DOMAINS, catalog_of, languages

CATALOGS = [(language, domain) for language in languages() for domain in DOMAINS]
# Names of places on the page, and made-up words in made-up components.
NO_WORDS = re.compile(r"composer/_anchor\.html|styleguide/.*")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|%[sd]")
TAG = re.compile(r"</?[a-z][^>]*>")


def test_no_template_has_words_that_are_not_translated() -> None:
    names = {path: str(path.relative_to(texts.ROOT / "templates")) for path in texts.templates()}
    found = {name: texts.bare_words(path.read_text()) for path, name in names.items() if not NO_WORDS.fullmatch(name)}

    assert texts.listed(found) == "", texts.listed(found)


def test_no_script_has_sentences_that_are_not_translated() -> None:
    found = {path.name: texts.bare_script_words(path.read_text()) for path in texts.scripts()}

    assert texts.listed(found) == "", texts.listed(found)


@pytest.mark.parametrize(
    ("source", "bare"),
    [
        ('<p>{% translate "Right" %}</p><kbd>Esc</kbd> · {{ name }}', []),
        ("<p{% if x %} class='a'{% endif %}>Wrong {{ name }}</p>", ["Wrong …"]),
        ('<img alt="Wrong"><i title="{% translate "Right" %}"></i>', ["Wrong"]),
        ('{% include "_parts/_empty.html" with title="Wrong" text=_("Right") %}', ['title="Wrong"']),
        ('{{ name|default:"Nobody" }}{{ day|date:"j M Y" }}', ['default:"Nobody"', 'date:"j M Y"']),
        ("{% blocktranslate %}Right {{ name }}{% endblocktranslate %} Rushes", []),
    ],
)
def test_bare_words_of_a_template_are_found(source: str, bare: list[str]) -> None:
    assert texts.bare_words(source) == bare


@cache
def _catalog(language: str, domain: str) -> polib.POFile:
    return polib.pofile(str(catalog_of(language, domain)))


@pytest.mark.parametrize(("language", "domain"), CATALOGS)
def test_every_text_of_the_code_stands_in_the_catalog_and_no_other_does(language: str, domain: str) -> None:
    said = {(text.words, text.context) for text in texts.all_texts(domain)}
    known = {(entry.msgid, entry.msgctxt or "") for entry in _catalog(language, domain)}

    found = {"not in the catalog, so `make messages`": said - known, "said nowhere any more": known - said}
    assert texts.listed(found) == "", texts.listed(found)


@pytest.mark.parametrize(("language", "domain"), CATALOGS)
def test_every_text_is_translated_and_keeps_its_placeholders(language: str, domain: str) -> None:
    catalog = _catalog(language, domain)
    found = {
        "not translated": [entry.msgid for entry in catalog if not entry.translated() or entry.fuzzy],
        "wrong": [f"{entry.msgid}: {problem}" for entry in catalog if (problem := _problem(entry))],
        "obsolete": [entry.msgid for entry in catalog.obsolete_entries()],
    }
    assert texts.listed(found) == "", texts.listed(found)


def _problem(entry: polib.POEntry) -> str:
    """What is wrong with the forms of a translated text, or nothing."""
    wanted = [entry.msgid, entry.msgid_plural] if entry.msgid_plural else [entry.msgid]
    forms = entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]
    for form in filter(None, forms):
        if _marks(PLACEHOLDER, form) not in [_marks(PLACEHOLDER, text) for text in wanted]:
            return f"other placeholders: {form}"
        if sorted(TAG.findall(form)) not in [sorted(TAG.findall(text)) for text in wanted]:
            return f"other elements: {form}"
        # What stands between two words has the space of its language: none in Chinese.
        if form != "、" and _edges(form) not in [_edges(text) for text in wanted]:
            return f"other space around it: {form}"
    return ""


def _marks(pattern: re.Pattern[str], text: str) -> set[str]:
    return set(pattern.findall(text))


def _edges(text: str) -> tuple[bool, bool]:
    return text[:1].isspace(), text[-1:].isspace()


@pytest.mark.parametrize(("language", "domain"), CATALOGS)
def test_compiled_catalog_is_what_its_source_says(language: str, domain: str) -> None:
    path = catalog_of(language, domain)

    assert path.with_suffix(".mo").read_bytes() == _catalog(language, domain).to_binary()


@pytest.mark.parametrize(("language", "domain"), CATALOGS)
def test_catalog_has_the_same_head_on_every_machine(language: str, domain: str) -> None:
    assert dict(_catalog(language, domain).metadata) == messages.header(language)
