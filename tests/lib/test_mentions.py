"""Finding `@Image1` and its like."""

from __future__ import annotations

import pytest

from studio.choices import AssetKind
from studio.lib import mentions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no mention", []),
        ("@Image1 walks to @Video2, hearing @Audio1.", ["@Image1", "@Video2", "@Audio1"]),
        ("让@Image1走向@image2", ["@Image1", "@Image2"]),
        ("mail me@image1.example, @Imagery, @Image, @Image1st", []),
        ("@Image1@Image2", ["@Image1", "@Image2"]),
    ],
)
def test_parse_finds_mentions_in_reading_order(text: str, expected: list[str]) -> None:
    assert [mention.word for mention in mentions.parse(text)] == expected


def test_parse_says_where_a_mention_stands() -> None:
    text = "Follow @Video12!"

    (mention,) = mentions.parse(text)

    assert mention == mentions.Mention(AssetKind.VIDEO, 12, 7, 15)
    assert text[mention.start : mention.end] == "@Video12"


def test_unknown_lists_what_the_tray_does_not_hold() -> None:
    text = "@Image1 @Image2 @Image3 @Image0 @Video1"

    found = mentions.unknown(text, {AssetKind.IMAGE: 2})

    assert [mention.word for mention in found] == ["@Image3", "@Image0", "@Video1"]
