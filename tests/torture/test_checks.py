"""The judgement itself: each thing that must not be is found, and a studio in which all is well is not accused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.media_factories import make_video
from tests.torture import checks
from tests.torture.facts import Attempt, Entry, Facts, Output, Take, Task

PRICE = Decimal("0.2209")
MakeTake = Callable[..., Take]


def attempt(outcome: str = "accepted", remote_id: str = "ldtask_1", **over: Any) -> Attempt:
    return replace(Attempt(1, outcome, remote_id if outcome == "accepted" else "", None, ""), **over)


def entries(*kinds: str, amount: Decimal | None = PRICE) -> tuple[Entry, ...]:
    return tuple(Entry(kind, 1, amount, "USD") for kind in ("estimated", "reserved", *kinds))


@pytest.fixture
def make(tmp_path: Path) -> MakeTake:
    """A take that is ready, paid for and whole; each test spoils one thing."""
    file = make_video(tmp_path / "take-1.mp4", seconds=1, size=(64, 48))
    digest, size = sha256(file.read_bytes()).hexdigest(), file.stat().st_size
    film = {"size": size, "sha256": digest, "seconds": 1}
    task = Task("ldtask_1", "tokenlab", "Take 1", "completed", PRICE, "USD", film)
    ready = Take(
        pk=1,
        door="TokenLab",
        state="ready",
        standing="settled",
        price=PRICE,
        estimate=PRICE,
        currency="USD",
        prompt="Take 1",
        attempts=(attempt(),),
        entries=entries("settled"),
        output=Output(file, digest, size),
        tasks=(task,),
    )
    return lambda **over: replace(ready, **over)


def unconfirmed(make: MakeTake, **over: Any) -> Take:
    unsure = {"standing": "possibly", "price": None, "entries": entries("possibly"), "output": None}
    return make(**{"state": "unconfirmed", "attempts": (attempt("unknown"),), **unsure, **over})


def kinds_of(*takes: Take, strays: tuple[Task, ...] = ()) -> list[str]:
    return [wrong.kind for wrong in checks.judge(Facts(takes, strays))]


def test_a_take_that_is_ready_whole_and_paid_for_is_right(make: MakeTake) -> None:
    assert kinds_of(make()) == []
    assert checks.differences(Facts((make(),))) == {}


def test_a_take_that_waits_for_a_person_is_right(make: MakeTake) -> None:
    assert kinds_of(unconfirmed(make)) == []
    assert kinds_of(unconfirmed(make, tasks=())) == []
    assert checks.differences(Facts((unconfirmed(make),))) == {}


@pytest.mark.parametrize("state", ["queued", "submitting", "waiting", "running", "fetching"])
def test_a_take_that_still_moves_is_wrong(make: MakeTake, state: str) -> None:
    assert "state" in kinds_of(make(state=state))


def test_a_take_whose_record_ark_has_erased_is_followed_on(make: MakeTake) -> None:
    task = replace(make().tasks[0], erased=True)
    held = {"standing": "reserved", "price": None, "entries": entries(), "output": None, "tasks": (task,)}
    take = make(state="waiting", door="Ark BytePlus", cancel_asked=True, **held)

    assert kinds_of(take) == []
    assert (checks.is_under_way(take), checks.differences(Facts((take,)))) == (False, {})
    assert kinds_of(replace(take, cancel_asked=False)) == ["state"]


def test_two_creates_of_one_take_are_found(make: MakeTake) -> None:
    take = make()
    second = replace(take.tasks[0], id="ldtask_2")

    assert kinds_of(replace(take, tasks=(*take.tasks, second))) == ["duplicate", "lost", "money"]


def test_one_task_of_two_takes_is_found(make: MakeTake) -> None:
    assert "duplicate" in kinds_of(make(), make(pk=2))


def test_a_task_that_no_take_knows_is_lost(make: MakeTake) -> None:
    stray = replace(make().tasks[0], id="ldtask_9", prompt="Take 9")

    assert kinds_of(make(), strays=(stray,)) == ["lost"]
    assert checks.differences(Facts((make(),), (stray,))) == {"USD": -PRICE}


def test_a_film_that_was_given_up_is_lost(make: MakeTake) -> None:
    given_up = make(state="expired", standing="possibly", entries=entries("possibly"), output=None)

    assert kinds_of(given_up) == ["lost", "money"]


def test_a_take_called_free_though_it_was_charged_is_found(make: MakeTake) -> None:
    released = make(
        state="failed", standing="released", price=None, entries=entries("released"), output=None, attempts=()
    )

    assert kinds_of(released) == ["lost", "money"]
    assert checks.differences(Facts((released,))) == {"USD": -PRICE}


def test_a_wrong_price_is_found(make: MakeTake) -> None:
    dear = make(price=PRICE * 2, entries=entries("settled", amount=PRICE * 2))

    assert kinds_of(dear) == ["money"]
    assert checks.differences(Facts((dear,))) == {"USD": PRICE}


def test_money_called_possibly_charged_is_only_right_where_nobody_knows(make: MakeTake) -> None:
    task = replace(make().tasks[0], status="failed", price=Decimal(0), currency="", film=None)
    failed = make(
        state="failed", standing="possibly", price=None, entries=entries("possibly"), output=None, tasks=(task,)
    )
    unsent = replace(failed, attempts=(attempt("not_sent"),), tasks=())

    assert kinds_of(failed) == ["money"]
    assert kinds_of(replace(failed, door="TokenHub")) == []
    assert kinds_of(unsent) == ["money"]


def test_a_ledger_that_ends_elsewhere_than_the_take_stands_is_found(make: MakeTake) -> None:
    assert kinds_of(make(entries=entries())) == ["money"]
    assert kinds_of(make(entries=entries("settled", "settled"))) == ["money"]


@pytest.mark.parametrize(
    ("over", "kinds"),
    [
        ({"door": "Ark BytePlus"}, ["state"]),
        ({"door": "TokenLab v3"}, ["state"]),
        ({"door": "TokenLab v3", "cancel_asked": True}, []),
        ({"door": "TokenLab v3", "tasks": ()}, []),
        ({"door": "Open API"}, []),
        ({"door": "Open API", "attempts": (attempt("unknown", claimed_id="req_1"),)}, ["state"]),
    ],
)
def test_a_take_that_could_be_proven_is_not_left_to_a_person(
    make: MakeTake, over: dict[str, Any], kinds: list[str]
) -> None:
    assert kinds_of(unconfirmed(make, **over)) == kinds


def test_another_file_than_the_gateways_is_found(make: MakeTake) -> None:
    take = make()
    assert take.output is not None
    take.output.path.write_bytes(take.output.path.read_bytes()[:-1])

    assert kinds_of(take) == ["file"]


def test_a_file_that_is_gone_is_lost(make: MakeTake) -> None:
    take = make()
    assert take.output is not None
    take.output.path.unlink()

    assert kinds_of(take) == ["lost"]


def test_a_file_left_over_is_found(make: MakeTake) -> None:
    take = make()
    assert take.output is not None
    take.output.path.with_name("incoming-1.mp4.part").write_bytes(b"half")

    assert kinds_of(take) == ["file"]
