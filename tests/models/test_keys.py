"""Secrets at rest: encrypted in the database and in memory, readable only with a present key, and rotated."""

from __future__ import annotations

import pickle
from collections.abc import Iterator

import pytest
from cryptography.fernet import Fernet
from django.core import serializers
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from studio.models import ProviderKey
from studio.models.encryption import UnreadableSecret, cipher
from tests.factories import make_key, make_project, make_render

pytestmark = pytest.mark.django_db
SECRET = "sk-live-0123456789abcdef"


@pytest.fixture(autouse=True)
def fresh_cipher() -> Iterator[None]:
    cipher.cache_clear()
    yield
    cipher.cache_clear()


def test_secret_is_read_back_and_stays_through_saves() -> None:
    key = make_key(secret=SECRET)
    stored = ProviderKey.objects.get()

    stored.label = "Renamed"
    stored.save()
    key.refresh_from_db()

    assert (stored.secret, key.secret, ProviderKey.objects.get().secret) == (SECRET,) * 3


def test_secret_is_changed_by_saving_another() -> None:
    key = make_key(secret=SECRET)

    key.secret = "sk-live-another-one"
    key.save(update_fields=["secret"])
    ProviderKey.objects.filter(pk=key.pk).update(label="x")

    assert ProviderKey.objects.get().secret == "sk-live-another-one"


def test_secret_is_in_no_dump_pickle_or_text() -> None:
    make_key(secret=SECRET)
    key = ProviderKey.objects.get()

    told = serializers.serialize("json", [key]), pickle.dumps(key), repr(vars(key)), f"{key!r}{key}"

    assert [text for text in told if SECRET in str(text)] == []


def test_secret_comes_back_from_a_dump() -> None:
    make_key(secret=SECRET)
    dump = serializers.serialize("json", ProviderKey.objects.all())
    ProviderKey.objects.all().delete()

    for item in serializers.deserialize("json", dump):
        item.save()

    assert ProviderKey.objects.get().secret == SECRET


def test_secret_is_rotated(settings: Settings) -> None:
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    settings.STUDIO_SECRET_KEYS = [old]
    make_key(secret=SECRET)
    cipher.cache_clear()
    settings.STUDIO_SECRET_KEYS = [new, old]

    assert ProviderKey.objects.get().secret == SECRET


def test_secret_of_an_unknown_key_is_an_error_only_where_it_is_needed(settings: Settings) -> None:
    settings.STUDIO_SECRET_KEYS = [Fernet.generate_key().decode()]
    key = make_key(secret=SECRET)
    render = make_render(make_project(), key)
    cipher.cache_clear()
    settings.STUDIO_SECRET_KEYS = [Fernet.generate_key().decode()]

    found = type(render).objects.select_related("key").get(pk=render.pk)

    assert found.key.label == key.label
    with pytest.raises(UnreadableSecret, match="Put the earlier key back") as error:
        found.key.secret  # noqa: B018
    assert SECRET not in str(error.value)


def test_secret_keys_of_a_wrong_form_are_named(settings: Settings) -> None:
    settings.STUDIO_SECRET_KEYS = ["nonsense"]

    with pytest.raises(ImproperlyConfigured, match="Fernet"):
        make_key()
