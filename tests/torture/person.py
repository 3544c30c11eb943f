"""Those who use the studio, in a process of its own: a wish as a line of JSON in, what came of it as a line out.

Runs inside Django as `manage.py shell -c "from tests.torture.person import main; main()"`, through the services that
the pages call."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.test import Client

from studio.choices import InputRole, Operation, Role
from studio.models import Asset, Membership, Project, ProviderKey, Render, User
from studio.services.assets import add_asset
from studio.services.keys import add_key
from studio.services.renders import Refused, ask_cancel, create_renders
from studio.services.requests import Choice, build_request
from tests.media_factories import make_image
from tests.torture.plan import DOORS, IMAGE


def main() -> None:
    """Answers until its input ends."""
    house = House()
    for line in sys.stdin:
        wish = json.loads(line)
        answer = getattr(house, wish.pop("do"))(**wish)
        sys.stdout.write(f"{json.dumps(answer)}\n")
        sys.stdout.flush()


class House:
    """One project, one artist, a key at every door and a picture."""

    project: Project
    artist: User
    picture: Asset
    keys: dict[str, ProviderKey]

    def furnish(self, sandbox: str) -> dict[str, Any]:
        """Makes all of it; gives the cookies of the artist's browser."""
        self.artist = User.objects.create_user("artist", display_name="Ada Artist")
        self.project = Project.objects.create(name="Torture", slug="torture", created_by=self.artist)
        Membership.objects.create(project=self.project, user=self.artist, role=Role.ARTIST)
        self.keys = {
            door.name: add_key(
                provider=door.provider,
                label=door.name,
                base_url=f"{sandbox}{door.path}",
                secret=door.secret,
                route=door.route,
            )
            for door in DOORS
        }
        self.picture = self._picture()
        browser = Client()
        browser.force_login(self.artist, backend=settings.AUTHENTICATION_BACKENDS[-1])
        return {name: morsel.value for name, morsel in browser.cookies.items()}

    def _picture(self) -> Asset:
        file = make_image(Path(settings.FILE_UPLOAD_TEMP_DIR) / "torture.jpg", size=(640, 360))
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        return add_asset(
            project=self.project, created_by=self.artist, path=file, sha256=digest, name="first frame.jpg"
        )[0]

    def ask(self, orders: list[dict[str, Any]]) -> list[int | str]:
        """The number of each new take, or why it was refused."""
        return [self._ask(order) for order in orders]

    def _ask(self, order: dict[str, Any]) -> int | str:
        key = self.keys[order["door"]]
        choice = Choice(
            provider=key.provider,
            model=order["model"],
            operation=Operation(order["operation"]),
            prompt=order["prompt"],
            duration=order["duration"],
            resolution="480p",
            aspect_ratio=order["ratio"],
            sound=order["sound"],
            inputs=[(InputRole.FIRST_FRAME, self.picture)] if order["operation"] == IMAGE else [],
        )
        try:
            made = create_renders(
                project=self.project,
                asked_by=self.artist,
                key=key,
                request=build_request(choice),
                takes=1,
                submission=uuid4(),
            )
        except Refused as error:
            return str(error)
        return made[0].pk

    def cancel(self, takes: list[int]) -> list[str]:
        """What each wish was answered; too late is an answer like any other."""
        return [self._cancel(take) for take in takes]

    def _cancel(self, take: int) -> str:
        try:
            return ask_cancel(render=Render.objects.get(pk=take), actor=self.artist)
        except ValidationError as error:
            return " ".join(error.messages)
