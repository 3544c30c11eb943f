"""Words that stand in a template are looked up once for each language."""

from __future__ import annotations

from django.template import Context, Template
from django.utils import translation


def test_kept_words_follow_the_language() -> None:
    template = Template('{% translate "Yes" %}')

    said = []
    for language in ("en-gb", "fr", "sv", "en-gb", "fr"):
        with translation.override(language):
            said.append(template.render(Context()))

    with translation.override("fr"):
        french = translation.gettext("Yes")
    with translation.override("sv"):
        swedish = translation.gettext("Yes")
    assert said == ["Yes", french, swedish, "Yes", french]


def test_nothing_is_kept_where_no_language_is_active() -> None:
    template = Template('{% translate "Yes" %}')
    (node,) = template.nodelist

    for _ in range(3):
        with translation.override(None):
            assert template.render(Context()) == "Yes"

    assert vars(node)["_kept"] == {}


def test_words_of_a_variable_and_with_options_are_django_s_own() -> None:
    template = Template('{% translate word %}|{% translate "Yes" as kept %}{{ kept }}|{% translate "100%" noop %}')

    assert template.render(Context({"word": "Yes"})) == "Yes|Yes|100%"
