"""Several keys for one model: which can do exactly this, at what price, which one is taken, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from studio.choices import Operation
from studio.models import ComposerDraft, Project, ProviderKey, Render, User
from studio.providers.estimates import Estimate
from studio.services import drafts
from studio.services.composer import compose
from studio.services.composition import Composition
from studio.services.doors import BY_HAND, Door, choose, doors, frozen, keys_of, next_doors, offers_of
from tests.factories import make_budget, make_key, make_output, make_project, make_render, make_request

pytestmark = pytest.mark.django_db
MODEL = "seedance-2.0-fast"


@pytest.fixture
def lab(db: None) -> ProviderKey:
    return make_key(label="Lab")


@pytest.fixture
def hub(lab: ProviderKey) -> ProviderKey:
    return make_key(provider="tokenhub", label="Hub", base_url="http://127.0.0.1:9/api/v1")


@pytest.fixture
def ink(hub: ProviderKey) -> ProviderKey:
    return make_key(provider="seedance", label="Ink", currency="credits")


def doors_of(project: Project, takes: int = 1, **over: Any) -> list[Door]:
    offers = [each for each in offers_of(keys_of(project)) if each.capability.studio_model == MODEL]
    return doors(offers=offers, request=make_request(**over), takes=takes)


def labels(found: list[Door]) -> list[str]:
    return [door.key.label for door in found]


def say(project: Project, user: User, **values: str) -> Composition:
    draft = drafts.draft_of(project=project, user=user)
    drafts.keep(draft=draft, values={"prompt": "A red car", "model": MODEL} | values, variables={})
    return compose(draft)


def priced(door: Door, amount: str | None, currency: str) -> Door:
    estimate = door.estimate
    assert estimate is not None
    price = Estimate(None if amount is None else Decimal(amount), currency, "", "", estimate.dated)
    return replace(door, estimate=price, hindrances=())


def test_keys_are_those_of_the_project_and_of_every_project_without_secrets(project: Project, lab: ProviderKey) -> None:
    mine, foreign, gone = make_key(label="Mine"), make_key(label="Foreign"), make_key(deleted_at=timezone.now())
    mine.projects.add(project)
    foreign.projects.add(make_project())

    found = keys_of(project)

    assert (found, gone in found) == ([lab, mine], False)
    assert [key.get_deferred_fields() for key in found] == [{"secret", "management_secret"}] * 2


def test_each_model_is_offered_once_per_key(project: Project, lab: ProviderKey, hub: ProviderKey) -> None:
    offers = [(offer.capability.studio_model, offer.key) for offer in offers_of(keys_of(project))]

    assert offers == [
        ("seedance-2.0", lab),
        ("seedance-2.0", hub),
        ("seedance-2.0-fast", lab),
        ("seedance-2.0-fast", hub),
        ("seedance-2.0-mini", lab),
    ]


def test_doors_stand_in_order_of_price_and_each_has_a_request_of_its_own(project: Project, hub: ProviderKey) -> None:
    found = doors_of(project)

    assert [(door.request.provider, door.request.model) for door in found] == [
        ("tokenlab", "seedance-2.0-fast"),
        ("tokenhub", "doubao-seedance-2.0-fast"),
    ]
    amounts = [door.amount for door in found]
    assert amounts == sorted(amount for amount in amounts if amount is not None)


def test_what_all_doors_say_is_the_requests_fault_and_no_doors(project: Project, hub: ProviderKey) -> None:
    found = doors_of(project, prompt=" ")

    assert [(door.is_open, len(door.problems)) for door in found] == [(True, 1)] * 2
    assert choose(found)[1] == "Cheapest of 2 that can do this."


def test_what_one_door_cannot_do_is_its_own_hindrance(project: Project, hub: ProviderKey) -> None:
    found = doors_of(project, seed=7)

    assert [(door.key.label, door.why_not) for door in found] == [
        ("Lab", ""),
        ("Hub", "Seedance 2.0 Fast takes no seed. Leave it empty."),
    ]
    assert choose(found) == (found[0], "The only one of 2 that can do this.")


def test_gateway_without_a_switch_for_sound_can_do_silent_requests_only(project: Project, ink: ProviderKey) -> None:
    with_sound, silent = doors_of(project, sound=True), doors_of(project, sound=False)

    assert [door.is_open for door in with_sound if door.key == ink] == [False]
    (door,) = [door for door in silent if door.key == ink]
    assert (door.is_open, door.amount, [each.field for each in door.warnings]) == (True, None, ["sound"])


def test_paused_key_is_listed_with_the_reason_and_not_chosen(
    project: Project, lab: ProviderKey, hub: ProviderKey
) -> None:
    ProviderKey.objects.filter(pk=lab.pk).update(paused_at=timezone.now())

    found = doors_of(project)

    assert [(door.key, door.why_not) for door in found] == [
        (hub, ""),
        (lab, "The key “Lab” is paused. Choose another gateway, or ask an admin."),
    ]
    assert choose(found) == (found[0], "The only one of 2 that can do this.")


def test_key_refused_by_its_gateway_says_so(project: Project, lab: ProviderKey) -> None:
    ProviderKey.objects.update(paused_at=timezone.now(), paused_by_studio=True, pause_reason="The gateway said: no")

    (door,) = doors_of(project)

    assert door.why_not == "The gateway refused the key “Lab”: it is paused until an admin has seen to it."
    assert choose([door]) == (door, "")


def test_cap_counts_all_takes_together(project: Project, lab: ProviderKey, hub: ProviderKey) -> None:
    ProviderKey.objects.filter(pk=lab.pk).update(monthly_cap=Decimal(1))

    one, eight = doors_of(project), doors_of(project, takes=8)

    assert (labels(one), labels(eight)) == (["Lab", "Hub"], ["Hub", "Lab"])
    assert [door.is_open for door in eight] == [True, False]


def test_currencies_are_never_compared_as_numbers(project: Project, hub: ProviderKey) -> None:
    lab_door, hub_door = doors_of(project)
    yuan = [priced(lab_door, "0.10", "CNY"), priced(hub_door, "0.90", "USD")]
    credits = [priced(lab_door, "1", "credits"), priced(hub_door, "9", "CNY")]
    unknown = [priced(lab_door, None, "USD"), priced(hub_door, "400", "credits")]

    chosen = [choose(sorted(each, key=lambda door: door.rank)) for each in (yuan, credits, unknown)]

    assert [(door and door.key.label, reason) for door, reason in chosen] == [
        ("Hub", "The only one with a price in USD; the other one has none that compares."),
        ("Hub", "The only one with a price in CNY; the other one has none that compares."),
        ("Hub", "The only one with a price in credits; the other one has none that compares."),
    ]


def test_same_price_goes_to_the_older_key(project: Project, lab: ProviderKey) -> None:
    make_key(label="Second")

    found = doors_of(project)

    assert labels(found) == ["Lab", "Second"]
    assert choose(found) == (found[0], "Cheapest of 2 that can do this.")


def test_no_price_at_all_takes_the_first_and_says_so(project: Project, hub: ProviderKey) -> None:
    found = [priced(door, None, "USD") for door in doors_of(project)]

    assert choose(found) == (found[0], "The first of 2 that can do this; none of them names a price in advance.")


def test_only_key_says_so(project: Project, lab: ProviderKey) -> None:
    found = doors_of(project)

    assert choose(found) == (found[0], "The only key for this model here.")


def test_pinned_door_has_no_stand_in(project: Project, lab: ProviderKey, hub: ProviderKey) -> None:
    found = doors_of(project, seed=7)
    other = make_key(label="Other")

    assert choose(found, hub) == (found[1], BY_HAND)
    assert choose(found, other) == (None, BY_HAND)


def test_next_doors_can_do_the_same_and_name_a_price(project: Project, ink: ProviderKey) -> None:
    found = doors_of(project, sound=False)
    chosen, _ = choose(found)
    assert chosen is not None

    further = next_doors(found, chosen)

    assert (labels(found), labels(further)) == (["Lab", "Hub", "Ink"], ["Hub"])
    assert frozen(further) == [{"key": further[0].key.pk, "estimate": "0.8000", "currency": "USD"}]


def test_next_doors_are_one_of_each_other_gateway_and_its_other_keys_stand_last(
    project: Project, lab: ProviderKey, hub: ProviderKey
) -> None:
    make_key(label="Lab 2")
    make_key(provider="tokenhub", label="Hub 2", base_url=hub.base_url)
    found = doors_of(project)

    further = next_doors(found, found[0])

    names = dict(ProviderKey.objects.values_list("pk", "label"))
    assert (labels(found), labels(further)) == (["Lab", "Lab 2", "Hub", "Hub 2"], ["Hub"])
    assert [names[kept["key"]] for kept in frozen(further)] == ["Hub", "Lab 2", "Hub 2"]


def test_next_doors_never_cost_more_than_what_is_shown_of_their_gateway(project: Project, hub: ProviderKey) -> None:
    make_key(label="Lab 2")
    chosen, twin, other = doors_of(project)
    dearer = [chosen, priced(twin, "9", "USD"), other]
    elsewhere = [chosen, priced(twin, "0.01", "CNY"), other]

    assert [len(frozen(next_doors(found, chosen))) for found in (dearer, elsewhere)] == [1, 1]


def test_only_gateway_has_no_next(project: Project, lab: ProviderKey) -> None:
    make_key(label="Lab 2")
    found = doors_of(project)

    assert next_doors(found, found[0]) == []


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
