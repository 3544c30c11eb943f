"""A catalog of a few sentences, for tests of what a page or a mail says in another language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import polib  # type: ignore[import-untyped]
from django.conf import settings
from django.test import override_settings

PLURAL_RULE = "nplurals=2; plural=(n > 1);"


@contextmanager
def french_catalog(
    folder: Path, texts: Mapping[str, str], plurals: Mapping[tuple[str, str], tuple[str, str]]
) -> Iterator[None]:
    """Within the block French is what `texts` and `plurals` (both forms to both forms) say, before all else."""
    place = folder / "fr" / "LC_MESSAGES"
    place.mkdir(parents=True)
    catalog = polib.POFile()
    catalog.metadata = {"Content-Type": "text/plain; charset=UTF-8", "Plural-Forms": PLURAL_RULE}
    for text, translated in texts.items():
        catalog.append(polib.POEntry(msgid=text, msgstr=translated))
    for (one, many), forms in plurals.items():
        catalog.append(polib.POEntry(msgid=one, msgid_plural=many, msgstr_plural=dict(enumerate(forms))))
    catalog.save_as_mofile(str(place / "django.mo"))
    with override_settings(LOCALE_PATHS=[folder, *settings.LOCALE_PATHS]):
        yield
