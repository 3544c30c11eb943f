"""What the sources say to people: every text that is marked for translation, and words that are not."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

from django.conf import settings
from django.template import Template
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

ROOT = Path(settings.BASE_DIR)
# Names, which no language translates.
KEPT = {"Rushes", "CSV"}
SHOWN_ATTRIBUTES = {
    "aria-label",
    "aria-description",
    "aria-valuetext",
    "title",
    "placeholder",
    "alt",
    "label",
    "data-tells",
}
SHOWN_DETAILS = re.compile(r"(hx|data)-(label|said|without|with-words|[\w-]*confirm|keys|words)$")
UNSEEN = {"script", "style", "kbd", "code"}
TOKEN = re.compile(
    r"{%\s*comment\b.*?{%\s*endcomment\s*%}|{%\s*blocktranslate\b.*?{%\s*endblocktranslate\s*%}"
    r"|{%\s*block page_class\s*%}.*?{%\s*endblock\s*%}|{#.*?#}|{%.*?%}|{{.*?}}",
    re.DOTALL,
)
WORD = re.compile(r"[A-Za-z]+(?:[’'][a-z]+)?")
MARKS = {"_", "gettext", "gettext_lazy", "gettext_noop", "english"}
COUNTED = {"ngettext", "ngettext_lazy", "plural"}
MARKS_IN_CONTEXT = {"pgettext", "pgettext_lazy"}
SCRIPT_MARK = re.compile(r'\b(n|p)?gettext\(\s*"((?:[^"\\]|\\.)*)"(?:,\s*"((?:[^"\\]|\\.)*)")?')


@dataclass(frozen=True)
class Text:
    """One text as the catalogs know it."""

    words: str
    context: str = ""
    plural: str = ""


def templates() -> list[Path]:
    """Every template of the studio."""
    return sorted((ROOT / "templates").rglob("*.html"))


def scripts() -> list[Path]:
    """Every script that a page loads."""
    return sorted((ROOT / "static" / "js").glob("*.js"))


def modules() -> list[Path]:
    """Every module of the studio."""
    return sorted((ROOT / "studio").rglob("*.py"))


class _Bare(HTMLParser):
    """Collects the words of a template that stand outside of everything that translates."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in UNSEEN
        is_description = ("name", "description") in attrs
        for name, value in attrs:
            is_shown = name in SHOWN_ATTRIBUTES or SHOWN_DETAILS.match(name) or (name == "content" and is_description)
            if is_shown and value:
                self._look(value)

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in UNSEEN

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._look(data)

    def _look(self, text: str) -> None:
        if set(WORD.findall(text)) - KEPT:
            self.found.append(" ".join(text.split()))


def bare_words(source: str) -> list[str]:
    """The texts of a template that no tag translates: between its elements, in attributes, and handed to others."""
    parser = _Bare()
    parser.feed(TOKEN.sub(" … ", source))
    parser.close()
    return [*parser.found, *_bare_arguments(source)]


def _bare_arguments(source: str) -> Iterator[str]:
    for token in (match.group() for match in TOKEN.finditer(source)):
        if re.match(r"{%-?\s*(translate|comment)|{#", token):
            continue
        for head, text in re.findall(r'(\w+[=:]_\(|\w+[=:])"([^"]*)"', token):
            is_shown = re.match(r"[A-Z]", text) and not head.endswith("_(") and head != "cut:"
            is_date = head in {"date:", "time:"}
            if (is_date and not set(text) <= set("cUYmd-")) or (is_shown and not is_date):
                yield f'{head}"{text}"'


def bare_script_words(source: str) -> list[str]:
    """Texts of a script that begin as a sentence does and stand outside of `gettext`."""
    code = re.sub(r"(?m)(^|[\s;{}])//.*$", r"\1", source)
    code = SCRIPT_MARK.sub("", code)
    literals = re.findall(r'"((?:[^"\\\n]|\\.)*)"|`([^`]*)`', code)
    texts = [plain or shaped for plain, shaped in literals]
    return [text for text in texts if re.match(r"[A-Z][a-z]+ [a-z]", text) or re.search(r"} [a-z]{2,}", text)]


@cache
def all_texts(domain: str) -> frozenset[Text]:
    """Every text of a domain: what the server says, or what the scripts say."""
    if domain == "djangojs":
        return frozenset(text for path in scripts() for text in script_texts(path))
    of_templates = {text for path in templates() for text in template_texts(path)}
    return frozenset(of_templates | {text for path in modules() for text in module_texts(path)})


def template_texts(path: Path) -> Iterator[Text]:
    """Every text that a template has translated."""
    source = path.read_text()
    nodes = Template(source).nodelist
    for node in nodes.get_nodes_by_type(TranslateNode):
        assert isinstance(node, TranslateNode)
        yield Text(_escaped(node.filter_expression.var.literal), _context(node))
    for block in nodes.get_nodes_by_type(BlockTranslateNode):
        assert isinstance(block, BlockTranslateNode)
        singular, plural = (block.render_token_list(part)[0] for part in (block.singular, block.plural))
        yield Text(singular, _context(block), plural)
    for match in TOKEN.finditer(source):
        for words in re.findall(r'_\("([^"]*)"\)', match.group()):
            yield Text(_escaped(words))


def _context(node: TranslateNode | BlockTranslateNode) -> str:
    found = node.message_context
    return str(found.var) if found else ""


def _escaped(words: str) -> str:
    return words.replace("%", "%%")


def module_texts(path: Path) -> Iterator[Text]:
    """Every text that a module marks."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        given = [each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
        if node.func.id in MARKS and given:
            yield Text(given[0])
        # A lazy one names its number as the third.
        elif node.func.id in COUNTED and len(given) in {2, 3}:
            yield Text(given[0], plural=given[1])
        elif node.func.id in MARKS_IN_CONTEXT and len(given) == 2:
            yield Text(given[1], given[0])


def script_texts(path: Path) -> Iterator[Text]:
    """Every text that a script marks."""
    for kind, first, second in SCRIPT_MARK.findall(path.read_text()):
        first, second = (ast.literal_eval(f'"{part}"') for part in (first, second))
        yield Text(second, first) if kind == "p" else Text(first, plural=second)


def listed(found: Mapping[str, Iterable[object]]) -> str:
    """Every finding on a line of its own, which no report cuts short."""
    return "\n".join(f"{where}: {each}" for where, findings in found.items() for each in findings)
