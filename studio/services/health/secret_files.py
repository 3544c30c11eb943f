"""Whether the files that hold secrets are their owner's alone, and whether the encryption key is one."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import Error, connection

from studio.lib.secret_files import is_open_to_others
from studio.models import ProviderKey
from studio.models.encryption import cipher, has_keys
from studio.services.health import keys
from studio.services.health.findings import Finding, ok, problem

NAMES = ("secret-key", "provider-key")
RESTORE = "Put STUDIO_SECRET_KEYS or the file provider-key back as it was; a backup holds it."


def permissions() -> Finding:
    """Sessions lie in the database, so its file counts as well."""
    files = [settings.STUDIO_DATA_DIR / name for name in NAMES]
    if connection.vendor == "sqlite":
        files.append(Path(str(connection.settings_dict["NAME"])))
    if wrong := [file for file in files if is_open_to_others(file)]:
        names = " ".join(str(file) for file in wrong)
        found = f"{len(wrong)} of {len(files)} can be read by other accounts of this machine."
        return problem("secret files", found, f"chmod 600 {names}")
    return ok("secret files", "Only their owner can read them.")


def encryption() -> Finding:
    """Whether secrets can be stored and read at all; makes no key."""
    check = "encryption key"
    stored = _stored()
    if not has_keys():
        if stored:
            return problem(check, "The file provider-key is missing, and the stored secrets need it.", RESTORE)
        return ok(check, "There is none yet; the first secret that is stored makes it.")
    try:
        cipher()
    except (ImproperlyConfigured, ValueError, OSError):
        return problem(check, "The key that encrypts the stored secrets cannot be used.", RESTORE)
    if stored and all(keys.is_unreadable(key) for key in stored):
        return problem(check, "It is another one than the stored secrets were encrypted with.", RESTORE)
    return ok(check, "It is there.")


def _stored() -> list[ProviderKey]:
    try:
        return list(ProviderKey.objects.present())
    except Error:
        # What the database lacks is said by the looks at it.
        return []
