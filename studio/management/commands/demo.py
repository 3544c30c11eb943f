"""`manage.py demo`: fills an empty studio so that there is something to look at and to try."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from studio.services.demo import fill_demo


class Command(BaseCommand):
    """Makes the demo's people, project, sandbox key, references and first takes; what is there stays."""

    help = "Fill the demo: three people without passwords, one project, and takes that the sandbox renders."

    def handle(self, *args: Any, **options: Any) -> None:
        """Only where the demo is switched on, since its people are let in without a password."""
        if not settings.STUDIO_DEMO:
            raise CommandError("The demo is switched off here. make up switches it on, or set STUDIO_DEMO=1.")
        made = fill_demo()
        self.stdout.write("The demo is filled." if made else "The demo was filled before; nothing was changed.")
