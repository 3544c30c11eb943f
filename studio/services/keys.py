"""Gateway keys: adding one, and choosing one for a render."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from studio.lib.masking import hint
from studio.models import ProviderKey, User


def add_key(*, provider: str, label: str, base_url: str, secret: str, created_by: User | None = None) -> ProviderKey:
    """Store a key, its secret encrypted. Raises ValidationError in the person's words.

    The caller has checked `base_url` with `providers.http.check_base_url`.
    """
    secret, label = secret.strip(), label.strip()
    if not 0 < len(label) <= 80:
        raise ValidationError("Give the key a label of 1 to 80 characters.")
    if len(secret) < 8 or any(character.isspace() for character in secret):
        raise ValidationError("That is not a key: it is too short, or has spaces in it.")
    try:
        with transaction.atomic():
            return ProviderKey.objects.create(
                provider=provider,
                label=label,
                base_url=base_url.rstrip("/"),
                secret=secret,
                hint=hint(secret),
                created_by=created_by,
            )
    except IntegrityError as error:
        raise ValidationError(f"There already is a {provider} key with the label “{label}”.") from error


def usable_keys() -> list[ProviderKey]:
    """The keys that may be rendered with, oldest first, without their secrets."""
    return list(ProviderKey.objects.filter(paused_at=None).defer("secret"))


def choose_key(*, provider: str, label: str = "") -> ProviderKey:
    """The key of `provider` named `label`, or the first usable one; raises ValidationError when there is none."""
    keys = [key for key in usable_keys() if key.provider == provider and label in {"", key.label}]
    if not keys:
        which = f"with the label “{label}” " if label else ""
        raise ValidationError(
            f"There is no usable {provider} key {which}here. An admin adds one with manage.py addkey."
        )
    return keys[0]
