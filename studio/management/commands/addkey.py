"""`manage.py addkey`: store a gateway key from the shell, read from standard input so that it is in no history."""

from __future__ import annotations

import getpass
import sys
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from studio.providers import registry
from studio.providers.addresses import UnsafeAddress, checked_base_url
from studio.services.keys import add_key


class Command(BaseCommand):
    """Adds a key and prints its masked form."""

    help = (
        "Store a gateway key. The secret is read from standard input or asked for, never taken from the command line."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """--provider, --label, --base-url and --secret-stdin."""
        parser.add_argument("--provider", required=True, choices=sorted(registry.PROVIDERS))
        parser.add_argument("--label", required=True, help="What people call this key")
        parser.add_argument("--base-url", default="", help="The gateway's address; its own by default")
        parser.add_argument("--secret-stdin", action="store_true", help="Read the secret from standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check the address, read the secret, store both."""
        secret = sys.stdin.readline() if options["secret_stdin"] else getpass.getpass("Key: ")
        try:
            base_url = checked_base_url(
                options["base_url"] or registry.get(options["provider"]).base_url,
                allow_loopback=settings.STUDIO_ALLOW_LOOPBACK_PROVIDERS,
            )
            key = add_key(provider=options["provider"], label=options["label"], base_url=base_url, secret=secret)
        except UnsafeAddress as error:
            raise CommandError(str(error)) from None
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self.stdout.write(f"Added {key.provider} key “{key.label}” ({key.hint}) for {key.base_url}")
