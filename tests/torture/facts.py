"""What the studio says of its takes and what the gateway says of its tasks, put side by side by the prompt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.torture.database import Database, Row, money, plain
from tests.torture.prices import price_of

RENDERS = """
    SELECT r.id, r.provider, r.model, r.state, r.standing, r.price, r.estimate, r.currency, r.spec,
           r.cancel_asked_at, k.label AS door
    FROM studio_render r JOIN studio_providerkey k ON k.id = r.key_id ORDER BY r.id
"""
ATTEMPTS = "SELECT id, render_id, number, outcome, remote_id, charged, claimed_id FROM studio_attempt ORDER BY id"
ENTRIES = "SELECT render_id, kind, round, amount, currency FROM studio_ledgerentry ORDER BY id"
OUTPUTS = "SELECT render_id, file, sha256, size FROM studio_output"
EVENTS = "SELECT render_id, to_state FROM studio_renderevent ORDER BY id"


@dataclass(frozen=True)
class Task:
    """One task that the gateway was made to work on."""

    id: str
    dialect: str
    prompt: str
    status: str
    price: Decimal
    currency: str
    film: Mapping[str, Any] | None
    erased: bool = False


@dataclass(frozen=True)
class Attempt:
    """One sending, as the studio has it."""

    number: int
    outcome: str
    remote_id: str
    charged: Decimal | None
    claimed_id: str


@dataclass(frozen=True)
class Entry:
    """One step in the ledger."""

    kind: str
    round: int
    amount: Decimal | None
    currency: str


@dataclass(frozen=True)
class Output:
    """The file that a take is ready with."""

    path: Path
    sha256: str
    size: int


@dataclass(frozen=True)
class Take:
    """All that is known of one take, here and there."""

    pk: int
    door: str
    state: str
    standing: str
    price: Decimal | None
    estimate: Decimal | None
    currency: str
    prompt: str
    cancel_asked: bool = False
    attempts: tuple[Attempt, ...] = ()
    entries: tuple[Entry, ...] = ()
    states: tuple[str, ...] = ()
    output: Output | None = None
    tasks: tuple[Task, ...] = ()


@dataclass(frozen=True)
class Facts:
    """The whole studio, and the tasks that belong to no take of it."""

    takes: tuple[Take, ...]
    strays: tuple[Task, ...] = ()

    @property
    def tasks(self) -> list[Task]:
        return [*(task for take in self.takes for task in take.tasks), *self.strays]


def gather(database: Database, books: Iterable[Mapping[str, Any]], media: Path) -> Facts:
    """To be asked when nothing moves any more."""
    tasks = _by([task_of(create) for create in books], lambda task: task.prompt)
    attempts = _by(database.rows(ATTEMPTS), lambda row: row["render_id"])
    entries = _by(database.rows(ENTRIES), lambda row: row["render_id"])
    outputs = {row["render_id"]: row for row in database.rows(OUTPUTS)}
    events = _by(database.rows(EVENTS), lambda row: row["render_id"])
    takes = []
    for row in database.rows(RENDERS):
        pk, prompt = row["id"], plain(row["spec"])["prompt"]
        takes.append(
            Take(
                pk=pk,
                door=row["door"],
                state=row["state"],
                standing=row["standing"],
                price=money(row["price"]),
                estimate=money(row["estimate"]),
                currency=row["currency"],
                prompt=prompt,
                cancel_asked=row["cancel_asked_at"] is not None,
                attempts=tuple(map(_attempt, attempts.get(pk, ()))),
                entries=tuple(map(_entry, entries.get(pk, ()))),
                states=tuple(event["to_state"] for event in events.get(pk, ())),
                output=_output(outputs[pk], media) if pk in outputs else None,
                tasks=tuple(tasks.pop(prompt, ())),
            )
        )
    return Facts(tuple(takes), tuple(task for left in tasks.values() for task in left))


def task_of(create: Mapping[str, Any]) -> Task:
    """A line of the sandbox's books, with its bill turned into money."""
    body, bill = create["body"], create["bill"]
    return Task(
        id=create["task_id"],
        dialect=create["dialect"],
        prompt=_prompt(body),
        status=create["status"],
        price=price_of(create["dialect"], body["model"], bill),
        currency=bill["currency"] if bill else "",
        film=create["film"],
        erased=create["erased"],
    )


def _prompt(body: Mapping[str, Any]) -> str:
    items = [item for item in body.get("content", ()) if item.get("type") == "text"]
    return str(items[0]["text"] if items else body.get("prompt", ""))


def _attempt(row: Row) -> Attempt:
    return Attempt(row["number"], row["outcome"], row["remote_id"], money(row["charged"]), row["claimed_id"])


def _entry(row: Row) -> Entry:
    return Entry(row["kind"], row["round"], money(row["amount"]), row["currency"])


def _output(row: Row, media: Path) -> Output:
    return Output(media / row["file"], row["sha256"], row["size"])


def _by(rows: Iterable[Any], key: Any) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found
