"""Things named one after another."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from studio.services.enumerations import enumerated


@pytest.mark.parametrize(
    ("language", "line"), [("en", "red, blue"), ("fr", "red, blue"), ("uz", "red, blue"), ("zh-hans", "red、blue")]
)
def test_names_are_parted_as_the_language_parts_them(language: str, line: str) -> None:
    with override(language):
        assert enumerated(["red", "blue"]) == line


def test_nothing_is_named_by_no_words() -> None:
    assert enumerated([]) == ""
