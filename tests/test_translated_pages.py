"""Every page in a language made for this test, in which each text stands between brackets: what stands outside of them
is either somebody's own words or was forgotten. And what machines read says the same in every language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import django
import polib  # type: ignore[import-untyped]
import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client, override_settings

from studio.choices import ExportFormat
from studio.models import Matrix, PromptVersion, ProviderKey, User
from studio.providers import registry
from tests import texts
from tests.texts import Text
from tests.views.route_table import ROUTES, things
from tests.views.visitors import Route, address_of

__all__ = ["things"]
ClientOf = Callable[[User], Client]
Attributes = list[tuple[str, str | None]]
# New each time, or the words of the page themselves.
NOT_COMPARED = {"csrfmiddlewaretoken", "hx-headers", "lang", "description"}
OPEN, SHUT = "⟦", "⟧"
# What nobody works with: it shows components, with made-up words in them.
SHOWCASE = {"styleguide"}
# What a page calls by itself; `text/html` of others is whole pages and fragments.
LOOKED_AT = [route for route in ROUTES if "GET" in route.methods and route.name not in SHOWCASE]
# Their sentences are the studio's own, kept in English and translated when they are shown.
OWN_RECORDS = {"RenderEvent", "LedgerEntry", "AuditEntry", "Notification", "Dispatch", "BudgetNotice"}
FIGURES = re.compile(r"\S*[\d@:/.]\S*|\b[A-Z]{2,4}\b|…")


@pytest.fixture(scope="session")
def strange_catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a catalog of the language `xx`: our texts and Django's, each between brackets."""
    folder = tmp_path_factory.mktemp("locale")
    djangos = Path(django.__file__).parent / "conf" / "locale" / "en" / "LC_MESSAGES" / "django.po"
    catalog = polib.POFile()
    catalog.metadata = {"Content-Type": "text/plain; charset=UTF-8", "Plural-Forms": "nplurals=2; plural=(n != 1);"}
    theirs = [Text(entry.msgid, entry.msgctxt or "", entry.msgid_plural) for entry in polib.pofile(str(djangos))]
    for text in {*texts.all_texts("django"), *theirs}:
        catalog.append(_strange(text))
    path = folder / "xx" / "LC_MESSAGES" / "django.mo"
    path.parent.mkdir(parents=True)
    catalog.save_as_mofile(str(path))
    return folder


def _strange(text: Text) -> polib.POEntry:
    one, many = (f"{OPEN}{words}{SHUT}" for words in (text.words, text.plural))
    forms = {"msgid_plural": text.plural, "msgstr_plural": {0: one, 1: many}} if text.plural else {"msgstr": one}
    return polib.POEntry(msgid=text.words, msgctxt=text.context or None, **forms)


@pytest.fixture
def strange_language(strange_catalog: Path) -> Iterator[None]:
    """The studio speaks the strange language to whoever asks for it."""
    languages = [*settings.LANGUAGES, ("xx", f"{OPEN}Strange{SHUT}")]
    with override_settings(LANGUAGES=languages, LOCALE_PATHS=[strange_catalog]):
        yield


class _Page(HTMLParser):
    """Collects what a page shows outside of the brackets, and the attributes that machines read."""

    def __init__(self, body: str) -> None:
        super().__init__()
        self.shown: list[str] = []
        self.read_by_machines: list[tuple[str, str, str]] = []
        self._depth = 0
        self._unseen = 0
        self.feed(body)

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        self._unseen += tag in {*texts.UNSEEN, "option"}
        for name, value in attrs:
            if name in texts.SHOWN_ATTRIBUTES or texts.SHOWN_DETAILS.match(name):
                self.shown.append(self._outside(value or ""))
            elif dict(attrs).get("name") not in NOT_COMPARED and name not in NOT_COMPARED:
                # Where a page goes on asking from depends on when it was asked.
                self.read_by_machines.append((tag, name, re.sub(r"since=\d+", "since", value or "")))

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in {*texts.UNSEEN, "option"}

    def handle_data(self, data: str) -> None:
        outside = self._outside(data)
        if not self._unseen:
            self.shown.append(outside)

    def _outside(self, text: str) -> str:
        kept = ""
        for letter in text:
            self._depth += (letter == OPEN) - (letter == SHUT)
            kept += letter if not self._depth and letter != SHUT else ""
        return kept


def _own_words() -> re.Pattern[str]:
    """What people wrote and what things are called, the longest first."""
    words = {"Rushes", "CSV", *(name for _code, name in settings.LANGUAGES), *ExportFormat.values, "OpenTimelineIO"}
    for slug in registry.PROVIDERS:
        words |= {slug, registry.get(slug).name, *(item.name for item in registry.get(slug).capabilities)}
    for model in apps.get_app_config("studio").get_models():
        if model.__name__ not in OWN_RECORDS:
            rows = model._default_manager.values()
            words |= {text for row in rows for value in row.values() for text in _strings(value, is_value=True)}
    # Prompts are shown in pieces, too, and with their blanks filled.
    prompts = [each.text for model in (PromptVersion, Matrix) for each in model._default_manager.all()]
    words |= {piece for text in prompts for piece in re.findall(r"[^{}]+", text) if len(piece) > 1}
    words |= {part for version in PromptVersion.objects.all() for part in texts.WORD.findall(version.text)}
    # Accounts and their avatars, and the ends of keys.
    words |= {part for user in User.objects.all() for part in (user.username, user.label[:2])}
    words |= {key.hint for key in ProviderKey.objects.all()}
    return re.compile("|".join(rf"\b{re.escape(each)}" for each in sorted(words - {""}, key=len, reverse=True)))


def _strings(value: object, *, is_value: bool = False) -> Iterator[str]:
    """The texts in a row, also in its JSON; a value without capital, space and digit is a word of the code."""
    if isinstance(value, str) and (not is_value or re.search(r"[A-Z \d]", value)):
        yield value
    for each in value if isinstance(value, list) else value.values() if isinstance(value, dict) else ():
        yield from _strings(each)


def _forgotten(page: _Page, own: re.Pattern[str]) -> list[str]:
    shown = {" ".join(text.split()) for text in page.shown if texts.WORD.search(text)}
    return sorted(text for text in shown if texts.WORD.search(FIGURES.sub(" ", own.sub(" ", text))))


def _page(client: Client, route: Route, things: dict[str, object], language: str) -> _Page | None:
    client.cookies["language"] = language
    response = client.get(address_of(route, things))
    is_page = "text/html" in response.get("Content-Type", "") and response.status_code not in {301, 302}
    return _Page(response.text) if is_page else None


def test_no_page_has_words_that_are_not_translated(
    client_of: ClientOf, admin: User, things: dict[str, object], strange_language: None
) -> None:
    client, own, found = client_of(admin), _own_words(), {}
    for route in LOOKED_AT:
        page = _page(client, route, things, "xx")
        found[route.name] = _forgotten(page, own) if page else []

    assert texts.listed(found) == "", texts.listed(found)


def test_what_machines_read_is_the_same_in_every_language(
    client_of: ClientOf, admin: User, things: dict[str, object]
) -> None:
    client, found = client_of(admin), {}
    for route in LOOKED_AT:
        # English twice: a page that tells of what happened tells it once.
        _first, english, french = (_page(client, route, things, language) for language in ("en-gb", "en-gb", "fr"))
        if english and french:
            both = set(english.read_by_machines) ^ set(french.read_by_machines)
            found[route.name] = [item for item in both if "/words/" not in item[2]]

    assert texts.listed(found) == "", texts.listed(found)
