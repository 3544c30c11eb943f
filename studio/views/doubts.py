"""What waits for a person in a project: takes without an answer, and ended ones that may have been charged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from zlib import crc32

from django.db.models import Prefetch
from django.http import HttpRequest

from studio import access
from studio.choices import RenderState
from studio.models import Attempt, Project, Render, RenderEvent
from studio.services import proofs
from studio.services.transitions import WITHOUT_FILE

# So many are shown at once, and so many at all: whoever has more than that settles those first.
FIRST = 5
MOST = 60
FEW = 2


@dataclass(frozen=True)
class Doubt:
    """One take, what was sent for it, and when the studio itself looks for it again."""

    take: Render
    sent: Attempt | None = None
    next_look: datetime | None = None


@dataclass(frozen=True)
class Doubts:
    """All that one person may settle in a project, newest first."""

    unconfirmed: list[Doubt] = field(default_factory=list)
    ended: list[Doubt] = field(default_factory=list)
    is_all: bool = True
    may_send_again: bool = False

    @property
    def are_few(self) -> bool:
        """Whether each may stand open, with its choices, and the composer still be seen."""
        return len(self.unconfirmed) <= FEW

    @property
    def first(self) -> list[Doubt]:
        """Those that are shown at once."""
        return self.unconfirmed[:FIRST]

    @property
    def further(self) -> list[Doubt]:
        """Those behind “all”."""
        return self.unconfirmed[FIRST:]

    @property
    def shown(self) -> str:
        """A short name for just this list, by which a page knows whether it shows it already."""
        takes = [doubt.take for doubt in (*self.unconfirmed, *self.ended)]
        return f"{crc32(','.join(f'{take.pk}{take.state}' for take in takes).encode()):x}"


def doubts_of(request: HttpRequest, project: Project) -> Doubts | None:
    """The person's own doubtful takes here, everybody's for managers and admins; None for those who only look."""
    if not access.may(request, project, access.WHO_SPENDS):
        return None
    manages = access.may(request, project, access.WHO_MANAGES)
    takes = project.renders.in_doubt()
    if not manages:
        takes = takes.filter(asked_by=access.person(request))
    sendings = Prefetch("attempts", Attempt.objects.defer("sent_body", "request", "answer"))
    found = list(takes.prefetch_related(sendings)[: MOST + 1])
    doubts = [_doubt(take) for take in found[:MOST]]
    return Doubts(
        unconfirmed=[doubt for doubt in doubts if doubt.take.state == RenderState.UNCONFIRMED],
        ended=[doubt for doubt in doubts if doubt.take.state != RenderState.UNCONFIRMED],
        is_all=len(found) <= MOST,
        may_send_again=manages and project.archived_at is None,
    )


def _doubt(take: Render) -> Doubt:
    sent = next(iter(take.attempts.all()), None)
    if sent is None or take.state != RenderState.UNCONFIRMED:
        return Doubt(take, sent)
    # Known already, and not to be asked for again.
    sent.render, sent.key = take, take.key
    return Doubt(take, sent, proofs.next_look(sent))


def concerns(events: Iterable[RenderEvent]) -> bool:
    """Whether any of these events may have changed what waits for a person."""
    return any(WITHOUT_FILE & {event.from_state, event.to_state} for event in events)
