"""What a key may spend and how much may run with it: its monthly cap, its places and its pace."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db.models import Exists, OuterRef, Sum

from studio.choices import AT_GATEWAY, RenderState
from studio.lib.clock import now
from studio.lib.english import english, english_count, plural
from studio.models import Attempt, ProviderKey, Render
from studio.providers import registry
from studio.services import spending
from studio.services.limits import Holder, Limit

# An unconfirmed take may run there too, but nobody knows for how long: the gateway itself says when it is too many.
TAKES_A_PLACE = (RenderState.SUBMITTING, *AT_GATEWAY)
MINUTE = timedelta(minutes=1)
A_MINUTE = plural(
    "%(number)s take a minute may be sent with this key", "%(number)s takes a minute may be sent with this key"
)


@dataclass(frozen=True)
class Room:
    """Whether one more take may be sent with a key now, and if not, why and for how many seconds at least."""

    reason: str = ""
    seconds: float = 0

    @property
    def is_free(self) -> bool:
        """True when nothing of the key's own limits stands against it."""
        return not self.reason


def lock(*, key_id: int) -> ProviderKey:
    """The key as it is now, held until the transaction ends, so that what is counted for it stays true till then."""
    keys = ProviderKey.objects.select_for_update(no_key=True).defer("secret", "management_secret")
    return keys.get(pk=key_id)


def lock_all(*, key_ids: Collection[int]) -> dict[int, ProviderKey]:
    """Several keys at once as they are now, in the one order in which keys are ever locked."""
    keys = ProviderKey.objects.select_for_update(no_key=True).defer("secret", "management_secret")
    return {key.pk: key for key in keys.filter(pk__in=key_ids).order_by("pk")}


def room(*, key: ProviderKey) -> Room:
    """Why a take that waits for `key` has to wait on, or that it need not."""
    if key.max_running is not None:
        running = Render.objects.filter(key=key, state__in=TAKES_A_PLACE).count()
        if running >= key.max_running:
            takes = english(
                "%(running)s of %(max_running)s takes are running with this key",
                running=running,
                max_running=key.max_running,
            )
            return Room(english("Waiting for a free place: %(takes)s.", takes=takes), 3)
    if key.per_minute is not None and (wait := _seconds_of_pace(key, key.per_minute)) > 0:
        takes = english_count(A_MINUTE, key.per_minute)
        return Room(english("Waiting for its turn: %(takes)s.", takes=takes), wait)
    return Room()


def _seconds_of_pace(key: ProviderKey, per_minute: int) -> float:
    """Until the oldest of the last `per_minute` sendings is a minute old."""
    if per_minute == 0:
        return MINUTE.total_seconds()
    # What was sent in the future was sent before the clock was set back, and nobody knows how long ago.
    sent = Attempt.objects.filter(key=key, created_at__lte=now()).order_by("-pk").values_list("created_at", flat=True)
    oldest = next(iter(sent[per_minute - 1 : per_minute]), None)
    return 0 if oldest is None else (oldest + MINUTE - now()).total_seconds()


def full_keys() -> list[int]:
    """The keys without room now: asking again for what waits for them would only be work."""
    limited = ProviderKey.objects.present().exclude(max_running=None, per_minute=None)
    waiting = limited.filter(Exists(Render.objects.filter(key=OuterRef("pk"), state=RenderState.QUEUED)))
    return [key.pk for key in waiting.defer("secret", "management_secret") if not room(key=key).is_free]


def spent_by_key(*, keys: Iterable[ProviderKey]) -> dict[int, Decimal]:
    """By id what each key has spent: settled in this calendar month (UTC) or held, in the key's own currency."""
    currencies = {key.pk: key.currency for key in keys}
    spent = {key_id: Decimal(0) for key_id in currencies}
    mine = spending.counted(Render.objects.filter(key__in=currencies), spending.month_start(now()))
    totals = mine.order_by().values_list("key", "currency").annotate(total=Sum(spending.AMOUNT))
    for key_id, currency, total in totals:
        # Credits are never added to dollars.
        if currency == currencies[key_id] and total is not None:
            spent[key_id] = spending.exact(total)
    return spent


def caps() -> list[Limit]:
    """The caps of all keys that have one, with what is spent of each; two queries."""
    capped = ProviderKey.objects.present().exclude(monthly_cap=None).defer("secret", "management_secret")
    keys = {key.pk: key for key in capped}
    spent = spent_by_key(keys=keys.values()) if keys else {}
    return [limit_of(key=key, spent=spent[pk]) for pk, key in keys.items()]


def limit_of(*, key: ProviderKey, spent: Decimal) -> Limit:
    """The cap of a key that has one, as a limit like any other."""
    return Limit(
        holder=Holder.KEY,
        subject=f"{_gateway_name(key.provider)}: {key.label}",
        currency=key.currency,
        amount=key.monthly_cap or Decimal(0),
        spent=spent,
        key=key,
    )


def _gateway_name(slug: str) -> str:
    return registry.get(slug).name if slug in registry.PROVIDERS else slug
