"""`manage.py invite`: prints a link that lets one person in. How the very first person gets in, too."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studio.choices import Role
from studio.models import Project
from studio.services import invitations


class Command(BaseCommand):
    """Print an invitation link to a project, or to the studio as admin."""

    help = "Print a link that lets one person into a project (--project, --role) or in as studio admin (--admin)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        target = parser.add_mutually_exclusive_group(required=True)
        target.add_argument("--project", metavar="SLUG", help="the project, as in its address")
        target.add_argument("--admin", action="store_true", help="invite a studio admin")
        parser.add_argument("--role", choices=Role.values, default=Role.ARTIST.value, help="default: artist")
        parser.add_argument("--note", default="", help="who it is for, shown in the list of open invitations")

    def handle(self, *args: Any, **options: Any) -> None:
        project = None
        if options["project"]:
            project = Project.objects.filter(slug=options["project"]).first()
            if project is None:
                raise CommandError(f"There is no project with the address “{options['project']}”.")
        invitation = invitations.invite(
            by=None,
            project=project,
            role=Role(options["role"]),
            makes_admin=options["admin"],
            note=options["note"][:120],
        )
        self.stdout.write(invitations.link(invitation))
