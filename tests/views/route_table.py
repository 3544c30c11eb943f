"""Every address of the studio and who is let in: one row each. A new route has to be entered here, in the order of
`studio/urls.py`; `test_roles.py` asks each of them as everybody, and `test_routes.py` in every way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from django.urls import reverse

from studio.choices import Role, Verdict
from studio.lib.clock import now
from studio.models import Project, User
from studio.services.invitations import invite
from tests.factories import (
    make_asset,
    make_budget,
    make_bulk_work,
    make_collection,
    make_comment,
    make_dispatch,
    make_export,
    make_guest_link,
    make_matrix,
    make_notification,
    make_output,
    make_prompt,
    make_render,
    make_review,
    make_stop,
)

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


ROUTES = (
    Route("sign-in", ACCOUNT, turned=EVERYBODY, posted=422),
    Route("sign-out", ACT, turned=EVERYBODY),
    Route("password-change", ACCOUNT, turned=SIGNED_IN, posted=422),
    Route("language-set", FORM, turned=EVERYBODY, got=302),
    Route("words", LOOK, ("language",), turned=EVERYBODY),
    Route("palette", LOOK, turned=SIGNED_IN),
    Route("guide-sandbox", FORM, turned=ADMINS, got=302),
    Route("guide-hide", FORM, turned=ADMINS, got=302),
    # Only the demo has it.
    Route("styleguide", LOOK, turned=EVERYBODY),
    Route("demo-enter", ACT, ("demo_role",), EVERYBODY, posted=404),
    Route("people-list", LOOK, turned=ADMINS),
    Route("people-invite", FORM, turned=ADMINS, got=302, posted=422),
    Route("person-change", FORM, ("person", "change"), ADMINS, got=302, posted=404),
    Route("invitation-revoke", ACT, ("invitation",), MANAGERS),
    # Those who can do as much already are told so; nobody has to have an account to come in.
    Route("invitation-accept", FORM, ("token",), EVERYBODY, posted=422, but=INVITED),
    Route("key-list", LOOK, turned=ADMINS),
    Route("key-create", FORM, turned=ADMINS, posted=422),
    Route("key-detail", LOOK, ("key",), ADMINS),
    Route("key-rename", FORM, ("key",), ADMINS, got=302, posted=422),
    Route("key-limits", FORM, ("key",), ADMINS, got=302),
    Route("key-rotate", FORM, ("key",), ADMINS, got=302, posted=422),
    Route("key-pause", FORM, ("key",), ADMINS, got=302),
    Route("key-resume", FORM, ("key",), ADMINS, got=302),
    Route("key-delete", FORM, ("key",), ADMINS, posted=422),
    Route("key-check", FORM, ("key",), ADMINS, got=302),
    Route("key-check-result", LOOK, ("key",), ADMINS, got=286),
    Route("audit-list", LOOK, turned=ADMINS),
    Route("home", LOOK, turned=SIGNED_IN),
    Route("project-create", FORM, turned=MANAGERS, posted=422, but={"stranger": (403, 403)}),
    Route("project-detail", LOOK, ("slug",)),
    Route("composer", FORM, ("slug",), SPENDERS, got=302),
    Route("project-takes", LOOK, ("slug",)),
    Route("project-settings", FORM, ("slug",), MANAGERS, posted=422),
    Route("project-archive", ACT, ("slug",), MANAGERS),
    Route("project-unarchive", ACT, ("slug",), MANAGERS),
    Route("project-members", LOOK, ("slug",)),
    Route("member-role", FORM, ("slug", "member"), MANAGERS, got=302, posted=422),
    Route("member-remove", FORM, ("slug", "member"), MANAGERS, got=302),
    Route("invitation-create", FORM, ("slug",), MANAGERS, got=302, posted=422),
    Route("prompt-list", LOOK, ("slug",)),
    Route("prompt-create", FORM, ("slug",), SPENDERS, posted=422),
    Route("prompt-detail", LOOK, ("slug", "prompt")),
    Route("prompt-save", FORM, ("slug", "prompt"), SPENDERS, got=302, posted=422),
    Route("prompt-compare", LOOK, ("slug", "prompt"), query={"from": "1", "to": "2"}),
    Route("prompt-rename", FORM, ("slug", "prompt"), SPENDERS, got=302, posted=422),
    Route("prompt-tags", FORM, ("slug", "prompt"), got=302, posted=422),
    Route("prompt-archive", FORM, ("slug", "prompt"), SPENDERS, got=302),
    Route("prompt-unarchive", FORM, ("slug", "prompt"), SPENDERS, got=302),
    Route("matrix-list", LOOK, ("slug",)),
    Route("matrix-create", FORM, ("slug",), SPENDERS),
    Route("matrix-detail", LOOK, ("matrix",)),
    Route("matrix-save", FORM, ("matrix",), SPENDERS, got=302),
    Route("matrix-again", FORM, ("matrix",), SPENDERS, got=302),
    Route("matrix-changes", LOOK, ("matrix",), got=204),
    Route("asset-list", LOOK, ("slug",)),
    Route("asset-upload", ACT, ("slug",), SPENDERS),
    Route("asset-detail", LOOK, ("asset",)),
    Route("asset-tags", FORM, ("asset",), got=302, posted=422),
    Route("asset-file", FILE, ("asset",)),
    Route("asset-preview", LOOK, ("asset",)),
    Route("asset-thumbnail", FILE, ("asset",)),
    Route("asset-delete", ACT, ("asset",), SPENDERS),
    Route("reference-file", FILE, ("signed", "name"), EVERYBODY, got=404),
    Route("collection-list", LOOK, ("slug",)),
    Route("collection-create", FORM, ("slug",), got=302, posted=422),
    Route("collection-detail", LOOK, ("collection",)),
    Route("collection-arrange", FORM, ("collection",), got=302),
    Route("collection-remove", FORM, ("collection",), got=302),
    Route("collection-rename", FORM, ("collection",), got=302, posted=422),
    Route("collection-delete", FORM, ("collection",), got=302),
    Route("gallery", LOOK, turned=SIGNED_IN),
    Route("gallery-takes", LOOK, turned=SIGNED_IN),
    Route("saved-view-list", LOOK, turned=SIGNED_IN),
    Route("saved-view-create", FORM, turned=SIGNED_IN, got=302, posted=422),
    # A view is its owner's alone; nobody here has one.
    Route("saved-view-rename", FORM, ("nobodys_view",), SIGNED_IN, got=404, posted=404),
    Route("saved-view-delete", FORM, ("nobodys_view",), SIGNED_IN, got=404, posted=404),
    Route("changes", LOOK, turned=SIGNED_IN, got=204, query={"since": "999999"}),
    Route("compare", LOOK, query={"take": "{take}"}),
    Route("render-detail", LOOK, ("take",)),
    Route("render-card", LOOK, ("take",)),
    Route("render-tree", LOOK, ("take",)),
    Route("render-cancel", FORM, ("take",), SPENDERS, got=302),
    Route("render-retry", FORM, ("take",), SPENDERS, got=302),
    Route("render-look-again", FORM, ("take",), SPENDERS, got=302),
    Route("render-resolve", FORM, ("take",), SPENDERS, got=302),
    Route("render-send-again", FORM, ("take",), MANAGERS, got=302),
    Route("render-charged", FORM, ("take",), SPENDERS, got=302),
    Route("render-vary", FORM, ("take",), SPENDERS, got=302),
    Route("render-extend", FORM, ("take",), SPENDERS, got=302),
    Route("render-reuse", FORM, ("take",), SPENDERS, got=302),
    Route("render-use-last-frame", FORM, ("take",), SPENDERS, got=302),
    Route("output-video", FILE, ("take",)),
    Route("output-download", FILE, ("take",)),
    Route("output-poster", FILE, ("take",)),
    Route("output-card-poster", FILE, ("take", "width")),
    Route("output-filmstrip", FILE, ("take",)),
    Route("output-last-frame", FILE, ("take",)),
    Route(
        "bulk-ask",
        FORM,
        turned=SIGNED_IN,
        got=302,
        form={"take": "{take}"},
        query={"act": "favourite"},
        but=MEMBERS_PRESS,
    ),
    Route("bulk-now", LOOK, turned=SIGNED_IN),
    Route("bulk-count", LOOK, turned=SIGNED_IN),
    Route("bulk-offers", LOOK, query={"in": "{slug}"}),
    Route("bulk-download", FORM, turned=SIGNED_IN, got=302, form={"take": "{take}"}, but=MEMBERS_PRESS),
    # It is the artist’s own.
    Route("bulk-progress", LOOK, ("work",), SIGNED_IN, got=404, but={"artist": (200, 200)}),
    Route("bulk-stop", FORM, ("work",), SIGNED_IN, got=404, posted=404, but={"artist": (302, 302)}),
    Route("bulk-close", FORM, ("work",), SIGNED_IN, got=404, posted=404, but={"artist": (302, 302)}),
    Route("take-look", LOOK, ("take",)),
    Route("take-rate", FORM, ("take",), got=302, posted=422),
    Route("take-favourite", FORM, ("take",), got=302),
    Route("take-tag", FORM, ("take",), got=302, posted=422),
    Route("take-untag", FORM, ("take",), got=302),
    Route("review", LOOK, turned=SIGNED_IN),
    Route("review-send", FORM, turned=SIGNED_IN, got=302, form={"take": "{take}"}, but=SPENDERS_PRESS),
    Route("project-review", LOOK, ("slug",)),
    Route("render-review", LOOK, ("take",)),
    Route("review-decide", FORM, ("take",), DECIDERS, got=302, posted=422),
    Route("review-withdraw", FORM, ("take",), DECIDERS, got=302),
    Route("review-take-back", FORM, ("take",), SPENDERS, got=302),
    Route("take-delete", FORM, turned=SIGNED_IN, got=302, form={"take": "{take}"}, but=SPENDERS_PRESS),
    Route("take-bring-back", FORM, ("deleted",), MANAGERS, got=302),
    Route("deleted-takes", LOOK, ("slug",), SPENDERS),
    Route("comment-add", FORM, ("take",), got=302, posted=422),
    Route("render-talk", LOOK, ("take",), got=204, query={"seen": "0"}),
    Route("comment-edit", FORM, ("comment",), got=302, posted=422),
    # It is nobody’s of them.
    Route("comment-remove", FORM, ("comment",), got=302, but={"artist": (302, 403), "reviewer": (302, 403)}),
    Route("comment-resolve", FORM, ("comment",), got=302),
    Route("comment-reopen", FORM, ("comment",), got=302),
    Route("comment-answer", FORM, ("comment",), SPENDERS, got=302),
    Route("review-answer", FORM, ("review",), SPENDERS, got=302),
    Route("export-list", LOOK, ("slug",)),
    Route("export-create", FORM, ("slug",), posted=422),
    Route("export-file", FILE, ("export",)),
    Route("guest-links", LOOK, ("slug",), MANAGERS),
    Route("guest-link-create", FORM, ("slug",), MANAGERS, posted=422),
    Route("guest-link-detail", LOOK, ("guest_link",), MANAGERS),
    Route("guest-link-change", FORM, ("guest_link",), MANAGERS, got=302, posted=422),
    Route("guest-link-revoke", FORM, ("guest_link",), MANAGERS, got=302),
    Route("guest-link-remake", FORM, ("guest_link",), MANAGERS, got=302),
    Route("guest-home", LOOK, ("guest_token",), OPEN_LINK),
    Route("guest-enter", FORM, ("guest_token",), OPEN_LINK, got=302, posted=422),
    Route("guest-take", LOOK, ("guest_token", "number"), GUESTS),
    Route("guest-video", FILE, ("guest_token", "number"), GUEST_FILES),
    Route("guest-poster", FILE, ("guest_token", "number"), GUEST_FILES),
    Route("guest-filmstrip", FILE, ("guest_token", "number"), GUEST_FILES),
    Route("guest-download", FILE, ("guest_token", "number"), GRANTED_FILES),
    Route("guest-comment", FORM, ("guest_token", "number"), GRANTED, got=302, posted=422),
    Route("guest-talk", LOOK, ("guest_token", "number"), GRANTED),
    Route("guest-decide", FORM, ("guest_token", "number"), GRANTED, got=302, posted=422),
    Route("spend", LOOK, turned=PAYERS),
    Route("spend-takes", LOOK, turned=PAYERS),
    Route("spend-export", LOOK, turned=PAYERS),
    Route("price-list", LOOK, turned=PAYERS),
    Route("price-lift", FORM, ("stop",), ADMINS, got=302, posted=422),
    Route("budget-list", FORM, turned=ADMINS, posted=422),
    Route("budget-change", FORM, ("budget",), MANAGERS, posted=422),
    Route("budget-remove", FORM, ("budget",), MANAGERS, got=302),
    Route("project-budget-add", FORM, ("slug",), MANAGERS, got=302, posted=422),
    Route("notification-list", LOOK, turned=SIGNED_IN),
    Route("notification-read", FORM, turned=SIGNED_IN, got=302),
    Route("notification-settings", FORM, turned=SIGNED_IN, posted=422),
    # It is the reviewer’s own.
    Route("notification-open", LOOK, ("notice",), SIGNED_IN, got=404, but={"reviewer": (302, 302)}),
    Route("project-hook", FORM, ("slug",), MANAGERS, posted=422),
    Route("hook-rotate", FORM, ("slug",), MANAGERS, got=302, posted=200),
    Route("hook-test", FORM, ("slug",), MANAGERS, got=302),
    Route("dispatch-again", FORM, ("slug", "dispatch"), MANAGERS, got=302),
    Route("hook-wake", ACT, ("signed",), EVERYBODY, posted=404, takes_calls=True),
    Route("healthz", FILE, turned=EVERYBODY),
    # No worker runs here, and the numbers are for whoever has the token.
    Route("readyz", FILE, turned=EVERYBODY, got=503),
    Route("metrics", FILE, turned=EVERYBODY, got=404),
)


def named(route: Route) -> str:
    """What a test of one route is called by."""
    return route.name


@pytest.fixture
def things(project: Project, manager: User, artist: User, reviewer: User) -> dict[str, object]:
    """What may stand in a path, a query or a form: one of each, all of `project`. The take is the artist's own."""
    take = make_render(project, asked_by=artist)
    make_output(take, b"the file")
    invitation = invite(by=manager, project=project, role=Role.ARTIST)
    granted = {"may_comment": True, "may_decide": True, "may_download": True}
    guest_link = make_guest_link(project, take, **granted)
    return {
        "slug": project.slug,
        "prompt": make_prompt(project, "One.", "Two.").pk,
        "matrix": make_matrix(project).pk,
        "asset": make_asset(project, b"an image").pk,
        "collection": make_collection(project, take).pk,
        "take": take.pk,
        "deleted": make_render(project, deleted_at=now()).pk,
        "comment": make_comment(take).pk,
        "review": make_review(take, manager, Verdict.CHANGES, reason="Longer.").pk,
        "export": make_export(project).pk,
        "key": take.key_id,
        "person": artist.pk,
        "member": project.memberships.get(user=artist).pk,
        "change": "close",
        "invitation": invitation.pk,
        "token": invitation.token,
        "stop": make_stop().pk,
        "budget": make_budget(project).pk,
        "notice": make_notification(reviewer, project=project).pk,
        "dispatch": make_dispatch(project).pk,
        "guest_link": guest_link.pk,
        "guest_token": guest_link.token,
        "number": 1,
        "width": 480,
        "signed": "forged",
        "name": "image.png",
        "demo_role": "artist",
        "nobodys_view": 2**40,
        "language": "fr",
        "work": make_bulk_work(artist, take).pk,
    }


def address_of(route: Route, things: Mapping[str, object]) -> str:
    """The full address of a route, with `things` in its path and query."""
    path = [things[part] for part in route.path]
    return reverse(route.name, args=path, query=filled(route.query, things) or None)


def filled(fields: Mapping[str, str], things: Mapping[str, object]) -> dict[str, str]:
    """The fields of a query or a form, with `things` where they are named."""
    return {name: value.format(**things) for name, value in fields.items()}
