"""`manage.py export`: takes out to the edit, through the same code as the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from studio.choices import ExportFormat
from studio.models import Project, Render
from studio.services import edit_files, export_choice, exports
from studio.services.export_choice import BY_NUMBER, ORDERS


class Command(BaseCommand):
    """Writes one file and says what is in it; exits 1, with the reason, when it cannot."""

    help = "Write takes for the edit: a ZIP of films with a manifest, or a timeline with comments as markers."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which takes, as what, and where to."""
        parser.add_argument("--project", required=True, help="The project's slug, such as demo")
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--approved", action="store_true", help="All approved takes")
        which.add_argument(
            "--take", type=int, action="append", metavar="N", help="A take by its number; may be repeated, order counts"
        )
        parser.add_argument("--format", required=True, choices=ExportFormat.values)
        parser.add_argument(
            "--order", default=BY_NUMBER, choices=[*ORDERS], help="The order of --approved: by number, or as approved"
        )
        parser.add_argument("--out", required=True, type=Path, metavar="PATH", help="The file to write")
        parser.add_argument("--force", action="store_true", help="Write over a file that is there")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, write, report."""
        path: Path = options["out"]
        try:
            project, takes = self._chosen(options)
            self._check_path(path, force=options["force"])
            exports.check(project=project, takes=takes, format=options["format"], disk=path.absolute().parent)
            edit_files.write(project=project, takes=takes, format=options["format"], path=path)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        except OSError as error:
            raise CommandError(f"{path} could not be written: {error.strerror or type(error).__name__}.") from None
        self.stdout.write(f"{path}: {len(takes)} take{'' if len(takes) == 1 else 's'}")

    def _chosen(self, options: dict[str, Any]) -> tuple[Project, list[Render]]:
        project = Project.objects.filter(slug=options["project"]).first()
        if project is None:
            raise ValidationError(f"There is no project “{options['project']}”.")
        if not options["approved"]:
            return project, export_choice.named(project=project, numbers=options["take"])
        takes = export_choice.approved(project=project)
        if not takes:
            raise ValidationError("No take of this project is approved yet. Name takes with --take N to export others.")
        return project, export_choice.ordered(takes, options["order"])

    def _check_path(self, path: Path, *, force: bool) -> None:
        if path.is_dir():
            raise ValidationError(f"{path} is a folder. Name the file to write, such as {path / 'cut.otio'}.")
        if not path.absolute().parent.is_dir():
            raise ValidationError(f"There is no folder {path.absolute().parent} to write to. Make it first.")
        if path.exists() and not force:
            raise ValidationError(f"{path} is there already. Name another file, or write over it with --force.")
