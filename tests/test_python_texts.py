"""No sentence for people stands bare in Python: it is translated at once (`_`), or marked as stored English."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.environment import BASE_DIR

PACKAGE = BASE_DIR / "studio"
# What people read, as far as Python says it. The shell's, the doctor's and the demo's own words stay English.
PARTS = ("access.py", "forms", "jobs", "media", "providers", "services", "templatetags", "views")
ENGLISH_ONLY = re.compile(
    r"services/(health/|shell|demo|encryption|metrics|polling|manifests)|jobs/outside|views/(health|styleguide)"
)
TRANSLATES = {
    "_",
    "gettext",
    "gettext_lazy",
    "ngettext",
    "ngettext_lazy",
    "pgettext",
    "english",
    "english_count",
    "plural",
}
# Takes words that a person reads: their first ones, the keyword `label` and so on.
SPEAKS = {"ValidationError", "PermissionDenied", "TooFast", "FarOff", "Problem", "Rejected", "UnsafeAddress", "note"}
MESSAGES = {"success", "info", "warning", "error", "add_error"}
WORDY = {"label", "help_text", "empty_label", "reason", "meaning", "advice", "problem", "said", "text"}
SENTENCE = re.compile(r"[A-Za-z]{2,}[ ’'][A-Za-z]|^[A-Z][a-z]+$")


def sources() -> Iterator[Path]:
    for part in PARTS:
        place = PACKAGE / part
        yield from (path for path in ([place] if place.is_file() else sorted(place.rglob("*.py"))))


def name_of(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def speaks(call: ast.Call) -> bool:
    """Whether what the call is handed is read by people; `log.error` and its like are not."""
    if isinstance(call.func, ast.Attribute):
        owner = getattr(call.func.value, "id", "")
        return name_of(call) == "add_error" or (owner == "messages" and name_of(call) in MESSAGES)
    return name_of(call) in SPEAKS


def handed(call: ast.Call) -> Iterator[ast.expr]:
    if speaks(call):
        yield from call.args
    yield from (keyword.value for keyword in call.keywords if keyword.arg in WORDY)


def literals(node: ast.expr) -> Iterator[str]:
    """The literal words in an expression, without those that are handed to something which translates."""
    if isinstance(node, ast.Call) and (name_of(node) in TRANSLATES or name_of(node) in {"reverse", "get", "filter"}):
        return
    if isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            yield from literals(child)


def bare_words(source: str) -> list[str]:
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return [words for call in calls for given in handed(call) for words in literals(given) if SENTENCE.search(words)]


def early_words(source: str) -> list[str]:
    """What `gettext` translates while the module is read, and so for everybody in the language of that moment."""
    tree = ast.parse(source)
    if not any(
        isinstance(node, ast.ImportFrom) and alias.name == "gettext" and node.module == "django.utils.translation"
        for node in ast.walk(tree)
        for alias in getattr(node, "names", ())
    ):
        return []
    late = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for part in ast.walk(node)
    }
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and id(node) not in late)
    return [ast.unparse(call) for call in calls if name_of(call) in {"_", "gettext"}]


def filled_early(source: str) -> list[str]:
    """`%` behind a translation that is inside of it: the catalog does not know a sentence with its values."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and name_of(node) in TRANSLATES)
    return [ast.unparse(call) for call in calls if call.args and isinstance(call.args[0], ast.JoinedStr | ast.BinOp)]


def found_by(look: object) -> list[str]:
    found = []
    for path in sources():
        inside = path.relative_to(PACKAGE).as_posix()
        if not ENGLISH_ONLY.search(inside):
            found += [f"{inside}: {words}" for words in look(path.read_text())]  # type: ignore[operator]
    return found


def test_sentences_for_people_are_marked() -> None:
    assert found_by(bare_words) == []


def test_nothing_is_translated_while_a_module_is_read() -> None:
    assert found_by(early_words) == []


def test_sentences_are_whole_where_they_are_marked() -> None:
    assert found_by(filled_early) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('raise ValidationError("Choose a take.")', ["Choose a take."]),
        ('raise ValidationError({"text": f"At most {most} letters."})', ["At most  letters."]),
        ('messages.success(request, "All is saved.")', ["All is saved."]),
        ('forms.CharField(label="Name")', ["Name"]),
        ('raise ValidationError(_("Choose a take."))', []),
        ('log.error("take %s: nobody could be told", 5)', []),
    ],
)
def test_bare_words_are_found(source: str, found: list[str]) -> None:
    assert bare_words(source) == found


def test_early_and_glued_words_are_found() -> None:
    early = 'from django.utils.translation import gettext as _\nHERE = _("All is saved.")'

    assert early_words(early) == ["_('All is saved.')"]
    assert filled_early('_(f"Take {number} is ready.")') == ["_(f'Take {number} is ready.')"]
