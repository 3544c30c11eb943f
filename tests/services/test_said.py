"""Stored English sentences in the language of the page: found again by their templates, with their values."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from studio.lib.english import PLURALS, english, english_count, plural
from studio.services import said as said_module
from studio.services.said import said
from tests.catalogs import french_catalog

FRAMES = plural("%(number)s odd frame", "%(number)s odd frames")
FRENCH = {
    "Nothing is charged.": "Rien n’est facturé.",
    "Lamp %(take)s glows gently.": "La lampe %(take)s luit.",
    "The key “%(key)s” is paused, so this waits.": "La clé « %(key)s » est en pause : la prise attend.",
    "This goes over %(limit)s by %(sum)s.": "Cela dépasse %(limit)s de %(sum)s.",
    "your budget": "votre budget",
    "raise it": "relevez-le",
    "%(first)s or %(last)s": "%(first)s ou %(last)s",
    "The film holds %(frames)s.": "Le film contient %(frames)s.",
    "Draft": "Brouillon",
    "Looked for it; nothing certain yet. %(said)s": "Recherchée ; rien de certain. %(said)s",
}


@pytest.fixture
def french(tmp_path: Path) -> Iterator[None]:
    """A page in French with a catalog of a few sentences."""
    forms = {FRAMES: ("%(number)s image étrange", "%(number)s images étranges")}
    with french_catalog(tmp_path, FRENCH, forms), translation.override("fr"):
        yield


def test_english_pages_show_what_is_stored() -> None:
    assert said("Lamp 5 glows gently. Nothing is charged.") == "Lamp 5 glows gently. Nothing is charged."


@pytest.mark.usefixtures("french")
@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("Nothing is charged.", "Rien n’est facturé."),
        ("Lamp 1234 glows gently.", "La lampe 1234 luit."),
        ("Lamp 5 glows gently. Nothing is charged.", "La lampe 5 luit. Rien n’est facturé."),
        ("It said no. Nothing is charged.", "It said no. Rien n’est facturé."),
        (
            "This goes over your budget by $1,234.50.",
            "Cela dépasse votre budget de 1\N{NO-BREAK SPACE}234,50\N{NO-BREAK SPACE}$.",
        ),
        ("Looked for it; nothing certain yet.", "Recherchée ; rien de certain."),
        (
            "Looked for it; nothing certain yet. Nothing is charged.",
            "Recherchée ; rien de certain. Rien n’est facturé.",
        ),
        ("The film holds 1 odd frame.", "Le film contient 1 image étrange."),
        ("The film holds 3 odd frames.", "Le film contient 3 images étranges."),
    ],
)
def test_sentences_are_translated_with_their_values(stored: str, shown: str) -> None:
    assert said(stored) == shown


@pytest.mark.usefixtures("french")
def test_names_stay_what_they_are() -> None:
    assert said("The key “Draft” is paused, so this waits.") == "La clé « Draft » est en pause : la prise attend."


@pytest.mark.usefixtures("french")
@pytest.mark.parametrize("words", ["a gateway's own words", "war or peace", "", "Take me home", "x" * 100_000])
def test_what_is_in_no_catalog_stays_as_it_is(words: str) -> None:
    assert said(words) == words


@pytest.mark.usefixtures("french")
@pytest.mark.parametrize(
    "words",
    [
        "A. " * 166,
        "Tagged: " + ", ".join(f"{chr(65 + at)}. " + "B. " * 12 for at in range(12)),
        "Looked for it; nothing certain yet. " + "D. or E, " * 50,
        ("This goes over  by . " * 30)[:499],
        "Draft, " * 70,
    ],
)
def test_odd_words_of_people_are_not_looked_through_for_ever(monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    looks: list[Any] = []
    templates = said_module._templates

    def counted(catalog: Any) -> list[Any]:
        looks.append(catalog)
        return templates(catalog)

    monkeypatch.setattr(said_module, "_templates", counted)

    said(words[:500])

    assert len(looks) <= said_module.MOST_LOOKS


@pytest.mark.usefixtures("french")
def test_template_of_many_places_is_compared_in_one_go() -> None:
    words = "%(a)s of %(b)s of %(c)s of %(d)s of %(a)s; done"
    template = said_module._template(words, "")

    assert template is not None
    assert template.values_in("x of y of z of of of x; done") == {"a": "x", "b": "y", "c": "z", "d": "of"}
    assert template.values_in("x of y of z of w of y; done") is None
    assert template.values_in("x" + " of " * 120 + "; gone") is None


@pytest.mark.usefixtures("french")
@pytest.mark.parametrize("name", ["tag", "tags", "names", "asset", "person"])
def test_what_people_call_things_is_not_translated(name: str) -> None:
    assert name in said_module.NAMES


@pytest.mark.usefixtures("french")
def test_figures_that_are_no_numbers_count_as_several() -> None:
    assert said("The film holds ² odd frames.") == "Le film contient ² images étranges."


def test_sentences_are_kept_in_english_whoever_makes_them() -> None:
    with translation.override("fr"):
        made = english("Lamp %(take)s glows gently.", take=1234), english_count(FRAMES, 1), english_count(FRAMES, 2)

    assert made == ("Lamp 1234 glows gently.", "1 odd frame", "2 odd frames")


def test_plural_forms_are_known_by_both(french: None) -> None:
    assert PLURALS["%(number)s odd frames"] == "%(number)s odd frame"
