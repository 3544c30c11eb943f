"""Filters for notifications and what carries them outside: icons and words. Nothing is looked up here."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

from studio.choices import DispatchState, NoticeChannel, NoticeKind
from studio.models import Dispatch

register = template.Library()

ICONS = {
    NoticeKind.READY: "takes",
    NoticeKind.REVIEW: "play",
    NoticeKind.DECIDED: "check",
    NoticeKind.COMMENT: "comment",
    NoticeKind.MENTION: "user",
    NoticeKind.UNCONFIRMED: "question",
    NoticeKind.BUDGET: "money",
    NoticeKind.KEY: "key",
}
SENT_ICONS = {
    DispatchState.WAITING: "waiting",
    DispatchState.SENDING: "sending",
    DispatchState.SENT: "check",
    DispatchState.FAILED: "error",
    DispatchState.UNKNOWN: "question",
}
SENT_LEVELS = {
    DispatchState.SENT: "good",
    DispatchState.FAILED: "bad",
    DispatchState.UNKNOWN: "warning",
}


@register.filter
def notice_icon(kind: str) -> str:
    """The icon of what somebody is told of."""
    return ICONS.get(NoticeKind(kind), "info") if kind in NoticeKind.values else "info"


@register.filter
def sent_icon(state: str) -> str:
    """The icon of how far a mail or call is."""
    return SENT_ICONS[DispatchState(state)]


@register.filter
def sent_level(state: str) -> str:
    """The level of its badge; what may have arrived is neither good nor bad."""
    return SENT_LEVELS.get(DispatchState(state), "")


@register.filter
def sent_to(dispatch: Dispatch) -> str:
    """For whom it is; mail addresses are nobody else's to read."""
    if dispatch.channel == NoticeChannel.WEBHOOK:
        return _("The address")
    if dispatch.notification is None:
        return _("A test, by mail")
    return _("%(person)s, by mail") % {"person": dispatch.notification.recipient.label}
