"""What a key may spend and how much may run with it: its monthly cap, its places and its pace."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db.models import Exists, OuterRef, Sum

from studio.choices import AT_GATEWAY, RenderState
from studio.lib.clock import now
from studio.lib.money import money, money_left
from studio.models import Attempt, ProviderKey, Render
from studio.providers.problem import Problem
from studio.services import spending

# An unconfirmed take may run there too, but nobody knows for how long: the gateway itself says when it is too many.
TAKES_A_PLACE = (RenderState.SUBMITTING, *AT_GATEWAY)
MINUTE = timedelta(minutes=1)


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


def room(*, key: ProviderKey) -> Room:
    """Why a take that waits for `key` has to wait on, or that it need not."""
    if key.max_running is not None:
        running = Render.objects.filter(key=key, state__in=TAKES_A_PLACE).count()
        if running >= key.max_running:
            takes = f"{running} of {key.max_running} takes are running with this key"
            return Room(f"Waiting for a free place: {takes}.", 3)
    if key.per_minute is not None and (wait := _seconds_of_pace(key, key.per_minute)) > 0:
        takes = f"{key.per_minute} {'take' if key.per_minute == 1 else 'takes'} a minute may be sent with this key"
        return Room(f"Waiting for its turn: {takes}.", wait)
    return Room()


def _seconds_of_pace(key: ProviderKey, per_minute: int) -> float:
    """Until the oldest of the last `per_minute` sendings is a minute old."""
    if per_minute == 0:
        return MINUTE.total_seconds()
    sent = Attempt.objects.filter(key=key).order_by("-pk").values_list("created_at", flat=True)
    oldest = next(iter(sent[per_minute - 1 : per_minute]), None)
    return 0 if oldest is None else (oldest + MINUTE - now()).total_seconds()


def full_keys() -> list[int]:
    """The keys without room now: asking again for what waits for them would only be work."""
    limited = ProviderKey.objects.present().exclude(max_running=None, per_minute=None)
    waiting = limited.filter(Exists(Render.objects.filter(key=OuterRef("pk"), state=RenderState.QUEUED)))
    return [key.pk for key in waiting.defer("secret", "management_secret") if not room(key=key).is_free]


def spent_this_month(*, key: ProviderKey) -> Decimal:
    """What was settled in this calendar month (UTC) and what is held, in the key's own currency."""
    return spent_by_key(keys=[key])[key.pk]


def spent_by_key(*, keys: Iterable[ProviderKey]) -> dict[int, Decimal]:
    """The same for several keys at the cost of one."""
    currencies = {key.pk: key.currency for key in keys}
    spent = {key_id: Decimal(0) for key_id in currencies}
    mine = spending.counted(Render.objects.filter(key__in=currencies), spending.month_start(now()))
    totals = mine.order_by().values_list("key", "currency").annotate(total=Sum(spending.AMOUNT))
    for key_id, currency, total in totals:
        # Credits are never added to dollars.
        if currency == currencies[key_id] and total is not None:
            spent[key_id] = spending.exact(total)
    return spent


def cap_problem(
    *, key: ProviderKey, amount: Decimal | None, currency: str, spent: Decimal | None = None
) -> Problem | None:
    """Why `amount` more (of all takes asked for together) may not be spent with `key`, or None.

    Called under `lock`, in the transaction that reserves the money; a page that only tells hands in what is `spent`.
    """
    if key.monthly_cap is None:
        return None
    cap = f"{money(key.monthly_cap, key.currency)} a month"
    if amount is None or currency != key.currency:
        why = "its price is not known beforehand" if amount is None else f"its price is in {currency}"
        return Problem("key", f"This key is limited to {cap}, and {why}. Choose another gateway, or ask an admin.")
    spent = spent_this_month(key=key) if spent is None else spent
    if spent + amount <= key.monthly_cap:
        return None
    left = max(key.monthly_cap - spent, Decimal(0))
    left_words, needed = money_left(left, currency), money(amount, currency)
    return Problem(
        "key",
        f"This key is limited to {cap}; {left_words} are left, and this needs {needed}. "
        "Choose another gateway, wait for the next month, or ask an admin.",
    )
