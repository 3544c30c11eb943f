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
from django.utils import translation
from django.utils.translation import gettext as _

from studio.jobs.carrying import CannotSend, Carried, Fate
from studio.lib.english import english
from studio.models import Dispatch, ProjectHook, User
from studio.services import dispatches
from studio.services.said import said

NO_SERVER = english("The studio has no mail server any more (STUDIO_MAIL_URL).")
NOBODY = english("The person has no account or no mail address here any more.")
NOT_THERE = english("The person is not in the project any more.")
NO_MAILS = english("The project does not send mails any more.")
NO_ANSWER = english("The mail server took the mail but broke off before it said so (%(answer)s). It may have arrived.")


def carry(dispatch: Dispatch) -> Carried:
    """Hand it to the mail server, once. Raises CannotSend while nothing has left."""
    person = _recipient(dispatch)
    mail = _mail(dispatch, person)
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        return Carried(
            Fate.NOT_NOW, english("The mail server cannot be used: %(words)s.", words=_words(error)), is_silent=True
        )
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
        raise CannotSend(english("The mail cannot be written: %(error)s", error=error)) from error
    except (OSError, smtplib.SMTPException) as error:
        return Carried(Fate.UNKNOWN, NO_ANSWER % {"answer": type(error).__name__}, is_silent=True)
    return Carried(Fate.SENT) if count else Carried(Fate.REFUSED, NOBODY)


def _refused(code: int, answer: bytes | str) -> Carried:
    """Five hundred and up is for good, four hundred may be otherwise in a while; anything else is no answer."""
    words = _plain(answer)
    if code < 400:
        return Carried(Fate.UNKNOWN, NO_ANSWER % {"answer": code}, is_silent=True)
    told = english("The mail server refused it (%(answer)s).", answer=f"{code}: {words}" if words else code)
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
    # The studio's own language for whoever has not chosen one: here is no browser to ask.
    with translation.override(person.language or settings.LANGUAGE_CODE):
        return _written(dispatch, person)


def _written(dispatch: Dispatch, person: User) -> EmailMessage:
    content = dispatch.content
    project, text = " ".join(content["project"].split()), said(content["text"])
    subject = f"{project}: {text}" if project else text
    host = urlsplit(settings.STUDIO_PUBLIC_URL).hostname
    lines = [text, ""]
    if project:
        lines += [_("Project: %(project)s") % {"project": project}, ""]
    lines += [_("Open it: %(address)s") % {"address": f"{settings.STUDIO_PUBLIC_URL}{content['path']}"}, "", "-- "]
    lines += [_("Rushes writes to you as you chose. Choose otherwise:")]
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
        return english("it does not take the name and password (STUDIO_MAIL_URL), %(code)s", code=error.smtp_code)
    if isinstance(error, smtplib.SMTPResponseException):
        return english("it answered %(code)s", code=error.smtp_code)
    return english("nobody answers there") if isinstance(error, OSError) else type(error).__name__


def _plain(answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return " ".join(text.split())[:160]
