"""What has to be true of every take once nothing moves any more; each check says in a sentence what is wrong."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import NamedTuple

import av

from tests.torture.facts import Facts, Take, Task
from tests.torture.plan import BY_NAME

LIVE = ("draft", "queued", "submitting", "waiting", "running", "fetching")
# These document that a task which ends without a film is free.
FREE_FAILURES = ("tokenlab", "ark")
ENDS = {"completed": ("ready",), "failed": ("failed", "expired"), "cancelled": ("cancelled",)}
SEEN = ("accepted", "unknown", "sending")
LAST_ENTRY = {"reserved": "reserved", "possibly": "possibly", "settled": "settled", "released": "released"}
ROUNDING_SECONDS = 0.1

DUPLICATE, LOST, STATE, FILE, MONEY = "duplicate", "lost", "state", "file", "money"


class Wrong(NamedTuple):
    """One thing that must not be."""

    kind: str
    text: str


def judge(facts: Facts) -> list[Wrong]:
    """Everything that is wrong, take by take."""
    wrong = [found for take in facts.takes for check in CHECKS for found in check(take)]
    wrong += [
        Wrong(LOST, f"the gateway has {task.id} ({task.prompt}), and the studio no take") for task in facts.strays
    ]
    named = Counter(attempt.remote_id for take in facts.takes for attempt in take.attempts if attempt.remote_id)
    wrong += [Wrong(DUPLICATE, f"{name} is the task of {count} attempts") for name, count in named.items() if count > 1]
    return wrong


def _ended(take: Take) -> Iterator[Wrong]:
    if take.state in LIVE and not is_followed_for_hours(take):
        yield _wrong(STATE, take, "has not come to an end")
    if any(attempt.outcome == "sending" for attempt in take.attempts):
        yield _wrong(STATE, take, "has an attempt that is still called sending")


def is_followed_for_hours(take: Take) -> bool:
    """Ark's one verb cancels or erases: a wish that comes in the moment of the end takes away the only record, and the
    studio asks for the task for six hours before it says that nobody knows."""
    return take.cancel_asked and take.state in ("waiting", "running") and any(task.erased for task in take.tasks)


def _created_once(take: Take) -> Iterator[Wrong]:
    """Nobody asks for a second create here, and a gateway that refused the first has made none."""
    if len(take.tasks) > 1:
        yield _wrong(DUPLICATE, take, f"was created {len(take.tasks)} times: {[task.id for task in take.tasks]}")


def _attempts_are_the_creates(take: Take) -> Iterator[Wrong]:
    """Each task is one attempt's, by its name or as what became of an unanswered one."""
    made = {task.id for task in take.tasks}
    accepted = {attempt.remote_id for attempt in take.attempts if attempt.outcome == "accepted"}
    unanswered = sum(attempt.outcome in ("unknown", "sending") for attempt in take.attempts)
    for name in accepted - made:
        yield _wrong(STATE, take, f"follows {name or 'a task without a name'}, which the gateway never made for it")
    if len(made - accepted) > unanswered:
        yield _wrong(LOST, take, f"has no attempt for {sorted(made - accepted)}")


def _state_is_true(take: Take) -> Iterator[Wrong]:
    newest = max(take.attempts, key=lambda attempt: attempt.number, default=None)
    outcome = newest.outcome if newest else ""
    if take.state == "unconfirmed":
        if outcome != "unknown":
            yield _wrong(STATE, take, f"though its last attempt is {outcome or 'missing'}")
        return
    if outcome == "unknown":
        yield _wrong(STATE, take, "though nobody knows what became of its last attempt")
    for task in take.tasks:
        if outcome == "accepted" and take.state not in (*LIVE, *ENDS.get(task.status, ())):
            kind = LOST if task.status == "completed" else STATE
            yield _wrong(kind, take, f"while the gateway calls {task.id} {task.status}")
    if not take.tasks and take.state in ("ready", "expired"):
        yield _wrong(STATE, take, "though the gateway never made anything for it")


def _unconfirmed_is_unprovable(take: Take) -> Iterator[Wrong]:
    if take.state == "unconfirmed" and (proof := proof_of(take)):
        yield _wrong(STATE, take, f"though {proof}")


def is_under_way(take: Take) -> bool:
    """Whether it may still change by itself in the next minutes."""
    if take.state == "unconfirmed":
        return bool(proof_of(take))
    return take.state in LIVE and not is_followed_for_hours(take)


def proof_of(take: Take) -> str:
    """What would settle an unconfirmed take without a person; empty when there is nothing of the kind."""
    door = BY_NAME[take.door]
    if any(attempt.claimed_id for attempt in take.attempts):
        return "a webhook has named its task"
    if door.provider == "ark" and take.tasks and not take.tasks[0].erased:
        return f"{take.tasks[0].id} is in the gateway's list"
    # A replay makes the task if there is none yet, so it is not sent for a take that was called off.
    if door.route == "v3" and take.tasks and not take.cancel_asked:
        return f"a replay would name {take.tasks[0].id}"
    return ""


