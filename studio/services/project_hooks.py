"""Where a project's notifications go beside the studio: set by its managers; the address and secret are never shown."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from studio.choices import HookFormat, NoticeChannel
from studio.lib.clock import now
from studio.lib.english import english
from studio.models import Dispatch, Project, ProjectHook
from studio.models.encryption import UnreadableSecret
from studio.providers.addresses import UnsafeAddress, checked_call_url
from studio.services import audit, dispatches
from studio.services.audit import Actor
from studio.services.notifications import CALLED
from studio.services.said import said

LONGEST_ADDRESS = 2000
TEST = english("This is a test: notifications of the project arrive here.")
UNREADABLE = english("an address that cannot be read any more")


def of_project(*, project: Project) -> ProjectHook:
    """The project's, or one that is not stored yet and sends nothing."""
    return ProjectHook.objects.filter(project=project).first() or ProjectHook(project=project, kinds=[*CALLED])


def host_of(*, hook: ProjectHook) -> str:
    """All that is shown of the address."""
    try:
        return urlsplit(hook.url).hostname or ""
    except UnreadableSecret:
        return UNREADABLE


def settle(
    *,
    project: Project,
    actor: Actor,
    sends_mail: bool,
    kinds: Collection[str],
    format: str,  # noqa: A002  (as the column is called)
    url: str = "",
    removes_url: bool = False,
) -> str:
    """Keep how it is to be; an empty `url` leaves the address as it is. Raises ValidationError.

    Gives the secret that calls are signed with when it was made just now: the only time that it is shown."""
    address = _checked(url)
    with transaction.atomic():
        hook = _locked(project)
        hook.sends_mail, hook.format = sends_mail, HookFormat(format)
        hook.kinds = [kind.value for kind in CALLED if kind.value in kinds]
        if address or removes_url:
            hook.url = address
        secret = ""
        if hook.has_address and not hook.__dict__["secret"]:
            secret = hook.secret = _new_secret()
        hook.changed_at = now()
        hook.save()
        calls = english("calls to %(host)s", host=host_of(hook=hook)) if hook.has_address else english("no calls")
        told = [english("mail on") if sends_mail else english("mail off"), calls]
        _note(actor, "hook-settle", project, ", ".join(told))
    return secret


def rotate(*, project: Project, actor: Actor) -> str:
    """A new secret, which is shown this once; the old one signs nothing any more. Raises ValidationError."""
    with transaction.atomic():
        hook = _locked(project)
        if not hook.has_address:
            raise ValidationError(_("There is no address yet whose calls could be signed. Save one first."))
        secret = hook.secret = _new_secret()
        hook.changed_at = now()
        hook.save()
        _note(actor, "hook-rotate", project)
    return secret


def send_test(*, project: Project, actor: Actor) -> None:
    """One call and one mail to whoever asks, as far as they are turned on. Raises ValidationError."""
    hook = ProjectHook.objects.filter(project=project).first()
    path = reverse("project-hook", args=[project.slug])
    content: dict[str, Any] = {
        "type": "test",
        "created_at": now().isoformat(timespec="seconds"),
        "project": project.name,
    }
    content |= {"take": None, "text": TEST, "path": path}
    wanted = []
    if hook is not None and hook.has_address:
        wanted.append(Dispatch(channel=NoticeChannel.WEBHOOK, key=f"test:{uuid4()}", hook=hook, content={**content}))
    person = actor.user
    if hook is not None and hook.sends_mail and settings.STUDIO_SENDS_MAIL and person is not None and person.email:
        mail = content | {"person": person.pk}
        wanted.append(Dispatch(channel=NoticeChannel.MAIL, key=f"test:{uuid4()}", hook=hook, content=mail))
    if not wanted:
        raise ValidationError(_("There is nowhere to send a test: save an address, or turn mail on and enter yours."))
    with transaction.atomic():
        dispatches.store(wanted=wanted)


def _checked(url: str) -> str:
    """The address as it is stored; raises ValidationError in words that do not repeat it."""
    url = url.strip()
    if not url:
        return ""
    if len(url) > LONGEST_ADDRESS:
        raise ValidationError(_("The address is longer than any address. Copy it once more."))
    try:
        return checked_call_url(url, allow_loopback=settings.STUDIO_ALLOW_LOOPBACK_PROVIDERS)
    except UnsafeAddress as error:
        raise ValidationError(said(str(error))) from None


def _locked(project: Project) -> ProjectHook:
    ProjectHook.objects.get_or_create(project=project, defaults={"kinds": [*CALLED]})
    return ProjectHook.objects.select_for_update().get(project=project)


def _new_secret() -> str:
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"


def _note(actor: Actor, act: str, project: Project, detail: str = "") -> None:
    audit.record(actor=actor, act=act, subject=english("Project %(project)s", project=project.name), detail=detail)
