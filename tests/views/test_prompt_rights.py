"""Who reads prompts, who writes them, and what strangers find."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from studio.choices import Role
from studio.models import Prompt, PromptVersion, User
from tests.factories import make_project
from tests.views.prompting import at, prompt

__all__ = ["prompt"]


POSTS = ["prompt-save", "prompt-rename", "prompt-archive", "prompt-unarchive"]


GETS = ["prompt-detail", "prompt-compare"]


@pytest.mark.parametrize("name", POSTS)
def test_a_reviewer_writes_nothing(
    client_of: Callable[[User], Client], prompt: Prompt, reviewer: User, name: str
) -> None:
    client = client_of(reviewer)

    assert client.post(at(name, prompt), {"text": "x", "title": "x"}).status_code == 403
    assert client.post(reverse("prompt-create", args=["tea"]), {"text": "x", "title": "x"}).status_code == 403
    assert PromptVersion.objects.count() == 2


@pytest.mark.parametrize("name", POSTS + GETS)
def test_an_outsider_finds_nothing(
    client_of: Callable[[User], Client], prompt: Prompt, outsider: User, name: str
) -> None:
    client = client_of(outsider)
    method = client.post if name in POSTS else client.get

    assert method(at(name, prompt)).status_code == 404
    assert client.get(reverse("prompt-list", args=["tea"])).status_code == 404
    assert client.get(reverse("prompt-create", args=["tea"])).status_code == 404


def test_a_prompt_is_only_found_in_its_project(
    client_of: Callable[[User], Client], prompt: Prompt, artist: User
) -> None:
    make_project({Role.ARTIST: artist}, slug="coffee")

    assert client_of(artist).get(reverse("prompt-detail", args=["coffee", prompt.pk])).status_code == 404


@pytest.mark.parametrize("name", [*POSTS, *GETS, "prompt-list", "prompt-create"])
def test_prompts_ask_for_signing_in(client: Client, prompt: Prompt, name: str) -> None:
    address = at(name, prompt) if name in POSTS + GETS else reverse(name, args=["tea"])

    assert client.post(address)["Location"] == f"{reverse('sign-in')}?next={address}"


@pytest.mark.parametrize("name", [*POSTS, *GETS, "prompt-list", "prompt-create"])
def test_prompts_refuse_other_methods(
    client_of: Callable[[User], Client], prompt: Prompt, artist: User, name: str
) -> None:
    client = client_of(artist)
    address = at(name, prompt) if name in POSTS + GETS else reverse(name, args=["tea"])

    wrong = {"prompt-create": "put", **dict.fromkeys(POSTS, "put")}.get(name, "post")

    assert getattr(client, wrong)(address).status_code == 405
