"""Encryption at rest: a text field kept under the keys of STUDIO_SECRET_KEYS, or under a key file made once."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from studio.lib.secret_files import kept_secret


@lru_cache
def cipher() -> MultiFernet:
    """The keys in use: the first one encrypts, all of them decrypt."""
    keys = settings.STUDIO_SECRET_KEYS or [
        kept_secret(settings.STUDIO_DATA_DIR / "provider-key", lambda: Fernet.generate_key().decode())
    ]
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError as error:
        raise ImproperlyConfigured(
            "STUDIO_SECRET_KEYS must hold Fernet keys (44 characters each, separated by commas)."
        ) from error


def has_keys() -> bool:
    """Whether there are keys already; `cipher` makes the file that is not there."""
    known = settings.STUDIO_SECRET_KEYS or cipher.cache_info().currsize
    return bool(known) or (settings.STUDIO_DATA_DIR / "provider-key").exists()


def reader() -> MultiFernet:
    """The keys in use, for what they encrypted earlier: one made now would read none of it.

    Raises UnreadableSecret when there are none.
    """
    if not has_keys():
        raise UnreadableSecret
    return cipher()


class UnreadableSecret(ImproperlyConfigured):
    """A stored secret belongs to none of the present keys."""

    def __init__(self) -> None:
        super().__init__(
            "A stored gateway key cannot be read with the present STUDIO_SECRET_KEYS. Put the earlier key back."
        )


class Token(str):
    """What lies in the database. A row keeps it like this, so that neither a dump nor a traceback shows the text."""


class Decrypted(DeferredAttribute):
    """Decrypts when the attribute is read, so that an unreadable secret stops nobody who does not need it."""

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if not isinstance(value, Token):
            return value
        if not value:
            return ""
        try:
            return reader().decrypt(value.encode()).decode()
        except InvalidToken:
            # A token of no known key is an error, never passed on as if it were the text.
            raise UnreadableSecret from None

    def __set__(self, instance: Any, value: Any) -> None:
        if isinstance(value, str) and not isinstance(value, Token):
            value = encrypted(value)
        instance.__dict__[self.field.attname] = value


def encrypted(text: str) -> Token:
    """The text as it is stored; nothing stays nothing, so that the database can be asked where something is."""
    return Token(cipher().encrypt(text.encode()).decode() if text else "")


def renewed(token: Token) -> Token:
    """The same text under the first of the present keys; raises UnreadableSecret when none of them fits."""
    if not token:
        return token
    try:
        return Token(reader().rotate(token.encode()).decode())
    except InvalidToken:
        raise UnreadableSecret from None


class EncryptedTextField(models.TextField):
    """Plain text in Python, a Fernet token in the database and in the row's memory."""

    descriptor_class = Decrypted

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt on the way in."""
        return value if value is None or isinstance(value, Token) else encrypted(str(value))

    def from_db_value(self, value: Any, *_: Any) -> Any:
        """Keep the token; it is decrypted where it is used."""
        return None if value is None else Token(value)

    def pre_save(self, model_instance: Any, add: bool) -> Any:
        """The token that the row holds."""
        return model_instance.__dict__.get(self.attname)

    def value_from_object(self, obj: models.Model) -> Any:
        """For dumps and forms: the token, since neither is a place for the text."""
        held = obj.__dict__.get(self.attname)
        return str.__str__(held) if isinstance(held, Token) else held

    def to_python(self, value: Any) -> Any:
        """A token that comes back from a dump is kept, not encrypted once more."""
        if value is None or isinstance(value, Token):
            return value
        if not value:
            return Token("")
        try:
            cipher().decrypt(str(value).encode())
        except InvalidToken:
            return str(value)
        return Token(value)
