"""What people make of takes, as rows for tests: words, verdicts, collections, links, exports, notices and bulk work."""

from __future__ import annotations

import secrets
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from studio.choices import (
    BulkAct,
    ExportFormat,
    FileState,
    NoticeChannel,
    NoticeKind,
    Verdict,
)
from studio.lib.clock import now
from studio.models import (
    BulkWork,
    Collection,
    Comment,
    Dispatch,
    Export,
    GuestLink,
    GuestTake,
    Notification,
    PriceStop,
    Project,
    ProjectHook,
    Render,
    Review,
    User,
)
from studio.services import collections, exports
from tests.factories import store

_numbers = count(1)


def make_comment(render: Render, text: str = "Hold this longer.", author: User | None = None, **over: Any) -> Comment:
    """A remark on the whole take, unless a frame is given."""
    name = author.label if author else "Somebody"
    return Comment.objects.create(**{"render": render, "author": author, "name": name, "text": text, **over})


def make_review(render: Render, reviewer: User, verdict: Verdict = Verdict.APPROVED, **over: Any) -> Review:
    """A verdict as a row of its own: what the take comes to by it is not worked out."""
    return Review.objects.create(
        **{"render": render, "reviewer": reviewer, "name": reviewer.label, "verdict": verdict, **over}
    )


def make_guest_link(project: Project, *takes: Render, **over: Any) -> GuestLink:
    """An open link to `takes` that only shows them."""
    values = {"label": "The client", "nonce": secrets.token_urlsafe(32), "expires_at": now() + timedelta(days=7)}
    link = GuestLink.objects.create(**{"project": project, **values, **over})
    for position, take in enumerate(takes):
        GuestTake.objects.create(link=link, render=take, position=position)
    return link


def make_collection(project: Project, *takes: Render, **over: Any) -> Collection:
    """A collection with these takes in this order."""
    collection = Collection.objects.create(project=project, **{"name": f"Collection {next(_numbers)}", **over})
    if takes:
        collections.add(collection=collection, takes=[take.pk for take in takes], actor=None)
    return collection


def make_export(project: Project, content: bytes = b"a timeline", **over: Any) -> Export:
    """An export that is ready, with its file in storage."""
    values = {"format": ExportFormat.OTIO, "takes": [1], "state": FileState.READY, "size": len(content)}
    values |= {"ended_at": now(), "expires_at": now() + timedelta(days=7)}
    export = Export.objects.create(**{"project": project, **values, **over})
    if export.state == FileState.READY and "file" not in over:
        export.file = exports.file_name(export)
        export.save(update_fields=["file"])
        store(export.file, content)
    return export


def make_notification(person: User, **over: Any) -> Notification:
    """Something that `person` was told in the studio and has not looked at."""
    number = next(_numbers)
    values = {
        "kind": NoticeKind.READY,
        "key": f"ready:{number}",
        "text": f"Take {number} is ready.",
        "path": "/gallery/",
    }
    return Notification.objects.create(**{"recipient": person, **values, **over})


def make_dispatch(project: Project, **over: Any) -> Dispatch:
    """A call that waits to be made for `project`; its address leads to a closed port of this machine."""
    hook, _ = ProjectHook.objects.get_or_create(
        project=project, defaults={"url": "http://127.0.0.1:9/", "secret": f"whsec_{'c2VjcmV0' * 4}"}
    )
    content = {"type": "ready", "created_at": "2026-11-21T12:00:00+00:00", "project": project.name, "take": 7}
    content |= {"text": "Take 7 is ready.", "path": "/takes/7/", "id": "0"}
    values = {"channel": NoticeChannel.WEBHOOK, "key": f"hook:{next(_numbers)}", "hook": hook, "content": content}
    return Dispatch.objects.create(**{**values, **over})


def make_bulk_work(actor: User, *takes: Render, **over: Any) -> BulkWork:
    """Work on these takes that was asked for and that nobody has taken up; no job is asked for it."""
    values = {"actor": actor, "act": BulkAct.FAVOURITE, "takes": [take.pk for take in takes]}
    return BulkWork.objects.create(**(values | over))


def make_stop(**over: Any) -> PriceStop:
    """Quoting is stopped for the model that `make_request` asks for."""
    values: dict[str, Any] = {
        "provider": "tokenlab",
        "model": "seedance-2.0-fast",
        "currency": "USD",
        "gap_percent": Decimal("40.0"),
        "bills": 7,
    }
    return PriceStop.objects.create(**(values | over))
