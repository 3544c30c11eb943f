"""`manage.py render`: ask for takes from the shell, through the same services as the page."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from studio.choices import InputRole, Operation, RenderState
from studio.media.errors import Rejected
from studio.models import Project, Render
from studio.providers import registry
from studio.services.audit import Actor
from studio.services.overrides import Override
from studio.services.renders import Refused, create_renders
from studio.services.shell import describe, is_settled, read_inputs, why_queued
from studio.services.shell_doors import shell_door
from studio.services.storing import Origin


class Command(BaseCommand):
    """Prints one line per take, or with --json one list; exits 0 only when all are ready."""

    help = "Render takes in a project. The worker (manage.py qcluster) has to be running."

    def add_arguments(self, parser: CommandParser) -> None:
        """The request, how many takes, and how to report."""
        parser.add_argument("--project", required=True, help="The project's slug, such as demo")
        parser.add_argument(
            "--provider",
            default="",
            choices=sorted(registry.PROVIDERS),
            metavar="GATEWAY",
            help=f"{', '.join(sorted(registry.PROVIDERS))}; the cheapest that can do it by default",
        )
        parser.add_argument("--model", required=True, help="The gateway's id, or the studio's name for the model")
        parser.add_argument("--operation", required=True, choices=Operation.values)
        parser.add_argument("--prompt", default="")
        parser.add_argument("--key", default="", help="The label of the key; the cheapest by default")
        parser.add_argument(
            "--input",
            action="append",
            default=[],
            metavar="ROLE=PATH",
            help=f"{', '.join(InputRole.values)}, or source_take=ID; may be repeated, order counts",
        )
        parser.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="aspect_ratio, duration, resolution, sound or seed; may be repeated",
        )
        parser.add_argument(
            "--override", default=None, metavar="REASON", help="Go over a budget or a key's cap this once, and say why"
        )
        parser.add_argument("--takes", type=int, default=1)
        parser.add_argument("--wait", type=float, default=0, metavar="SECONDS", help="Wait for the takes to end")
        parser.add_argument("--json", action="store_true", help="One JSON list on standard output, nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask, wait, report."""
        try:
            renders = self._ask(options)
        except (Refused, Rejected, ValidationError) as error:
            if options["json"]:
                self.stdout.write("[]")
            raise CommandError(" ".join(getattr(error, "messages", [str(error)]))) from None
        if options["wait"] > 0:
            self._wait(renders, options["wait"])
            self._say_why_queued(renders)
        self._report(renders, as_json=options["json"])
        if any(render.state != RenderState.READY for render in renders):
            raise SystemExit(1)

    def _ask(self, options: dict[str, Any]) -> list[Render]:
        project = Project.objects.filter(slug=options["project"]).first()
        if project is None:
            raise ValidationError(f"There is no project “{options['project']}”.")
        inputs = read_inputs(project=project, pairs=options["input"])
        door, reason = shell_door(
            project=project,
            provider=options["provider"],
            label=options["key"],
            model=options["model"],
            operation=Operation(options["operation"]),
            prompt=options["prompt"],
            settings=options["set"],
            inputs=inputs,
            takes=options["takes"],
        )
        return create_renders(
            project=project,
            asked_by=None,
            key=door.key,
            request=door.request,
            takes=options["takes"],
            submission=uuid.uuid4(),
            origin=Origin(source_take=inputs.source_take),
            door_reason=reason,
            override=None if options["override"] is None else Override(Actor.shell(), options["override"]),
        )

    def _wait(self, renders: list[Render], seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for render in renders:
                render.refresh_from_db(fields=["state"])
            if all(is_settled(render) for render in renders):
                return
            time.sleep(0.3)

    def _say_why_queued(self, renders: list[Render]) -> None:
        """On standard error, once for all that wait for the same."""
        found = Render.objects.select_related("key").defer("key__secret", "key__management_secret")
        takes: dict[str, list[str]] = {}
        for render in found.filter(pk__in=[render.pk for render in renders]):
            takes.setdefault(why_queued(render), []).append(str(render.pk))
        for words, ids in takes.items():
            if words:
                self.stderr.write(f"take {', '.join(sorted(ids, key=int))}: {words}")

    def _report(self, renders: list[Render], *, as_json: bool) -> None:
        found = Render.objects.select_related("output", "key").in_bulk([render.pk for render in renders])
        rows = [describe(found[render.pk]) for render in renders]
        for render in renders:
            render.state = found[render.pk].state
        if as_json:
            self.stdout.write(json.dumps(rows, ensure_ascii=False))
            return
        for row in rows:
            self.stdout.write(f"take {row['id']}: {row['state']} {row['file'] or row['error'] or ''}".rstrip())
