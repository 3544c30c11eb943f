"""`manage.py addkey`: store a gateway key from the shell, read from standard input so that it is in no history."""

from __future__ import annotations

import getpass
import sys
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from studio.models import Project, ProviderKey
from studio.providers import registry
from studio.services import key_checks
from studio.services.audit import Actor
from studio.services.key_rows import gateway_name
from studio.services.keys import add_key, set_limits


class Command(BaseCommand):
    """Adds a key and prints its masked form."""

    help = (
        "Store a gateway key. The secret is read from standard input or asked for, never taken from the command line."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """What the key is, where its secrets come from, and what it may do."""
        parser.add_argument("--provider", required=True, choices=sorted(registry.PROVIDERS))
        parser.add_argument("--label", required=True, help="What people call this key")
        parser.add_argument("--base-url", default="", help="The gateway's address; its own by default")
        parser.add_argument("--route", default="", help="Which of the gateway's routes, where it has several")
        parser.add_argument("--secret-stdin", action="store_true", help="Read the secret from standard input")
        parser.add_argument(
            "--with-balance-token",
            action="store_true",
            help="Read or ask for a second line: the token that may read the account's balance",
        )
        parser.add_argument("--project", action="append", default=[], help="Only for this project (repeatable)")
        parser.add_argument("--monthly-cap", default="", help="The most to spend in a month, in the key's currency")
        parser.add_argument("--max-running", type=int, default=None, help="How many takes may run at once")
        parser.add_argument("--per-minute", type=int, default=None, help="How many takes may be sent in a minute")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read the secrets, store the key with its limits, all or nothing."""
        name = gateway_name(options["provider"])
        if options["with_balance_token"] and not registry.get(options["provider"]).has_balance_token:
            raise CommandError(f"{name} has no token for reading the balance. Leave out --with-balance-token.")
        secret = self._read("Key: ", options)
        token = self._balance_token(options) if options["with_balance_token"] else ""
        try:
            with transaction.atomic():
                key = add_key(
                    provider=options["provider"],
                    label=options["label"],
                    base_url=options["base_url"],
                    route=options["route"],
                    secret=secret,
                    management_secret=token,
                    actor=Actor.shell(),
                )
                self._limit(key, options)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self.stdout.write(f"Added the {name} key “{key.label}” ({key.hint}) for {key.base_url}")
        if doubt := key_checks.doubt(provider=key.provider, secret=secret):
            self.stderr.write(doubt)

    def _balance_token(self, options: dict[str, Any]) -> str:
        token = self._read("Balance token: ", options)
        if not token.strip():
            raise CommandError("The balance token is missing. On standard input it is the second line, after the key.")
        return token

    def _read(self, prompt: str, options: dict[str, Any]) -> str:
        return sys.stdin.readline() if options["secret_stdin"] else getpass.getpass(prompt)

    def _limit(self, key: ProviderKey, options: dict[str, Any]) -> None:
        cap = _sum(options["monthly_cap"])
        if options["project"] or any(each is not None for each in (cap, options["max_running"], options["per_minute"])):
            set_limits(
                key=key,
                actor=Actor.shell(),
                projects=[_project(slug) for slug in options["project"]],
                monthly_cap=cap,
                max_running=options["max_running"],
                per_minute=options["per_minute"],
            )


def _project(slug: str) -> Project:
    found = Project.objects.filter(slug=slug).first()
    if found is None:
        raise ValidationError(f"There is no project “{slug}”.")
    return found


def _sum(text: str) -> Decimal | None:
    if not text:
        return None
    try:
        amount = Decimal(text)
        if not amount.is_finite():
            raise InvalidOperation
    except InvalidOperation:
        raise ValidationError(f"“{text}” is not a sum.") from None
    return amount.quantize(Decimal("0.01")) if amount < 10**12 else amount
