from __future__ import annotations

import pytest

from studio.lib.masking import REMOVED, hint, holds, mask, redact_request


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Incorrect key provided: sk-abc123def456.", f"Incorrect key provided: {REMOVED}"),
        ("key sk-ab***********9f2c, retry", f"key {REMOVED}, retry"),
        ("mt-0123456789 and th-0123456789", f"{REMOVED} and {REMOVED}"),
        ("sd2_live_abc", REMOVED),
        ("Authorization: Bearer abc123def456ghi", f"Authorization: Bearer {REMOVED}"),
        ("https://files.test/a.mp4?sig=1&x=2 expired", f"https://files.test/a.mp4?{REMOVED} expired"),
        ("https://user:pass@files.test/a.mp4", "https://files.test/a.mp4"),
        ("http://studio.test/r/eyJhbGciOi/a.png", f"http://studio.test/r/{REMOVED}/a.png"),
        ("Not Found: /hooks/eyJhbGciOi/", f"Not Found: /hooks/{REMOVED}/"),
        ("http://studio.test/hooks/3Qb8-_x/", f"http://studio.test/hooks/{REMOVED}/"),
        ("data:image/png;base64,AAAABBBB", "data:image/png,[30 characters]"),
    ],
)
def test_mask_removes_what_looks_secret(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "A task-driven robot asks: basic lighting, the bearer of news",
        "the 19th-century street, risk-taking",
        "https://docs.test/page",
        "",
    ],
)
def test_mask_leaves_prompts_alone(text: str) -> None:
    assert mask(text) == text


def test_mask_removes_a_given_secret_in_plain_and_quoted_form() -> None:
    text = "got odd+secret/1 and odd%2Bsecret%2F1"

    assert mask(text, "odd+secret/1") == f"got {REMOVED} and {REMOVED}"


def test_mask_removes_a_key_without_any_shape_when_it_is_named() -> None:
    secret = "1f3c9a52-7be0-4d1c-9a55-0c6d2e8f9b21"

    assert mask(f"Bad credentials {secret}.", secret) == f"Bad credentials {REMOVED}."


def test_redact_request_copies_without_secrets_or_bulk() -> None:
    payload = {
        "prompt": "a red ball",
        "duration": 5,
        "Authorization": "Bearer x",
        "reference_images": ["data:image/png;base64," + "A" * 1000, "https://studio.test/r/token/a.png"],
        "metadata": {"api_key": "x", "seed": None, "watermark": False},
    }

    redacted = redact_request(payload)

    assert redacted == {
        "prompt": "a red ball",
        "duration": 5,
        "Authorization": REMOVED,
        "reference_images": ["data:image/png,[1022 characters]", f"https://studio.test/r/{REMOVED}/a.png"],
        "metadata": {"api_key": REMOVED, "seed": None, "watermark": False},
    }
    assert payload["Authorization"] == "Bearer x"


@pytest.mark.parametrize(
    ("secret", "shown"),
    [
        ("sk-0123456789abcd9f2c", "sk-…9f2c"),
        ("th-0123456789abcd9f2c", "th-…9f2c"),
        ("mt-0123456789abcd9f2c", "mt-…9f2c"),
        ("sd2_live_0123456789abcd", "sd2_live_…abcd"),
        ("1f3c9a52-7be0-4d1c-9a55-0c6d2e8f9b21", "…9b21"),
        ("abc-0123456789abcd9f2c", "…9f2c"),
        ("short", "…"),
    ],
)
def test_hint_shows_prefix_and_last_four(secret: str, shown: str) -> None:
    assert hint(secret) == shown


@pytest.mark.parametrize(
    "said", ["a+b/c&d1", "A+B/C&D1", "a%2bb%2Fc%26d1", "a%2Bb/c%26d1", "a+b/c&amp;d1", r"a+b\/c&d1"]
)
def test_mask_knows_a_given_secret_in_every_spelling(said: str) -> None:
    assert (mask(f"got {said}.", "a+b/c&d1"), holds(said, "a+b/c&d1")) == (f"got {REMOVED}.", True)


def test_mask_takes_out_a_given_secret_whole_although_its_beginning_looks_like_a_key() -> None:
    assert mask("No sk-ab12cd34+ef/gh.", "sk-ab12cd34+ef/gh") == f"No {REMOVED}."


def test_nothing_holds_no_secret() -> None:
    assert (holds("anything", ""), holds("", "secret-1")) == (False, False)


def test_redact_request_takes_secrets_out_of_names_as_well() -> None:
    assert redact_request({"secret-1 is": {"secret-1": 2}}, "secret-1") == {f"{REMOVED} is": {REMOVED: 2}}
