"""Which listed task is believed to be the one that was lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from studio.providers.answers import Proof, ProofKind
from studio.providers.ark import parse, proof
from studio.providers.requests import Dispatch
from tests.providers.ark.factories import SEED, SENT_AT, TASK, ark_request, listed, make_lost

FOUND = Proof(ProofKind.FOUND, TASK)
MOMENT = int(SENT_AT.timestamp())


def _judged(*items: dict[str, Any], is_whole: bool = True, **over: Any) -> Proof:
    return proof.judged(make_lost(**over), parse.page({"items": list(items)}), is_whole=is_whole)


def test_task_with_our_seed_is_ours() -> None:
    assert _judged(listed()) == FOUND


def test_task_with_our_seed_goes_before_those_that_tell_none() -> None:
    assert _judged(listed(), listed(id="cgt-other", seed=None)) == FOUND


@pytest.mark.parametrize(
    "over",
    [
        {"seed": 1},
        {"model": "dreamina-seedance-2-0-fast-260128"},
        {"resolution": "480p"},
        {"ratio": "9:16"},
        {"duration": 6},
        {"duration": "6"},
        {"generate_audio": False},
        {"created_at": MOMENT - 121},
        {"created_at": MOMENT + 601},
    ],
)
def test_task_that_differs_in_anything_told_is_not_ours(over: dict[str, Any]) -> None:
    assert _judged(listed(**over)).kind == ProofKind.ABSENT


@pytest.mark.parametrize(
    "over",
    [
        {"duration": "5"},
        {"created_at": MOMENT - 120},
        {"created_at": None},
        {"ratio": None, "duration": None, "generate_audio": None, "resolution": None, "model": None},
    ],
)
def test_what_the_list_leaves_out_speaks_against_nothing(over: dict[str, Any]) -> None:
    assert _judged(listed(**over)) == FOUND


def test_adaptive_take_may_have_any_ratio() -> None:
    assert _judged(listed(ratio="4:3"), request=ark_request(aspect_ratio="adaptive")) == FOUND


def test_task_of_another_take_is_not_ours() -> None:
    assert _judged(listed(), known_ids=frozenset({TASK})).kind == ProofKind.ABSENT


def test_two_that_could_be_it_are_unclear() -> None:
    assert _judged(listed(), listed(id="cgt-other")).kind == ProofKind.UNCLEAR


def test_task_shown_on_two_pages_is_one() -> None:
    assert _judged(listed(), listed()) == FOUND


@pytest.mark.parametrize(("status", "kind"), [("running", ProofKind.UNCLEAR), ("succeeded", ProofKind.FOUND)])
def test_task_without_a_seed_is_believed_once_it_can_tell_no_more(status: str, kind: ProofKind) -> None:
    item = listed(seed=None, status=status, content={"video_url": "https://ark.test/a.mp4"})

    assert _judged(item).kind == kind


@pytest.mark.parametrize("over", [{"dispatch": Dispatch()}, {"request": ark_request(seed=-1), "dispatch": Dispatch()}])
def test_without_a_seed_of_ours_the_task_has_to_end_first(over: dict[str, Any]) -> None:
    assert _judged(listed(), **over).kind == ProofKind.UNCLEAR


def test_list_that_was_not_read_to_its_end_proves_no_absence() -> None:
    assert _judged(is_whole=False).kind == ProofKind.UNCLEAR
    assert _judged(listed(), is_whole=False) == FOUND


@pytest.mark.parametrize(
    ("moments", "is_past"),
    [
        ([MOMENT + 5, MOMENT - 500], True),
        ([MOMENT + 5, MOMENT - 10], False),
        ([MOMENT - 500, MOMENT + 5], False),
        ([MOMENT - 500, MOMENT + 5, MOMENT - 600], False),
        ([MOMENT + 5, None, MOMENT - 500], False),
        ([], False),
    ],
)
def test_reading_stops_only_where_new_comes_before_old(moments: list[int | None], is_past: bool) -> None:
    tasks = parse.page({"items": [listed(id=f"cgt-{number}", created_at=at) for number, at in enumerate(moments)]})

    assert proof.is_past(make_lost(sent_at=SENT_AT + timedelta(0)), tasks) == is_past


@pytest.mark.parametrize("document", [{}, {"items": {}}, {"items": None, "total": 3}, {"items": [{"id": "../a"}]}])
def test_odd_list_is_unreadable(document: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="holds no"):
        parse.page(document)


def test_empty_list_may_leave_its_items_out() -> None:
    assert parse.page({"total": 0}) == []


@pytest.mark.parametrize(
    ("over", "rivals", "kind"),
    [
        ({}, (SEED,), ProofKind.UNCLEAR),
        ({}, (SEED + 1, None), ProofKind.FOUND),
        ({"seed": None, "status": "failed"}, (SEED + 1,), ProofKind.UNCLEAR),
        ({"seed": None, "status": "failed"}, (), ProofKind.FOUND),
    ],
)
def test_task_that_may_be_that_of_another_unanswered_take_is_unclear(
    over: dict[str, Any], rivals: tuple[int | None, ...], kind: ProofKind
) -> None:
    assert _judged(listed(**over), rivals=rivals).kind == kind
