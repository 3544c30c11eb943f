"""What the composer shows of its doors: the one it takes, the others, and why one is shut."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from studio.choices import Operation
from studio.models import ComposerDraft, Project, ProviderKey, Render, User
from studio.services import drafts
from studio.services.composer import compose
from studio.services.composition import Composition
from studio.services.doors import BY_HAND
from tests.factories import make_budget, make_key, make_output, make_render
from tests.services.doors import MODEL, hub, ink, lab, labels

__all__ = ["hub", "ink", "lab"]
pytestmark = pytest.mark.django_db


def say(project: Project, user: User, **values: str) -> Composition:
    draft = drafts.draft_of(project=project, user=user)
    drafts.keep(draft=draft, values={"prompt": "A red car", "model": MODEL} | values, variables={})
    return compose(draft)


def test_composer_takes_the_cheapest_and_lists_the_others(project: Project, artist: User, hub: ProviderKey) -> None:
    composition = say(project, artist)

    assert (labels(composition.doors), composition.key and composition.key.label) == (["Lab", "Hub"], "Lab")
    assert composition.door_reason == "Cheapest of 2 that can do this."
    assert (composition.gateway_words, composition.further) == ("Cheapest: TokenLab", [])
    assert [choice.value for choice in composition.options.models] == [
        "seedance-2.0",
        "seedance-2.0-fast",
        "seedance-2.0-mini",
    ]


@pytest.mark.parametrize("operation", Operation.values)
def test_what_is_not_there_yet_rules_out_no_gateway(
    project: Project, artist: User, ink: ProviderKey, operation: str
) -> None:
    make_key(provider="ark", label="Ark", base_url="http://127.0.0.1:9/api/v3")

    composition = say(project, artist, operation=operation, prompt="", sound="")

    # What an extension costs hangs on the take that it goes on from.
    assert (composition.can_be_done, composition.total is None) == (True, operation == Operation.VIDEO_EXTENSION)


def test_composer_keeps_a_pinned_key_and_shows_its_problems(project: Project, artist: User, hub: ProviderKey) -> None:
    pinned = say(project, artist, key=str(hub.pk))
    unable = say(project, artist, key=str(hub.pk), aspect_ratio="21:9")

    assert (pinned.key, pinned.door_reason, pinned.problems) == (hub, BY_HAND, [])
    assert (unable.key, list(unable.problem_of)) == (hub, ["aspect_ratio"])


def test_chip_names_a_gateway_alone_where_nothing_compares(project: Project, artist: User, lab: ProviderKey) -> None:
    only = say(project, artist)
    make_key(provider="seedance", label="Ink", currency="credits")
    beside_credits = say(project, artist, sound="")

    assert [len(each.doors) for each in (only, beside_credits)] == [1, 2]
    assert [each.gateway_words for each in (only, beside_credits)] == ["TokenLab", "TokenLab"]


def test_paused_key_over_its_cap_gives_one_reason(project: Project, artist: User, hub: ProviderKey) -> None:
    ProviderKey.objects.filter(pk=hub.pk).update(paused_at=timezone.now(), monthly_cap=0)

    composition = say(project, artist, key=str(hub.pk))

    assert [problem.message for problem in composition.problems] == [
        "The key “Hub” is paused. Choose another gateway, or ask an admin."
    ]


def test_gateway_without_a_switch_for_sound_leaves_the_draft_its_own(
    project: Project, artist: User, ink: ProviderKey
) -> None:
    pinned, free = say(project, artist, key=str(ink.pk)), say(project, artist, key="")

    assert [each.values["sound"] for each in (pinned, free)] == ["on", "on"]
    assert [each.request and each.request.sound for each in (pinned, free)] == [False, True]


def test_composer_offers_what_the_pinned_gateway_has(project: Project, artist: User, hub: ProviderKey) -> None:
    free, pinned = say(project, artist), say(project, artist, key=str(hub.pk))

    def ruled_out(composition: Composition) -> dict[str, str]:
        lists = (composition.options.models, composition.options.operations, composition.options.aspect_ratios)
        return {choice.value: choice.reason for choices in lists for choice in choices if choice.reason}

    assert ruled_out(free) == {}
    assert ruled_out(pinned) == {
        "seedance-2.0-mini": (
            "The gateway chosen here does not offer Seedance 2.0 Mini. Choose another gateway first."
        ),
        "video-extension": "TokenHub has no way to extend a take: its guide names no field for an earlier task.",
        "4:3": "4:3 only at TokenLab.",
        "3:4": "3:4 only at TokenLab.",
        "21:9": "21:9 only at TokenLab.",
    }
    assert (free.capability and free.capability.seed is None, pinned.capability and pinned.capability.seed) == (
        False,
        None,
    )


def test_composer_says_which_key_a_pin_is_that_misses_the_model(
    project: Project, artist: User, hub: ProviderKey
) -> None:
    composition = say(project, artist, key=str(hub.pk), model="seedance-2.0-mini")

    assert composition.problem_of == {
        "key": "The key “Hub” does not offer Seedance 2.0 Mini. Choose another gateway or another model."
    }


def test_composer_says_when_no_key_offers_the_model(project: Project, artist: User, lab: ProviderKey) -> None:
    composition = say(project, artist, model="seedance-1.5-pro")

    assert composition.problem_of == {
        "model": "No key of this project offers Seedance 1.5 Pro. Choose another model, or ask an admin."
    }


@pytest.mark.parametrize(
    "name", ["seedance-2.0-fast", "Seedance 2.0 Fast", "tokenlab:seedance-2.0-fast", "doubao-seedance-2.0-fast"]
)
def test_composer_understands_every_name_of_a_model(
    project: Project, artist: User, hub: ProviderKey, name: str
) -> None:
    assert say(project, artist, model=name).values["model"] == "seedance-2.0-fast"


def test_extension_goes_through_the_key_of_its_take(project: Project, artist: User, hub: ProviderKey) -> None:
    cheaper = make_key(label="Twin")
    take = make_render(project, cheaper)
    make_output(take)
    take.attempts.create(number=1, key=cheaper, base_url=cheaper.base_url, remote_id="ldtask_1")

    composition = say(
        project, artist, operation=Operation.VIDEO_EXTENSION, source_take=str(take.pk), aspect_ratio="adaptive"
    )

    assert (composition.key, composition.problems, composition.extendable) == (cheaper, [], [take])
    assert composition.door_reason == "The only one of 3 that can do this."


def test_project_that_allows_it_shows_where_it_is_tried_next(project: Project, artist: User, hub: ProviderKey) -> None:
    Project.objects.update(tries_next_gateway=True)
    project.refresh_from_db()

    free, pinned = say(project, artist), say(project, artist, key=str(hub.pk))

    assert (labels(free.further), pinned.further) == (["Hub"], [])


def test_what_is_shown_changes_with_the_door_and_its_fallbacks(
    project: Project, artist: User, hub: ProviderKey
) -> None:
    plain = say(project, artist).shown
    Project.objects.update(tries_next_gateway=True)
    project.refresh_from_db()
    with_next = say(project, artist).shown
    pinned = say(project, artist, key=str(hub.pk)).shown

    assert len({plain, with_next, pinned}) == 3


@pytest.mark.parametrize("keys", [1, 8])
def test_compose_asks_the_database_as_often_for_any_number_of_keys(
    project: Project, artist: User, keys: int, django_assert_num_queries: Callable[[int], Any]
) -> None:
    for _ in range(keys):
        make_key(provider="tokenhub", monthly_cap=Decimal(100))
    draft: ComposerDraft = drafts.draft_of(project=project, user=artist)

    # Keys, budgets, where quoting is stopped, and what is paid and held with the capped ones.
    with django_assert_num_queries(4):
        compose(draft)

    assert Render.objects.count() == 0


def test_door_over_the_budget_is_open_but_stands_behind_and_is_never_the_next(
    project: Project, artist: User, lab: ProviderKey, hub: ProviderKey
) -> None:
    Project.objects.update(tries_next_gateway=True)
    project.refresh_from_db()
    # Room for what the one takes, and not for the other.
    make_budget(project, amount=Decimal("0.70"))

    composition = say(project, artist)

    assert [(door.key.label, door.is_open, door.is_within) for door in composition.doors] == [
        ("Lab", True, True),
        ("Hub", True, False),
    ]
    assert (composition.further, composition.door_reason) == ([], "Cheapest of 2 that can do this.")
    assert composition.doors[1].why_not.startswith("This goes over the project’s budget of $0.70 a month by $0.10")
