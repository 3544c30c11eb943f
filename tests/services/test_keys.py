"""Gateway keys: taken once, shown never, chosen by gateway and label."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from studio.models import ProviderKey
from studio.services.keys import add_key

pytestmark = pytest.mark.django_db
SECRET = "sk-live-0123456789abcdef"


def add(**over: str) -> ProviderKey:
    values = {"provider": "tokenlab", "label": "Main", "base_url": "https://api.example.com/", "secret": SECRET}
    return add_key(**(values | over))  # type: ignore[arg-type]


def test_add_stores_the_secret_encrypted() -> None:
    key = add(secret=f"  {SECRET}\n")

    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM studio_providerkey")
        (stored,) = cursor.fetchone()
    assert SECRET not in stored
    assert (ProviderKey.objects.get().secret, key.hint, key.base_url) == (SECRET, "sk-…cdef", "https://api.example.com")
    assert SECRET not in f"{key!r} {key} {vars(key)} {vars(ProviderKey.objects.get())}"


@pytest.mark.parametrize("secret", ["", "   ", "sk-1", "sk-with a space in it"])
def test_add_of_what_is_no_key_is_refused_without_repeating_it(secret: str) -> None:
    with pytest.raises(ValidationError) as refused:
        add(secret=secret)

    assert refused.value.messages == ["That is not a key: it is too short, or has spaces in it."]


@pytest.mark.parametrize("label", ["", "  ", "x" * 81])
def test_add_needs_a_label(label: str) -> None:
    with pytest.raises(ValidationError, match="1 to 80"):
        add(label=label)


def test_add_with_a_label_that_is_taken_is_refused() -> None:
    add()

    with pytest.raises(ValidationError, match="already is a key for TokenLab with the label “Main”"):
        add(secret="sk-live-another-one")

    assert ProviderKey.objects.get().secret == SECRET
