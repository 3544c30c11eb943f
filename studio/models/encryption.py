"""Encryption at rest: a text field kept under the keys of STUDIO_SECRET_KEYS, or under a key file made once."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

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


class EncryptedTextField(models.TextField):
    """Plain text in Python, a Fernet token in the database."""

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt on the way in."""
        return None if value is None else cipher().encrypt(str(value).encode()).decode()

    def from_db_value(self, value: Any, *_: Any) -> Any:
        """Decrypt on the way out; a token of no known key is an error, never passed on as if it were the text."""
        if value is None:
            return None
        try:
            return cipher().decrypt(value.encode()).decode()
        except InvalidToken as error:
            raise ImproperlyConfigured(
                "A stored gateway key cannot be read with the present STUDIO_SECRET_KEYS. Put the earlier key back."
            ) from error
