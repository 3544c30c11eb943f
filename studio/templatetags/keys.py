"""Filters for keys and the audit list: the words and icons of gateways, checks and acts. Nothing is looked up here."""

from __future__ import annotations

import re
from typing import Any

from django import template
from django.utils.translation import gettext as _

from studio.lib.english import english
from studio.models import AuditEntry, ProviderKey
from studio.providers import registry
from studio.services import key_rows
from studio.services.enumerations import enumerated
from studio.services.said import said

register = template.Library()
# What parts the name of a route from what it is good for; Chinese has a colon of its own.
_COLON = re.compile(r"\s*[:：]\s*")
register.filter(key_rows.gateway_name)
register.filter(enumerated)

ACTS = {
    "key-add": english("Added the key"),
    "key-rename": english("Renamed the key"),
    "key-rotate": english("Gave it a new secret"),
    "key-pause": english("Paused the key"),
    "key-resume": english("Resumed the key"),
    "key-delete": english("Deleted the key"),
    "key-limits": english("Changed its limits"),
    "key-check": english("Checked the key"),
    "key-reencrypt": english("Encrypted every secret anew"),
    "budget-add": english("Set a budget"),
    "budget-change": english("Changed the budget"),
    "budget-remove": english("Removed the budget"),
    "budget-override": english("Rendered over the limit"),
    "guest-link-create": english("Made a guest link"),
    "guest-link-change": english("Changed the guest link"),
    "guest-link-revoke": english("Withdrew the guest link"),
    "take-release": english("Called it not created"),
    "take-adopt": english("Named the gateway's task"),
    "take-send-again": english("Sent it again"),
    "take-charged": english("Wrote down what was charged"),
    "take-correct": english("Corrected the sum"),
    "take-free": english("Called it not charged"),
    "take-given-back": english("Called it given back"),
    "hook-settle": english("Settled its notifications"),
    "hook-rotate": english("Gave its calls a new secret"),
    "notice-again": english("Sent it once more"),
    "price-stop": english("Stopped quoting"),
    "price-lift": english("Quotes again"),
}
# Names that are no person's: whoever has the machine, and the studio by itself.
WITHOUT_ACCOUNT = {"shell": english("the shell"), "studio": english("the studio")}
VERDICTS = {
    "accepted": english("Accepted"),
    "refused": english("Refused"),
    "unclear": english("Not clear"),
    "unreachable": english("Not reached"),
}
VERDICT_LEVELS = {"accepted": "good", "refused": "bad"}
LINE_ICONS = {"good": "check", "bad": "error"}
LINE_WORDS = {"good": english("Proved"), "bad": english("Wrong")}
NOT_PROVED = english("Not proved")


@register.filter
def route_name(key: ProviderKey) -> str:
    """The way that a key goes, where its gateway has several; else nothing."""
    routes = registry.get(key.provider).routes if key.provider in registry.PROVIDERS else ()
    return next((short_label(said(route.label)) for route in routes if route.value == key.route), key.route)


@register.filter
def short_label(label: str) -> str:
    """The name in the label of a route, without what it is good for."""
    return _COLON.split(said(label), maxsplit=1)[0]


@register.filter
def label_note(label: str) -> str:
    """What a route is good for, where its label says so behind a colon."""
    return "".join(_COLON.split(said(label), maxsplit=1)[1:]).capitalize()


@register.filter
def act_words(act: str) -> str:
    """What somebody did, in words."""
    return _(ACTS[act]) if act in ACTS else act


@register.filter
def subject_words(entry: AuditEntry) -> str:
    """The key that it was done to; older entries name the gateway by its slug."""
    slug, colon, label = entry.subject.partition(": ")
    return f"{key_rows.gateway_name(slug)}{colon}{label}"


@register.filter
def actor_words(entry: AuditEntry) -> str:
    """Who did it; the name is kept even when the account is gone."""
    return entry.actor_name if entry.actor_id else _without_account(entry.actor_name)


def _without_account(name: str) -> str:
    return _(WITHOUT_ACCOUNT[name]) if name in WITHOUT_ACCOUNT else name


@register.filter
def from_words(entry: AuditEntry) -> str:
    """The network address that it was done from; nothing for what came over no network."""
    return "" if entry.address in WITHOUT_ACCOUNT else entry.address


@register.filter
def verdict_words(verdict: str) -> str:
    """What came of a check, in one word or two."""
    return _(VERDICTS.get(verdict, VERDICTS["unclear"]))


@register.filter
def verdict_level(verdict: str) -> str:
    """The level of its badge; what was not proved is neither good nor bad."""
    return VERDICT_LEVELS.get(verdict, "warning")


@register.filter
def check_level(check: dict[str, Any]) -> str:
    """The same for a whole check; one from before a refusal speaks for nothing any more."""
    return "" if check["is_outdated"] else verdict_level(check["result"].get("verdict", ""))


@register.filter
def line_icon(state: str) -> str:
    """The icon of one line of a check; each has a shape of its own."""
    return LINE_ICONS.get(state, "question")


@register.filter
def line_words(state: str) -> str:
    """The same for whoever does not see the icon."""
    return _(LINE_WORDS.get(state, NOT_PROVED))
