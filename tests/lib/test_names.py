"""`@Name` in a remark: who is meant, and which words are only words."""

from __future__ import annotations

import pytest

from studio.lib.names import mentioned, split

NAMES = ["Ada", "Ada Artist", "Zoë K.", "李雷"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ask @Ada Artist, please", {"Ada Artist"}),
        ("@ada artist and @ADA", {"Ada Artist", "Ada"}),
        ("(@Ada)", {"Ada"}),
        ("@Ada Artists", {"Ada"}),
        ("@Adam", set()),
        ("mail ada@Ada", set()),
        ("@Zoë K. knows", {"Zoë K."}),
        ("@李雷 看看", {"李雷"}),
        ("Ada Artist", set()),
        ("@", set()),
        ("@Nobody", set()),
    ],
)
def test_mentioned_are_those_whose_whole_name_is_written(text: str, expected: set[str]) -> None:
    assert mentioned(text, NAMES) == expected


def test_split_keeps_every_letter() -> None:
    assert split("Hi @ada: look", NAMES) == [("Hi ", False), ("@ada", True), (": look", False)]
    assert split("nobody here", NAMES) == [("nobody here", False)]
    assert split("", NAMES) == []
