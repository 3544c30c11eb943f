"""Rendering from the shell without naming a gateway, and over a budget."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from studio.models import AuditEntry, Project, ProviderKey, Render
from tests.factories import make_budget, make_key
from tests.management.rendering import ask_all, key, media, run

__all__ = ["key", "media"]
pytestmark = pytest.mark.django_db


def ask(*words: str) -> dict[str, object]:
    row = ask_all(*words)
    return {name: row[name] for name in ("provider", "model", "key", "door_reason")}


def test_render_without_a_provider_goes_through_the_cheapest_door(project: Project, key: ProviderKey) -> None:
    make_key(provider="tokenhub", label="Hub")

    assert ask("--model", "doubao-seedance-2.0-fast") == {
        "provider": "tokenlab",
        "model": "seedance-2.0-fast",
        "key": "Sandbox",
        "door_reason": "Cheapest of 2 that can do this.",
    }


@pytest.mark.parametrize(
    ("words", "reason"),
    [(["--key", "Hub"], "Chosen by hand."), (["--provider", "tokenhub"], "The only key for this model here.")],
)
def test_render_keeps_to_the_named_key_or_provider(
    project: Project, key: ProviderKey, words: list[str], reason: str
) -> None:
    make_key(provider="tokenhub", label="Hub")

    assert ask("--model", "Seedance 2.0", *words) == {
        "provider": "tokenhub",
        "model": "doubao-seedance-2.0",
        "key": "Hub",
        "door_reason": reason,
    }


def test_render_with_a_label_of_two_gateways_asks_which(project: Project, key: ProviderKey) -> None:
    make_key(provider="tokenhub", label="Sandbox")

    with pytest.raises(CommandError, match="Several gateways have a key “Sandbox”: say which with --provider"):
        call_command(
            "render", "--project", "tea", "--model", "Seedance 2.0", "--operation", "text-to-video", "--key", "Sandbox"
        )


@pytest.mark.parametrize("words", [["--provider", "tokenhub"], ["--key", "Hub"]])
def test_render_says_which_gateway_has_no_such_model(project: Project, words: list[str]) -> None:
    make_key(provider="tokenhub", label="Hub")
    make_key(label="Lab")

    with pytest.raises(CommandError) as refused:
        call_command(
            "render", "--project", "tea", "--model", "Seedance 2.0 Mini", "--operation", "text-to-video", *words
        )

    assert str(refused.value) == ("TokenHub has no model “Seedance 2.0 Mini”; it has Seedance 2.0, Seedance 2.0 Fast.")


def test_render_says_when_no_key_has_such_a_model(project: Project, key: ProviderKey) -> None:
    with pytest.raises(CommandError, match="There is no model “seedance-9” here. Known: Seedance 2.0, "):
        call_command("render", "--project", "tea", "--model", "seedance-9", "--operation", "text-to-video")


def test_render_over_a_budget_is_refused_and_goes_out_with_a_reason(project: Project, key: ProviderKey) -> None:
    make_budget(project, amount=0)

    with pytest.raises(CommandError) as refused:
        run()
    run("--override", "Paid by the client")

    assert str(refused.value).endswith("or go over it with --override and a reason.")
    assert Render.objects.count() == 1
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.actor_name, entry.detail.partition(". ")[2]) == (
        "budget-override",
        "shell",
        "Paid by the client",
    )
