"""Who may stand before the door of an address, and how a row of `route_table.py` says what each of them is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.urls import reverse

LOOK = frozenset({"GET"})
FILE = frozenset({"GET", "HEAD"})
ACT = frozenset({"POST"})
FORM = frozenset({"GET", "POST"})
# Django's own views of accounts answer these as well.
ACCOUNT = FORM | {"HEAD", "PUT"}

# Whoever may stand before the door: without an account or with one that is no member here, with each role in the
# project, a studio admin, and the guests of links to one take: of one that grants all there is, of one that only shows,
# of another link, and of one that is over or was revoked since they came in.
NO_ACCOUNT = ("anonymous", "guest", "onlooker", "other guest", "late guest", "revoked guest")
ROLES = (*NO_ACCOUNT, "stranger", "artist", "reviewer", "manager", "admin")
WITHOUT_LINK = ("anonymous", "other guest", "stranger", "artist", "reviewer", "manager", "admin")

# What those are answered who are turned away, by looking and by a form alike; whoever is not named is let in.
Turned = Mapping[str, int]
EVERYBODY: Turned = {}
SIGNED_IN: Turned = dict.fromkeys(NO_ACCOUNT, 302)
MEMBERS: Turned = {**SIGNED_IN, "stranger": 404}
SPENDERS: Turned = {**MEMBERS, "reviewer": 403}
DECIDERS: Turned = {**MEMBERS, "artist": 403}
MANAGERS: Turned = {**SPENDERS, "artist": 403}
PAYERS: Turned = {**MEMBERS, "artist": 404, "reviewer": 404}
ADMINS: Turned = {**PAYERS, "manager": 404}
OPEN_LINK: Turned = {"late guest": 410, "revoked guest": 410}
GUESTS: Turned = {**OPEN_LINK, **dict.fromkeys(WITHOUT_LINK, 302)}
GUEST_FILES: Turned = {**OPEN_LINK, **dict.fromkeys(WITHOUT_LINK, 404)}
# What a link has to grant.
GRANTED: Turned = {**GUESTS, "onlooker": 404}
GRANTED_FILES: Turned = {**GUEST_FILES, "onlooker": 404}

# Looking leads back to a list that is everybody's own; the takes in the form are not.
MEMBERS_PRESS = {"stranger": (302, 404)}
SPENDERS_PRESS = {"stranger": (302, 404), "reviewer": (302, 403)}
INVITED = dict.fromkeys(("stranger", "reviewer"), (200, 302)) | dict.fromkeys(
    ("artist", "manager", "admin"), (200, 200)
)


@dataclass(frozen=True)
class Route:
    """One row: its name, its methods, what stands in its path, who is turned away and what all others are answered.

    `got` and `posted` are the answers to looking and to an empty form, with nothing in it but `form`; `but` has those
    of single roles that differ, in the same order."""

    name: str
    methods: frozenset[str]
    path: tuple[str, ...] = ()
    turned: Turned = field(default_factory=lambda: MEMBERS)
    got: int = 200
    posted: int = 302
    but: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    # Gateways call there and have no token of ours; nothing in their call is read.
    takes_calls: bool = False

    def answer(self, role: str, method: str) -> int:
        """The status that `role` is answered with."""
        if role in self.but:
            return self.but[role][method == "POST"]
        return self.turned.get(role, self.posted if method == "POST" else self.got)


def named(route: Route) -> str:
    """What a test of one route is called by."""
    return route.name


def address_of(route: Route, things: Mapping[str, object]) -> str:
    """The full address of a route, with `things` in its path and query."""
    path = [things[part] for part in route.path]
    return reverse(route.name, args=path, query=filled(route.query, things) or None)


def filled(fields: Mapping[str, str], things: Mapping[str, object]) -> dict[str, str]:
    """The fields of a query or a form, with `things` where they are named."""
    return {name: value.format(**things) for name, value in fields.items()}
