"""`manage.py doctor`: looks at everything that the studio needs, changes nothing, and says what to do."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from studio.jobs import outside
from studio.services.health import report
from studio.services.health.findings import Finding, Level


class Command(BaseCommand):
    """Prints one line for each thing looked at; exits with 1 when there is a problem."""

    help = "Look at database, disk, worker, queues, stuck takes, clocks, keys, address and web server. Changes nothing."
    # It is asked when something is broken.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """How to report, and whether to look outside."""
        parser.add_argument("--json", action="store_true", help="One JSON object on standard output, nothing else")
        parser.add_argument(
            "--online", action="store_true", help="Also call the public address, and the gateways without a key"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Look, print, and say by the exit code how it went."""
        found = [*report.examine(), *report.take(outside.HERE)]
        if options["online"]:
            found += report.take(outside.LOOKS)
        healthy = all(finding.level != Level.PROBLEM for finding in found)
        if options["json"]:
            self.stdout.write(json.dumps({"healthy": healthy, "findings": [asdict(each) for each in found]}))
        else:
            self._print(found)
        if not healthy:
            sys.exit(1)

    def _print(self, found: Iterable[Finding]) -> None:
        styles = {Level.OK: self.style.SUCCESS, Level.WARNING: self.style.WARNING, Level.PROBLEM: self.style.ERROR}
        counts = dict.fromkeys(Level, 0)
        for finding in found:
            counts[finding.level] += 1
            self.stdout.write(f"{styles[finding.level](f'{finding.level:<7}')}  {finding.check}: {finding.found}")
            if finding.advice:
                self.stdout.write(f"         → {finding.advice}")
        self.stdout.write(
            f"{_counted(counts[Level.PROBLEM], 'problem')}, {_counted(counts[Level.WARNING], 'warning')}."
        )


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
