"""Joined, hashed and compressed static files, made again only when something in them changed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.template.engine import Engine
from whitenoise.storage import CompressedManifestStaticFilesStorage

from studio.templatetags.together import Together, joined_name, kind_of

STAMP = ".fingerprint"
# Of others, as they came, nothing is touched.
OWN = ("css/", "js/")
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_JS_COMMENT = re.compile(r"^[ \t]*(?://[^\n]*|/\*\*?(?:[^*]|\*(?!/))*\*/)\n", re.MULTILINE)
_INDENT = re.compile(r"\n\s+")


class SpareStatics(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise is not typed
    """Served without what only its authors read (a sixth of all, once compressed), and each `{% together %}` as one."""

    def get_modified_time(self, name: str) -> datetime:
        """Always older than its source, so that every collect copies it anew: a copy is made into something else."""
        return datetime.fromtimestamp(0, UTC)

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """Spare, joined, then hashed and compressed."""
        if not dry_run:
            for name in paths:
                if name.startswith(OWN):
                    path = Path(self.path(name))
                    path.write_text(spare(name, path.read_text()))
            paths = paths | {name: (self, name) for name in self._join()}
        yield from super().post_process(paths, dry_run=dry_run, **options)

    def _join(self) -> Iterator[str]:
        for files in sorted(lists()):
            texts = [Path(self.path(file)).read_text() for file in files]
            name = joined_name(files)
            Path(self.path(name)).write_text(join(name, texts))
            yield name

    def joined(self, name: str) -> str | None:
        """The address of a joined file; None where files are served as they are, or where it was not made."""
        known = not settings.DEBUG and self.hash_key(name) in self.hashed_files
        return str(self.url(name)) if known else None


def lists() -> set[tuple[str, ...]]:
    """What our templates want together."""
    templates = (Engine.get_default().get_template(path.relative_to(root).as_posix()) for root, path in _templates())
    nodes = (node for each in templates for node in each.nodelist.get_nodes_by_type(Together))
    return {node.files for node in nodes if isinstance(node, Together)}


def join(name: str, texts: list[str]) -> str:
    """Files of one kind as one; a script keeps its names and its failure to itself, as a module of its own does."""
    if kind_of(name) == ".js":
        texts = [f"try {{\n{text}\n}} catch (error) {{ reportError(error); }}" for text in texts]
    return "\n".join(texts)


def spare(name: str, text: str) -> str:
    """A style sheet without comments and indentation, a script without lines that are comments."""
    if name.endswith(".css"):
        return _INDENT.sub("\n", _CSS_COMMENT.sub("", text))
    return _JS_COMMENT.sub("", text) if name.endswith(".js") else text


def collect_when_changed() -> bool:
    """Bring the served copies up to date; True when there was something to do."""
    root, fingerprint = Path(settings.STATIC_ROOT), _fingerprint()
    stamp = root / STAMP
    if stamp.exists() and stamp.read_text() == fingerprint:
        return False
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(fingerprint)
    return True


def _fingerprint() -> str:
    # What is done with the files counts like the files.
    summary = hashlib.sha256(Path(__file__).read_bytes())
    for line in sorted(_sources()):
        summary.update(line.encode())
    return summary.hexdigest()


def _templates() -> Iterator[tuple[Path, Path]]:
    for root in map(Path, Engine.get_default().dirs):
        yield from ((root, path) for path in sorted(root.rglob("*.html")))


def _sources() -> Iterator[str]:
    files = [(path, Path(storage.path(path))) for finder in get_finders() for path, storage in finder.list([])]
    # A template says which files go together.
    for name, path in [*files, *((str(path), path) for _root, path in _templates())]:
        status = path.stat()
        yield f"{name} {status.st_size} {status.st_mtime_ns}\n"
