"""Forms of prompts: a new one, its next version, its title, and which two versions to compare."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from studio.forms.styling import StyledForm
from studio.models import Prompt, PromptVersion


def _text_field() -> forms.CharField:
    # The class of the box that paints mentions and variables, as in the composer.
    widget = forms.Textarea(attrs={"rows": 9, "class": "prompt-text"})
    return forms.CharField(label=_("Prompt"), max_length=20_000, widget=widget)


class TitleForm(StyledForm):
    """A prompt's title."""

    title = forms.CharField(label=_("Title"), max_length=160)


class VersionForm(StyledForm):
    """The text of the next version, and which version it was written from."""

    text = _text_field()
    note = forms.CharField(
        label=_("What changed"), max_length=200, required=False, help_text=_("A few words for the history.")
    )
    based_on = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, prompt: Prompt, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._prompt = prompt

    def clean_based_on(self) -> PromptVersion | None:
        """The version of that number, or none: where a text came from never stands in the way of saving it."""
        number = self.cleaned_data.get("based_on")
        return self._prompt.versions.filter(number=number).first() if number else None


class PromptForm(TitleForm):
    """A new prompt: title and the text of version 1."""

    text = _text_field()


class CompareForm(forms.Form):
    """Which two versions to compare; left out, the newest and the one before it."""

    old = forms.IntegerField(required=False, min_value=1)
    new = forms.IntegerField(required=False, min_value=1)
