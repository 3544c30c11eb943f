"""A seed stands for the same takes, faults and kills each time."""

from __future__ import annotations

from collections import Counter
from itertools import islice

from studio.sandbox.faults import FAULTS as KNOWN
from tests.torture.plan import DOORS, FAULTS, ROLES, kills, orders


def test_seed_gives_the_same_orders_and_kills_again() -> None:
    again = [list(islice(kills(7, 2, (10, 100), tuple(ROLES)), 50)) for _ in range(2)]

    assert orders(7, 200) == orders(7, 200)
    assert orders(7, 200) != orders(8, 200)
    assert again[0] == again[1]
    assert again[0] != list(islice(kills(8, 2, (10, 100), tuple(ROLES)), 50))


def test_orders_go_to_every_door_alike_and_no_two_have_the_same_prompt() -> None:
    asked = orders(7, 600)

    assert Counter(order.door for order in asked) == {door.name: 100 for door in DOORS}
    assert len({order.prompt for order in asked}) == 600


def test_orders_have_every_fault_and_only_such_as_the_sandbox_knows() -> None:
    found = {order.fault for order in orders(7, 3000)}
    wanted = {*FAULTS, *(fault for door in DOORS for fault in door.own_faults)}

    assert wanted <= found
    assert found - {""} <= set(KNOWN)


def test_orders_leave_out_what_is_still_fetched_hours_later() -> None:
    endless = {"expired-link", "not-a-video", "no-url", "unauthorized"}

    assert endless & {order.fault for order in orders(7, 3000)} == set()


def test_kills_hit_every_role_on_both_machines() -> None:
    drawn = list(islice(kills(7, 2, (10, 100), tuple(ROLES)), 300))

    assert {(kill.machine, kill.role) for kill in drawn} == {(machine, role) for machine in (0, 1) for role in ROLES}
    assert all(10 <= kill.steps <= 100 and 0 <= kill.pick < 1 for kill in drawn)
