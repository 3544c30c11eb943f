"""`{% together %}`: as they stand where nothing was collected, one file where it was, and only what is known before."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.template.base import Node

from studio.templatetags import together

STYLES = (
    '{% load static %}{% together %}<link rel="stylesheet" href="{% static "css/a.css" %}">'
    '<link rel="stylesheet" href="{% static "css/b.css" %}">{% endtogether %}'
)


def node_of(text: str) -> Node:
    (node,) = Template(text).nodelist.get_nodes_by_type(together.Together)
    return node


def test_together_is_each_for_itself_where_nothing_was_collected() -> None:
    assert Template(STYLES).render(Context()) == (
        '<link rel="stylesheet" href="/static/css/a.css"><link rel="stylesheet" href="/static/css/b.css">'
    )


def test_together_is_one_element_where_the_storage_has_joined_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "staticfiles_storage", SimpleNamespace(joined=lambda name: f"/kept/{name}"))
    name = together.joined_name(("css/a.css", "css/b.css"))

    assert Template(STYLES).render(Context()) == f'<link rel="stylesheet" href="/kept/{name}">'


def test_together_is_each_for_itself_where_the_storage_has_not_joined_it(monkeypatch: pytest.MonkeyPatch) -> None:
    apart = Template(STYLES).render(Context())
    monkeypatch.setattr(together, "staticfiles_storage", SimpleNamespace(joined=lambda name: None))

    assert Template(STYLES).render(Context()) == apart


def test_together_knows_what_it_includes_in_its_order() -> None:
    node = node_of(
        '{% load static %}{% together %}{% include "comments/_styles.html" %}'
        '<link rel="stylesheet" href="{% static "css/a.css" %}">{% endtogether %}'
    )

    assert node.files == ("css/comments.css", "css/comment-form.css", "css/a.css")  # type: ignore[attr-defined]


def test_joined_name_tells_another_order_apart() -> None:
    names = [together.joined_name(files) for files in (("js/a.js", "js/b.js"), ("js/b.js", "js/a.js"))]

    assert ([name[:12] for name in names], names[0] == names[1]) == (["js/together-"] * 2, False)


@pytest.mark.parametrize(
    "inside",
    [
        '{% if 1 %}<script src="{% static "js/a.js" %}"></script>{% endif %}',
        '<script src="{% static "js/a.js" %}"></script><link href="{% static "css/a.css" %}">',
        "nothing",
    ],
)
def test_together_refuses_what_is_no_list_of_one_kind(inside: str) -> None:
    node = node_of(f"{{% load static %}}{{% together %}}{inside}{{% endtogether %}}")

    with pytest.raises(TemplateSyntaxError):
        node.files  # type: ignore[attr-defined]  # noqa: B018
