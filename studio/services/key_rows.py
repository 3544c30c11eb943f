"""The keys as their room lists them: each with its work, its money and its projects, without any secret."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import Case, Count, When
from django.utils.translation import gettext as _

from studio.choices import AT_GATEWAY, RenderState
from studio.models import ProviderKey, Render
from studio.providers import registry
from studio.services.key_limits import spent_by_key

AT_WORK = (RenderState.SUBMITTING, *AT_GATEWAY, RenderState.FETCHING)
OPEN = (RenderState.QUEUED, RenderState.UNCONFIRMED, *AT_WORK)
# No take costs less.
_CENT = Decimal("0.01")


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
    def has_gateway(self) -> bool:
        """False when this version has no code for its gateway: then nothing can be done with the key."""
        return self.key.provider in registry.PROVIDERS

    @property
    def left(self) -> Decimal | None:
        """What may still be spent this month; None without a cap."""
        cap = self.key.monthly_cap
        return None if cap is None else max(cap - self.spent, Decimal(0))

    @property
    def is_at_cap(self) -> bool:
        """True when no take fits into what is left of this month."""
        return self.left is not None and self.left < _CENT

    @property
    def open(self) -> int:
        """How many takes still need the key."""
        return self.waiting + self.running + self.unconfirmed

    @property
    def open_words(self) -> str:
        """The same by what they do: “2 waiting, 1 unconfirmed”."""
        counts = (
            (self.waiting, _("%(number)s waiting")),
            (self.running, _("%(number)s at the gateway")),
            (self.unconfirmed, _("%(number)s unconfirmed")),
        )
        return ", ".join(words % {"number": number} for number, words in counts if number)


def gateway_name(slug: str) -> str:
    """A gateway as people know it; its slug for one that is no longer in the registry."""
    return registry.get(slug).name if slug in registry.PROVIDERS else slug


def require_gateway(key: ProviderKey) -> None:
    """Raises ValidationError for a key whose gateway is no longer in the registry."""
    if key.provider not in registry.PROVIDERS:
        raise ValidationError(unknown_words(key))


def unknown_words(key: ProviderKey) -> str:
    """What to say of a key whose gateway is no longer in the registry."""
    words = _("“%(gateway)s” is a gateway this version does not know. Nothing can be rendered with this key.")
    return words % {"gateway": key.provider}


def subject_of(key: ProviderKey) -> str:
    """The key as the audit list names it, whatever becomes of its label."""
    return f"{gateway_name(key.provider)}: {key.label}"


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


def open_takes(*, key: ProviderKey) -> list[Render]:
    """The takes that still need the key, those first that wait for a person to settle them."""
    takes = Render.objects.filter(key=key, state__in=OPEN).select_related("project")
    return list(takes.order_by(Case(When(state=RenderState.UNCONFIRMED, then=0), default=1), "pk"))


def _counts() -> dict[tuple[int, str], int]:
    counted = Render.objects.filter(state__in=OPEN)
    rows = counted.order_by().values_list("key", "state").annotate(number=Count("pk"))
    return {(key_id, state): number for key_id, state, number in rows}
