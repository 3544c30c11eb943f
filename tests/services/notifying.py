"""A project that sends mails, and what was written for whom."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from studio.choices import NoticeChannel
from studio.models import Dispatch, Notification, Project, ProjectHook, User


@pytest.fixture
def mailing(project: Project, settings: Settings) -> ProjectHook:
    """The studio has a mail server, everybody an address, and the project wants mails."""
    settings.STUDIO_SENDS_MAIL = True
    for user in User.objects.all():
        User.objects.filter(pk=user.pk).update(email=f"{user.username}@example.com")
    return ProjectHook.objects.create(project=project, sends_mail=True)


def rows() -> list[tuple[str, str, bool]]:
    """Who is told of what, and whether in the studio."""
    found = Notification.objects.order_by("recipient__username", "pk")
    return [(row.recipient.username, row.kind, row.in_app) for row in found]


def mails() -> list[str]:
    """Who is mailed."""
    found = Dispatch.objects.filter(channel=NoticeChannel.MAIL).select_related("notification__recipient")
    return sorted(row.notification.recipient.username for row in found if row.notification)
