"""Work on many takes: asked for, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from studio.choices import BulkAct
from studio.models import BulkWork, Render, User
from studio.services import bulk


def ask(actor: User, act: BulkAct, takes: Sequence[Render], **details: Any) -> BulkWork:
    return bulk.ask(actor=actor, act=act, takes=[take.pk for take in takes], details=details)


def outcome(work: BulkWork) -> tuple[str, int, int, list[list[Any]]]:
    work = BulkWork.objects.get(pk=work.pk)
    return work.state, work.done, work.changed, work.skipped
