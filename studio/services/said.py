"""Shows stored English sentences in the language of the page.

What jobs, gateways and records say is stored once, in English, and read by people of several languages. A sentence is
found again by its template in the catalog, its values are taken from it, and both are put together anew. What is in no
catalog, such as a gateway's own words, stays as it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, trans_real

from studio.lib.english import PLURALS
from studio.lib.figures import is_english, localised

# Values that are names of people and things: whatever they say, they are not ours to translate. Not so `name`, `note`
# and `reason`: in them stand sentences of the studio too, such as why a price is unknown or whose budget it is.
NAMES = frozenset(
    {"actor", "asset", "gateway", "key", "link", "model", "names", "person", "project", "prompt", "tag", "tags"}
    | {"theirs", "user"}
)
# Templates with fewer letters of their own than this: what stands in their places has to be known, too; and with yet
# fewer they are found inside of others only.
_WEAK, _TINY = 8, 5
# What people wrote may stand anywhere in a text, so that looking through it must have an end: characters, sentences,
# sentences that are one template together, and how often the templates are gone through.
_LONGEST, _MOST_PARTS, _LONGEST_RUN, MOST_LOOKS = 500, 12, 4, 120
_PLACE = re.compile(r"%\((\w+)\)s|%%")
_SENTENCES = re.compile(r"(?<=[.!?”]) (?=[A-Z“%])")
_FIGURES = re.compile(r"[^A-Za-z]*\d[^A-Za-z]*( s| MB| GB| credits)?")
_PLAIN = re.compile(r"[\W\dA-Z]+|[^ ]*( ?[^ ]*\d[^ ]*){1,2}( [^ ]+)?")


@dataclass(frozen=True)
class _Template:
    """One sentence with places for values: the words between them are one more than the `names` of the places."""

    text: str
    singular: str
    literals: tuple[str, ...]
    names: tuple[str, ...]
    hint: str
    weight: int

    def values_in(self, text: str) -> dict[str, str] | None:
        """What stands in the places, each as short as can be; None where the text is another one."""
        values = self._values(text)
        if values is None and not self.literals[-1] and self.literals[-2].endswith(" "):
            # What comes last may be missing with the space before it.
            return self._values(f"{text} ")
        return values

    def _values(self, text: str) -> dict[str, str] | None:
        # By hand and not by a regular expression: this goes through the text once, whatever stands in it.
        if not text.startswith(self.literals[0]):
            return None
        values: dict[str, str] = {}
        start, last = len(self.literals[0]), len(self.names) - 1
        for at, name in enumerate(self.names):
            words = self.literals[at + 1]
            end = len(text) - len(words) if at == last else text.find(words, start)
            if (
                end < start
                or not text.startswith(words, end)
                or values.setdefault(name, text[start:end]) != text[start:end]
            ):
                return None
            start = end + len(words)
        return values


@dataclass
class _Search:
    """The catalog that one text is looked up in, and how often it may still be gone through."""

    catalog: Any
    looks: int = MOST_LOOKS


def said(text: str | Promise) -> str:
    """`text` in the language of the page, as far as the catalog knows it."""
    words = str(text)
    language = get_language()
    if is_english() or not language or not words or len(words) > _LONGEST:
        return words
    return _turned(trans_real.translation(language), words)


def phrase(text: str) -> str:
    """The same for a part of a sentence, such as a list of what is allowed."""
    language = get_language()
    if is_english() or not language or not text or len(text) > _LONGEST:
        return text
    return _value(_Search(trans_real.translation(language)), text, 1)


@lru_cache(maxsize=4096)
def _turned(catalog: Any, text: str) -> str:
    search = _Search(catalog)
    # A mere figure, such as “5 s”, has to be known by less than a sentence has.
    whole = _whole(search, text, depth=1 if _FIGURES.fullmatch(text) else 0)
    return _runs(search, text, depth=0) if whole is None else whole


def _runs(search: _Search, text: str, *, depth: int) -> str:
    """Each longest run of sentences that is known; one that nobody knows is left as it is."""
    parts, done = _SENTENCES.split(text), []
    if len(parts) > _MOST_PARTS:
        return text
    while parts:
        for length in range(min(len(parts), _LONGEST_RUN), 0, -1):
            run = " ".join(parts[:length])
            found = _whole(search, run, depth=depth)
            if found is not None or length == 1:
                done.append(run if found is None else found)
                parts = parts[length:]
                break
    return " ".join(done)


def _whole(search: _Search, text: str, *, depth: int) -> str | None:
    exact = _known(search.catalog).get(text)
    if exact is not None or not search.looks:
        return exact
    search.looks -= 1
    for template in _templates(search.catalog):
        if template.hint not in text or (template.weight < _TINY and not depth):
            continue
        values = template.values_in(text)
        if values is not None and (template.weight >= _WEAK or _are_plain(search, values)):
            return _filled(search, template, values, depth)
    return None


def _filled(search: _Search, template: _Template, values: dict[str, str], depth: int) -> str:
    turned = {name: value if name in NAMES else _value(search, value, depth + 1) for name, value in values.items()}
    if not template.singular:
        return (str(search.catalog.gettext(template.text)) % turned).strip()
    number = values.get("number", "").replace(",", "")
    count = int(number) if number.isascii() and number.isdigit() else 2
    return str(search.catalog.ngettext(template.singular, template.text, count)) % turned


def _value(search: _Search, value: str, depth: int) -> str:
    if not value or depth > 4:
        return value
    if _FIGURES.fullmatch(value):
        return localised(value)
    found = _whole(search, value, depth=depth)
    if found is None and value[0].isupper():
        # The beginning of a sentence may be a word that is kept for the middle of one.
        found = _whole(search, f"{value[0].lower()}{value[1:]}", depth=depth)
        found = found and f"{found[0].upper()}{found[1:]}"
    if found is None and not value.endswith("."):
        # A sentence may stand there without its full stop.
        found = _whole(search, f"{value}.", depth=depth)
        found = found and found.rstrip(".。")
    if found is None and _SENTENCES.search(value):
        return _runs(search, value, depth=depth)
    if found is None and ", " in value:
        return ", ".join(_value(search, part, depth + 1) for part in value.split(", "))
    return value if found is None else found


def _are_plain(search: _Search, values: dict[str, str]) -> bool:
    """Whether the parts of a short phrase are words of the studio, formats or figures, and not somebody's own words."""
    parts = [part for name, value in values.items() if name not in NAMES for part in value.split(", ")]
    return all(_PLAIN.fullmatch(part) or _whole(search, part, depth=3) is not None for part in parts)