def _file_is_whole(take: Take) -> Iterator[Wrong]:
    if (take.output is None) != (take.state != "ready"):
        yield _wrong(FILE, take, "with a file" if take.output else "without a file")
    if take.output is None or not take.tasks or (film := take.tasks[0].film) is None:
        return
    path = take.output.path
    if not path.is_file():
        yield _wrong(LOST, take, f"but {path} is not there")
        return
    content = path.read_bytes()
    here = (len(content), hashlib.sha256(content).hexdigest())
    if here != (film["size"], film["sha256"]) or here != (take.output.size, take.output.sha256):
        yield _wrong(FILE, take, f"with another file than the gateway's: {len(content)} bytes of {film['size']}")
    elif abs(_seconds(path) - film["seconds"]) > ROUNDING_SECONDS:
        yield _wrong(FILE, take, f"with a file that does not play for {film['seconds']} s")
    if len(list(path.parent.glob("[it]*-*"))) != 1:
        yield _wrong(FILE, take, f"with files left over: {sorted(each.name for each in path.parent.iterdir())}")


def _seconds(path: object) -> float:
    try:
        with av.open(str(path)) as film:
            next(film.decode(film.streams.video[0]))
            return (film.duration or 0) / av.time_base
    except (av.FFmpegError, IndexError, StopIteration):
        return 0.0


def _money_is_true(take: Take) -> Iterator[Wrong]:
    bill = sum((task.price for task in take.tasks), Decimal(0))
    match take.standing:
        case "settled" if take.price is None:
            if not is_unpriced(take):
                yield _wrong(MONEY, take, f"is paid for at an unknown price, and the gateway took {bill}")
        case "settled" if (take.price, take.currency) != (bill, _currency(take)):
            charged = f"{bill} {_currency(take)}"
            yield _wrong(MONEY, take, f"is paid for with {take.price} {take.currency}, and the gateway took {charged}")
        case "released" if bill:
            yield _wrong(MONEY, take, f"is said to be free, and the gateway took {bill}")
        case "possibly":
            yield from _possibly_charged(take, bill)
        case "reserved" if take.state not in LIVE:
            yield _wrong(MONEY, take, "has its money held although it has ended")


def _possibly_charged(take: Take, bill: Decimal) -> Iterator[Wrong]:
    if take.state == "unconfirmed":
        reason = ""
    elif not any(attempt.outcome in SEEN for attempt in take.attempts):
        reason = "although nothing ever reached the gateway"
    elif BY_NAME[take.door].provider in FREE_FAILURES:
        reason = "although the gateway documents that this is free"
    else:
        reason = ""
    if reason:
        yield _wrong(MONEY, take, f"is called possibly charged {reason}")
    if take.estimate is not None and take.estimate < bill:
        yield _wrong(MONEY, take, f"holds {take.estimate} for what the gateway took {bill}")


def _currency(take: Take) -> str:
    return next((task.currency for task in take.tasks if task.currency), take.currency)


def is_unpriced(take: Take) -> bool:
    """The Open API names its price only in the answer to the create; where that was lost, nobody ever learns it."""
    return BY_NAME[take.door].provider == "seedance" and "unconfirmed" in take.states and take.state != "unconfirmed"


def _entries_add_up(take: Take) -> Iterator[Wrong]:
    steps = [(entry.kind, entry.round) for entry in take.entries]
    if len(steps) != len(set(steps)):
        yield _wrong(MONEY, take, f"has a step twice in its ledger: {steps}")
    last = steps[-1][0] if steps else ""
    if last != LAST_ENTRY.get(take.standing):
        yield _wrong(MONEY, take, f"stands {take.standing}, and its ledger ends in {last or 'nothing'}")
    if take.standing == "settled" and take.entries and take.entries[-1].amount != take.price:
        yield _wrong(MONEY, take, f"has the price {take.price}, and its ledger says {take.entries[-1].amount}")


def differences(facts: Facts) -> dict[str, Decimal]:
    """By currency, what the ledger calls paid beyond what the gateways took; both without what nobody can know."""
    found: dict[str, Decimal] = {}
    for take in facts.takes:
        if _is_nobodys_knowledge(take):
            continue
        for task in take.tasks:
            _add(found, task.currency, -task.price)
        if take.standing == "settled" and take.entries:
            _add(found, take.entries[-1].currency, take.entries[-1].amount or Decimal(0))
    for task in facts.strays:
        _add(found, task.currency, -task.price)
    return {currency: difference for currency, difference in found.items() if difference}


def _is_nobodys_knowledge(take: Take) -> bool:
    return (
        take.standing == "possibly" or (take.standing, take.price) == ("settled", None) or is_followed_for_hours(take)
    )


def _add(sums: dict[str, Decimal], currency: str, amount: Decimal) -> None:
    sums[currency] = sums.get(currency, Decimal(0)) + amount


def creates_without_attempt(facts: Facts) -> list[Task]:
    """Tasks that none of our attempts can have made."""
    found = list(facts.strays)
    for take in facts.takes:
        possible = sum(attempt.outcome in SEEN for attempt in take.attempts)
        found += take.tasks[possible:]
    return found


def _wrong(kind: str, take: Take, text: str) -> Wrong:
    return Wrong(kind, f"take {take.pk} ({take.door}, “{take.prompt}”) is {take.state} {text}")


CHECKS: tuple[Callable[[Take], Iterator[Wrong]], ...] = (
    _ended,
    _created_once,
    _attempts_are_the_creates,
    _state_is_true,
    _unconfirmed_is_unprovable,
    _file_is_whole,
    _money_is_true,
    _entries_add_up,
)
