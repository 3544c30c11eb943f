"""The catalogs of the interface: `python -m tests.messages` gathers every text of code, templates and scripts anew and
compiles what is translated. Needs GNU gettext's xgettext and msgmerge; what runs the studio needs neither."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import django
import polib  # type: ignore[import-untyped]
from django.conf import settings
from django.core.management import call_command
from django.core.management.commands import makemessages
from django.utils.translation import to_locale

from tests import environment

__all__ = ["environment"]
DOMAINS = {"django": ["html", "py"], "djangojs": ["js"]}
OTHERS = ["tests/*", "data/*", "staticfiles/*", "node_modules/*"]
# As in Django's own catalogs, which the two have to agree with in one process.
PLURALS = {
    "id": "nplurals=1; plural=0;",
    "zh-hans": "nplurals=1; plural=0;",
    "uz": "nplurals=1; plural=0;",
    "fr": "nplurals=2; plural=(n > 1);",
    "sv": "nplurals=2; plural=(n != 1);",
}
WIDTH = 110
HELP = "make messages needs GNU gettext. Debian: sudo apt-get install gettext. macOS: brew install gettext.\n"


class Gather(makemessages.Command):
    """As Django does it, but a text that is merely alike is never taken for the translation of a new one."""

    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]
    # What knows no Django marks its texts with these, of `lib/english.py`.
    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=english:1", "--keyword=plural:1,2"]


def languages() -> list[str]:
    """Every language but the one that the texts are written in."""
    return [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


def catalog_of(language: str, domain: str) -> Path:
    """Where the texts of one language stand."""
    return Path(settings.LOCALE_PATHS[0]) / to_locale(language) / "LC_MESSAGES" / f"{domain}.po"


def header(language: str) -> dict[str, str]:
    """What stands above a catalog: nothing that differs from machine to machine or from day to day."""
    return {
        "Project-Id-Version": "Rushes",
        "Report-Msgid-Bugs-To": "",
        "Language": to_locale(language),
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": PLURALS[language],
    }


def save(catalog: polib.POFile, path: Path, language: str) -> None:
    """Write a catalog and, beside it, its compiled form, the same bytes for the same texts."""
    catalog.header = f"The texts of Rushes: {dict(settings.LANGUAGES)[language]}."
    catalog.metadata, catalog.wrapwidth = header(language), WIDTH
    catalog.metadata_is_fuzzy = False
    catalog.save(str(path))
    catalog.save_as_mofile(str(path.with_suffix(".mo")))


def gather() -> None:
    """Bring all catalogs up to what the code says now; translations of texts that are gone go too."""
    for language in languages():
        for domain in DOMAINS:
            path = catalog_of(language, domain)
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                save(polib.POFile(), path, language)
    for domain, kinds in DOMAINS.items():
        found = [to_locale(language) for language in languages()]
        options = {"domain": domain, "extensions": kinds, "ignore_patterns": OTHERS, "verbosity": 0}
        call_command(Gather(), locale=found, no_location=True, no_obsolete=True, **options)
    for language in languages():
        for path in (catalog_of(language, domain) for domain in DOMAINS):
            save(polib.pofile(str(path)), path, language)


def main() -> int:
    """Gather and compile; say how much is left to translate."""
    if not shutil.which("xgettext") or not shutil.which("msgmerge"):
        sys.stderr.write(HELP)
        return 1
    gather()
    for language in languages():
        left = sum(len(polib.pofile(str(catalog_of(language, domain))).untranslated_entries()) for domain in DOMAINS)
        sys.stdout.write(f"{language}: {left} left to translate\n")
    return 0


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
    django.setup()
    sys.exit(main())
