"""The keys as their room lists them: each with its work, its money and its projects, without any secret."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count

from studio.choices import AT_GATEWAY, RenderState
from studio.models import ProviderKey, Render
from studio.services.key_limits import spent_by_key

AT_WORK = (RenderState.SUBMITTING, *AT_GATEWAY, RenderState.FETCHING)


@dataclass(frozen=True)
class KeyRow:
    """One key, how many takes wait for it, run with it or are unconfirmed, and what it has spent this month."""

    key: ProviderKey
    waiting: int
    running: int
    unconfirmed: int
    spent: Decimal
    # Empty when every project may use it.
    projects: list[str]

    @property
    def left(self) -> Decimal | None:
        """What may still be spent this month; None without a cap."""
        cap = self.key.monthly_cap
        return None if cap is None else max(cap - self.spent, Decimal(0))


def key_list() -> list[KeyRow]:
    """All keys that nobody has deleted, oldest first; five queries however many there are."""
    keys = list(ProviderKey.objects.present().defer("secret", "management_secret").prefetch_related("projects"))
    spent = spent_by_key(keys=keys)
    counts = _counts()
    return [
        KeyRow(
            key=key,
            waiting=counts.get((key.pk, RenderState.QUEUED), 0),
            running=sum(counts.get((key.pk, state), 0) for state in AT_WORK),
            unconfirmed=counts.get((key.pk, RenderState.UNCONFIRMED), 0),
            spent=spent[key.pk],
            projects=sorted(project.name for project in key.projects.all()),
        )
        for key in keys
    ]


def _counts() -> dict[tuple[int, str], int]:
    counted = Render.objects.filter(state__in=[RenderState.QUEUED, RenderState.UNCONFIRMED, *AT_WORK])
    rows = counted.order_by().values_list("key", "state").annotate(number=Count("pk"))
    return {(key_id, state): number for key_id, state, number in rows}
