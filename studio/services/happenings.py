"""What happens to takes and keys by itself, told to those whom it concerns. What people do is told where they do it."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import partial

from django.db import transaction
from django.urls import reverse

from studio.choices import ENDED, LIVE, NoticeKind, RenderState, Role, Standing
from studio.lib.english import english
from studio.models import Project, ProviderKey, Render, User
from studio.services.notifications import APP, MAIL, places_of, tell
from studio.services.people import admins

log = logging.getLogger(__name__)

UNCONFIRMED = english(
    "Take %(take)s was sent, but no answer came: it may be charged. Say what became of it, or wait for a proof."
)
# Of all other steps nobody is told, so that they cost nothing.
TOLD = frozenset({RenderState.UNCONFIRMED, *ENDED})
POSSIBLY = english(
    "Take %(take)s ended without a file and may have been charged. Look at the gateway's bill and say so."
)


def take_moved(*, render: Render) -> None:
    """Tell of the state that `render` has just come to, where somebody waits for it.

    In the transaction of the step; whatever goes wrong here, the step itself stays written."""
    if render.state not in TOLD:
        return
    try:
        with transaction.atomic():
            _take_moved(render)
    except Exception:
        log.exception("take %s: nobody could be told that it is %s", render.pk, render.state)


def _take_moved(render: Render) -> None:
    path = reverse("render-detail", args=[render.pk])
    asker = [render.asked_by] if render.asked_by is not None else []
    if render.state == RenderState.READY:
        tell(
            kind=NoticeKind.READY,
            people=asker,
            key=f"ready:{render.pk}",
            text=english("Take %(take)s is ready.", take=render.pk),
            path=path,
            render=render,
            # A press is mailed of once, when all of it has ended.
            channels=(APP, "webhook"),
        )
    elif _may_be_charged(render):
        is_open = render.state == RenderState.UNCONFIRMED
        tell(
            kind=NoticeKind.UNCONFIRMED,
            people=[*asker, *managers_of(render.project)],
            # It may come to this again, which is another doubt.
            key=f"unconfirmed:{render.pk}:{render.state}:{render.state_at:%Y%m%dT%H%M%S%f}",
            text=(UNCONFIRMED if is_open else POSSIBLY) % {"take": render.pk},
            path=path,
            render=render,
        )
    if render.state in ENDED and render.asked_by is not None:
        _tell_of_press(render, render.asked_by)
        # Takes that end together do not see each other's end before it is stored.
        transaction.on_commit(partial(_tell_of_press, render, render.asked_by), robust=True)


def _may_be_charged(render: Render) -> bool:
    return render.state not in LIVE and render.standing == Standing.POSSIBLY


def _tell_of_press(render: Render, asker: User) -> None:
    """One mail for all takes of one press, once none of them moves any more."""
    if MAIL not in places_of(person=asker, kind=NoticeKind.READY):
        return
    press = render.project.renders.filter(submission=render.submission).order_by("pk")
    states = list(press.values_list("state", flat=True))
    ready = states.count(RenderState.READY)
    if not ready or any(state in LIVE for state in states):
        return
    is_one = len(states) == 1
    several = english(
        "%(ready)s of the %(number)s takes that you asked for are ready.", ready=ready, number=len(states)
    )
    take_page = reverse("render-detail", args=[render.pk])
    tell(
        kind=NoticeKind.READY,
        people=[asker],
        key=f"press:{render.project_id}:{render.submission}",
        text=english("Take %(take)s is ready.", take=render.pk) if is_one else several,
        path=take_page if is_one else reverse("project-detail", args=[render.project.slug]),
        project=render.project,
        channels=(MAIL,),
    )


def key_paused(*, key: ProviderKey) -> None:
    """Tell the studio admins that the studio has paused a key which its gateway refused; it is, whatever goes wrong."""
    try:
        with transaction.atomic():
            tell(
                kind=NoticeKind.KEY,
                people=admins(),
                key=f"key:{key.pk}:{key.paused_at:%Y%m%dT%H%M%S%f}",
                text=english(
                    "The key “%(key)s” was refused by its gateway and is paused. Takes that need it wait.",
                    key=key.label,
                ),
                path=reverse("key-detail", args=[key.pk]),
            )
    except Exception:
        log.exception("key %s: nobody could be told that it is paused", key.pk)


def managers_of(project: Project) -> Iterable[User]:
    """Who runs a project; where nobody does any more, the studio admins."""
    managers = User.objects.filter(memberships__project=project, memberships__role=Role.MANAGER, is_active=True)
    return list(managers) or list(admins())
