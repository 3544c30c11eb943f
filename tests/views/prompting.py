"""A prompt of the project, and the addresses of its pages."""

from __future__ import annotations

import pytest
from django.urls import reverse

from studio.models import Project, Prompt
from tests.factories import make_prompt


@pytest.fixture
def prompt(project: Project) -> Prompt:
    return make_prompt(project, "A red car.", "A blue car for {hero} and @Image1.", title="Opening")


def at(name: str, prompt: Prompt) -> str:
    return reverse(name, args=["tea", prompt.pk])
