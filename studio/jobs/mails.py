"""One mail to one person over the studio's mail server."""

from __future__ import annotations

import smtplib
from contextlib import suppress
from email.utils import formataddr
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.urls import reverse

from studio.jobs.carrying import CannotSend, Carried, Fate
from studio.models import Dispatch, ProjectHook, User
from studio.services import dispatches

NO_SERVER = "The studio has no mail server any more (STUDIO_MAIL_URL)."
NOBODY = "The person has no account or no mail address here any more."
NOT_THERE = "The person is not in the project any more."
NO_MAILS = "The project does not send mails any more."
NO_ANSWER = "The mail server took the mail but broke off before it said so ({}). It may have arrived."


def carry(dispatch: Dispatch) -> Carried:
    """Hand it to the mail server, once. Raises CannotSend while nothing has left."""
    person = _recipient(dispatch)
    mail = _mail(dispatch, person)
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        return Carried(Fate.NOT_NOW, f"The mail server cannot be used: {_words(error)}.", is_silent=True)
    try:
        return _handed(connection, mail)
    finally:
        with suppress(OSError, smtplib.SMTPException):
            connection.close()


def _handed(connection: Any, mail: EmailMessage) -> Carried:
    try:
        count = connection.send_messages([mail])
    except smtplib.SMTPRecipientsRefused as error:
        return _refused(*next(iter(error.recipients.values()), (550, b"")))
    except smtplib.SMTPResponseException as error:
        return _refused(error.smtp_code, error.smtp_error)
    except ValueError as error:
        # An address or a header that is none: it is looked at before anything is sent.
        raise CannotSend(f"The mail cannot be written: {error}") from error
    except (OSError, smtplib.SMTPException) as error:
        return Carried(Fate.UNKNOWN, NO_ANSWER.format(type(error).__name__), is_silent=True)
    return Carried(Fate.SENT) if count else Carried(Fate.REFUSED, NOBODY)


def _refused(code: int, said: bytes | str) -> Carried:
    """Five hundred and up is for good, four hundred may be otherwise in a while; anything else is no answer."""
    words = _plain(said)
    if code < 400:
        return Carried(Fate.UNKNOWN, NO_ANSWER.format(code), is_silent=True)
    told = f"The mail server refused it ({code}{f': {words}' if words else ''})."
    return Carried(Fate.REFUSED if code >= 500 else Fate.NOT_NOW, told)


def _recipient(dispatch: Dispatch) -> User:
    """As they are now: whoever has left since is not written to."""
    if not settings.STUDIO_SENDS_MAIL:
        raise CannotSend(NO_SERVER)
    notice = dispatch.notification
    person = notice.recipient if notice else User.objects.filter(pk=dispatch.content.get("person")).first()
    if person is None or not person.is_active or not person.email:
        raise CannotSend(NOBODY)
    project = notice.project if notice else None
    if project is not None and project.role_of(person) is None:
        raise CannotSend(NOT_THERE)
    if project is not None and not ProjectHook.objects.filter(project=project, sends_mail=True).exists():
        raise CannotSend(NO_MAILS)
    return person


def _mail(dispatch: Dispatch, person: User) -> EmailMessage:
    content = dispatch.content
    project, text = " ".join(content["project"].split()), content["text"]
    subject = f"{project}: {text}" if project else text
    host = urlsplit(settings.STUDIO_PUBLIC_URL).hostname
    lines = [text, ""]
    if project:
        lines += [f"Project: {project}", ""]
    lines += [f"Open it: {settings.STUDIO_PUBLIC_URL}{content['path']}", "", "-- "]
    lines += ["Rushes writes to you as you chose. Choose otherwise:"]
    lines += [f"{settings.STUDIO_PUBLIC_URL}{reverse('notification-settings')}"]
    return EmailMessage(
        subject=subject if len(subject) <= 150 else f"{subject[:149]}…",
        body="\n".join(lines),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[formataddr((person.label, person.email))],
        headers={
            "Message-ID": f"<{dispatches.name_of(dispatch)}@{host}>",
            # Out-of-office answers would go to nobody.
            "Auto-Submitted": "auto-generated",
        },
    )


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"it does not take the name and password (STUDIO_MAIL_URL), {error.smtp_code}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"it answered {error.smtp_code}"
    return "nobody answers there" if isinstance(error, OSError) else type(error).__name__


def _plain(said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join(text.split())[:160]
