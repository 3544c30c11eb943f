"""`manage.py reencrypt`: write every stored secret anew under the first of STUDIO_SECRET_KEYS."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studio.services.audit import Actor
from studio.services.encryption import renew_all


class Command(BaseCommand):
    """Says how many secrets were written anew, and which rows could not be read."""

    help = (
        "Encrypt every stored secret anew with the first of STUDIO_SECRET_KEYS. Put a new key first, run this while "
        "the old one is still in the list, then take the old one away."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Renew all that can be read; what cannot is left as it is, and makes the command fail."""
        found = renew_all(actor=Actor.shell())
        secrets = "1 secret was" if found.renewed == 1 else f"{found.renewed} secrets were"
        self.stdout.write(f"{secrets} encrypted anew.")
        if found.unreadable:
            raise CommandError(
                f"These cannot be read with the present STUDIO_SECRET_KEYS and were left as they are: "
                f"{', '.join(found.unreadable)}. Put the key back that they were stored with, and run this again; "
                "do not take any key away before."
            )
