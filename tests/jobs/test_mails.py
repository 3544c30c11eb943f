"""Mails: sent over SMTP, in the language of whoever gets them, and to nobody else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django import Settings

from studio.choices import NoticeKind
from studio.jobs import notify
from studio.jobs.schedule import each_minute
from studio.models import Notification, Project, ProjectHook, User
from studio.services import dispatches
from studio.services.notifications import tell
from tests.catalogs import french_catalog
from tests.factories import make_render
from tests.jobs.notifying import S, loopback_is_allowed, made_due, mail, mention, state_of
from tests.mail_server import MailServer, Manner
from tests.providers.loopback import unused_port

__all__ = ["loopback_is_allowed", "mail"]
pytestmark = pytest.mark.django_db


def test_mail_arrives_over_smtp_in_plain_words(mail: MailServer, project: Project, artist: User) -> None:
    sent = mention(project, artist)
    notice = Notification.objects.get()

    notify.send_waiting()
    notify.send_waiting()

    [arrived] = mail.arrived
    assert (arrived["To"], arrived["From"]) == ("Ada Artist <ada@example.com>", "Rushes <rushes@example.com>")
    assert arrived["Subject"] == "Tea commercial: Rey mentioned you: nice & <short>"
    assert arrived["Message-ID"] == f"<{dispatches.name_of(sent)}@rushes.example.com>"
    assert arrived.get_content_type() == "text/plain"
    assert arrived.get_content().splitlines() == [
        "Rey mentioned you: nice & <short>",
        "",
        "Project: Tea commercial",
        "",
        f"Open it: https://rushes.example.com/notifications/{notice.pk}/open/",
        "",
        "-- ",
        "Rushes writes to you as you chose. Choose otherwise:",
        "https://rushes.example.com/notifications/settings/",
    ]
    assert (state_of(sent), mail.senders) == ((S.SENT, ""), ["mail FROM:<rushes@example.com>"])


def test_mail_is_in_the_language_of_whoever_gets_it(
    mail: MailServer, project: Project, artist: User, tmp_path: Path
) -> None:
    User.objects.filter(pk=artist.pk).update(language="fr")
    take = make_render(project)
    tell(
        kind=NoticeKind.MENTION,
        people=[artist],
        key="k",
        text=f"Lamp {take.pk} glows gently.",
        path="/",
        project=project,
    )
    words = {
        "Lamp %(take)s glows gently.": "La prise %(take)s est prête.",
        "Project: %(project)s": "Projet : %(project)s",
    }

    with french_catalog(tmp_path, words, {}):
        notify.send_waiting()

    [arrived] = mail.arrived
    assert arrived["Subject"] == f"Tea commercial: La prise {take.pk} est prête."
    assert arrived.get_content().splitlines()[:3] == [f"La prise {take.pk} est prête.", "", "Projet : Tea commercial"]


@pytest.mark.parametrize(
    ("manner", "state", "arrived"),
    [
        (Manner.REFUSES_FOR_GOOD, S.FAILED, 0),
        (Manner.REFUSES_FOR_NOW, S.WAITING, 0),
        (Manner.BREAKS_OFF, S.UNKNOWN, 1),
    ],
)
def test_what_a_mail_server_does_with_it(
    mail: MailServer, project: Project, artist: User, manner: Manner, state: str, arrived: int
) -> None:
    mail.manner = manner
    sent = mention(project, artist)

    notify.send_waiting()
    each_minute()
    notify.send_waiting()

    assert (state_of(sent)[0], len(mail.arrived)) == (state, arrived)


def test_mail_waits_for_a_server_that_is_away(
    mail: MailServer, project: Project, artist: User, settings: Settings
) -> None:
    sent, port = mention(project, artist), mail.port
    settings.EMAIL_PORT = unused_port()
    notify.send_waiting()
    before = state_of(sent)
    settings.EMAIL_PORT = port
    made_due(sent)

    notify.send_waiting()

    assert before == (S.WAITING, "The mail server cannot be used: nobody answers there.")
    assert (state_of(sent), len(mail.arrived)) == ((S.SENT, ""), 1)


def leave(project: Project, artist: User) -> None:
    project.memberships.filter(user=artist).delete()


def be_shut_out(project: Project, artist: User) -> None:
    User.objects.filter(pk=artist.pk).update(is_active=False)


def want_no_mails(project: Project, artist: User) -> None:
    ProjectHook.objects.update(sends_mail=False)


@pytest.mark.parametrize("change", [leave, be_shut_out, want_no_mails])
def test_mail_is_not_sent_to_whom_it_is_not_meant_for_any_more(
    mail: MailServer, project: Project, artist: User, change: Callable[[Project, User], None]
) -> None:
    sent = mention(project, artist)
    change(project, artist)

    notify.send_waiting()

    assert (state_of(sent)[0], mail.arrived) == (S.FAILED, [])
