"""Several keys for one model: which can do exactly this, at what price, which one is taken, and why."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from studio.models import Project, ProviderKey
from studio.providers.estimates import Estimate
from studio.services.doors import BY_HAND, Door, choose, doors, frozen, keys_of, next_doors, offers_of
from tests.factories import make_key, make_project, make_request
from tests.services.doors import MODEL, hub, ink, lab, labels

__all__ = ["hub", "ink", "lab"]
pytestmark = pytest.mark.django_db


def doors_of(project: Project, takes: int = 1, **over: Any) -> list[Door]:
    offers = [each for each in offers_of(keys_of(project)) if each.capability.studio_model == MODEL]
    return doors(offers=offers, request=make_request(**over), takes=takes)


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