@lru_cache(maxsize=16)
def _known(catalog: Any) -> dict[str, str]:
    # The catalog's own list, as JavaScriptCatalog reads it as well; plural forms have pairs for keys.
    entries = {key: catalog._catalog[key] for key in catalog._catalog.keys()}  # noqa: SIM118
    return {key: text for key, text in entries.items() if isinstance(key, str) and key and text and "%(" not in key}


@lru_cache(maxsize=16)
def _templates(catalog: Any) -> list[_Template]:
    keys = {key if isinstance(key, str) else key[0] for key in catalog._catalog.keys()}  # noqa: SIM118
    several = {many: one for many, one in PLURALS.items() if one in keys}
    found = [_template(key, "") for key in keys if "%(" in key and key not in several.values()]
    found += [_template(form, one) for many, one in several.items() for form in (one, many)]
    return sorted((each for each in found if each is not None), key=lambda each: -each.weight)


def _template(text: str, singular: str) -> _Template | None:
    literals, names, start = [""], [], 0
    for place in _PLACE.finditer(text):
        literals[-1] += text[start : place.start()] + ("" if place[1] else "%")
        if place[1]:
            names.append(place[1])
            literals.append("")
        start = place.end()
    literals[-1] += text[start:]
    weight = sum(each.isalpha() for literal in literals for each in literal)
    if not weight or not names:
        return None
    return _Template(text, singular, tuple(literals), tuple(names), max(literals, key=len).strip(), weight)
