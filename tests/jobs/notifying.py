"""Calls and mails that wait to be sent, to servers that the tests start."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import Settings

from studio.choices import DispatchState, NoticeChannel, NoticeKind
from studio.lib.clock import now
from studio.models import Dispatch, Notification, Project, ProjectHook, User
from studio.services.notifications import tell
from tests.mail_server import MailServer, mail_server
from tests.providers.loopback import Loopback
from tests.team_factories import make_dispatch

S = DispatchState


SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture(autouse=True)
def loopback_is_allowed(settings: Settings) -> None:
    settings.STUDIO_ALLOW_LOOPBACK_PROVIDERS = True


@pytest.fixture
def mail(settings: Settings, artist: User, project: Project) -> Iterator[MailServer]:
    """A mail server that the studio's settings name; the artist has an address and the project wants mails."""
    User.objects.filter(pk=artist.pk).update(email="ada@example.com")
    ProjectHook.objects.create(project=project, sends_mail=True)
    with mail_server() as server:
        settings.STUDIO_SENDS_MAIL = True
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 5
        settings.DEFAULT_FROM_EMAIL = "Rushes <rushes@example.com>"
        settings.STUDIO_PUBLIC_URL = "https://rushes.example.com"
        yield server


def to_server(server: Loopback | str, project: Project, **over: Any) -> Dispatch:
    """A call that waits to be made there."""
    base_url = server if isinstance(server, str) else server.base_url
    path = {"url": f"{base_url}/hook?token=marked", "secret": SECRET}
    ProjectHook.objects.update_or_create(project=project, defaults={**path, **over})
    return make_dispatch(project)


def mention(project: Project | None, artist: User) -> Dispatch:
    tell(
        kind=NoticeKind.MENTION,
        people=[artist],
        key=f"mention:{Notification.objects.count()}",
        text="Rey mentioned you: nice & <short>",
        path="/takes/1/",
        project=project,
    )
    return Dispatch.objects.get(channel=NoticeChannel.MAIL)


def state_of(dispatch: Dispatch) -> tuple[str, str]:
    found = Dispatch.objects.get(pk=dispatch.pk)
    return found.state, found.problem


def made_due(dispatch: Dispatch) -> None:
    Dispatch.objects.filter(pk=dispatch.pk).update(not_before=now())


def parts_of(request: bytes) -> tuple[bytes, dict[str, str], str]:
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    headers = dict(line.decode().split(": ", 1) for line in lines)
    return first, {name.lower(): value for name, value in headers.items()}, body.decode()
