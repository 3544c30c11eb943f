"""`manage.py sandbox`: the bundled gateway that renders without a key, until Ctrl-C."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from studio.sandbox import program


class Command(BaseCommand):
    help = "Run the sandbox gateway: it speaks the paid gateways' dialects on this machine and renders real clips."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        port = getattr(settings, "STUDIO_SANDBOX_PORT", program.DEFAULT_PORT)
        data_dir = Path(getattr(settings, "STUDIO_DATA_DIR", "data")) / "sandbox"
        program.add_arguments(parser, port=port, data_dir=data_dir)

    def handle(self, **options: Any) -> None:
        try:
            program.run(options)
        except program.CannotStart as problem:
            raise CommandError(str(problem)) from problem
