"""`{% together %}…{% endtogether %}`: a list of styles or scripts that a browser asks for as one file.

Sources stay small and a page names each, but twenty requests over HTTP/1.1 are seconds on a phone. Between the tags
stand `<link>` or `<script type="module">` elements, or includes of such, without conditions: the list has to be known
when the static files are collected (studio/management/static_files.py), which is when the files are joined. Where
nothing was collected, in tests and with STUDIO_DEBUG, the elements come out as they stand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from django import template
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template.base import Node, NodeList, Parser, TextNode, Token
from django.template.context import Context
from django.template.defaulttags import LoadNode
from django.template.engine import Engine
from django.template.loader_tags import IncludeNode
from django.templatetags.static import StaticNode
from django.utils.html import format_html

register = template.Library()

ELEMENTS = {
    ".css": '<link rel="stylesheet" href="{}">',
    # Behind styles and posters: a page can be looked at before it listens.
    ".js": '<script type="module" src="{}" fetchpriority="low"></script>',
}


class Together(Node):
    """Styles, or scripts, in the order in which they stand."""

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    @cached_property
    def files(self) -> tuple[str, ...]:
        """Their names below static/, as "css/base.css"; a TemplateSyntaxError for what is no list of one kind."""
        files = tuple(_files(self.nodelist))
        if len({kind_of(file) for file in files} & ELEMENTS.keys()) != 1:
            raise template.TemplateSyntaxError(f"Styles or scripts go together, and not {files}.")
        return files

    def render(self, context: Context) -> str:
        """The element of the joined file, else what stands between the tags."""
        # Only SpareStatics joins; the plain storage of tests does not know how.
        find = getattr(staticfiles_storage, "joined", None)
        address = find(joined_name(self.files)) if find else None
        return format_html(ELEMENTS[kind_of(self.files[0])], address) if address else self.nodelist.render(context)


@register.tag
def together(parser: Parser, token: Token) -> Together:
    """The block tag."""
    nodelist = parser.parse(("endtogether",))
    parser.delete_first_token()
    return Together(nodelist)


def kind_of(file: str) -> str:
    """The ending of a file's name, with its dot."""
    return Path(file).suffix


def joined_name(files: tuple[str, ...]) -> str:
    """What the file made of these is called, before its content is hashed into its name."""
    kind = kind_of(files[0])
    # Beside its parts, so that their relative addresses still hold.
    return f"{kind[1:]}/together-{hashlib.sha256(' '.join(files).encode()).hexdigest()[:10]}{kind}"


def _files(nodes: NodeList) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, StaticNode):
            yield node.path.var
        elif isinstance(node, IncludeNode):
            yield from _files(Engine.get_default().get_template(node.template.var).nodelist)
        elif isinstance(node, Together):
            yield from node.files
        elif not isinstance(node, TextNode | LoadNode):
            raise template.TemplateSyntaxError(f"{node!r} makes a list that is not known before a page is asked for.")
