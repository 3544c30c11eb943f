"""What a seed stands for: what is asked for at which gateway, what goes wrong there, and who is killed when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from random import Random
from typing import Any

TEXT, IMAGE = "text-to-video", "image-to-video"


@dataclass(frozen=True)
class Door:
    """One key at one gateway; `path` follows the sandbox's address in its base URL."""

    name: str
    provider: str
    route: str
    path: str
    secret: str
    models: tuple[str, ...]
    own_faults: tuple[str, ...]


DOORS = (
    Door(
        "TokenLab",
        "tokenlab",
        "",
        "",
        "sk-torture-unified-1",
        ("seedance-2.0", "seedance-2.0-fast", "seedance-2.0-mini"),
        ("url-nested", "url-list", "url-data", "url-content", "error-missing"),
    ),
    Door(
        "TokenLab v3",
        "tokenlab",
        "v3",
        "",
        "sk-torture-ark-shaped-1",
        ("seedance-2.0",),
        ("replay-in-progress", "expires"),
    ),
    Door(
        "TokenHub",
        "tokenhub",
        "",
        "/api/v1",
        "th-torture-0001",
        ("doubao-seedance-2.0", "doubao-seedance-2.0-fast"),
        ("error-missing",),
    ),
    Door(
        "Open API",
        "seedance",
        "",
        "",
        "sd2_live_torture_0001",
        ("seedance-2.0", "seedance-2.0-fast"),
        ("webhook-twice", "webhook-early", "webhook-forged", "error-missing"),
    ),
    Door(
        "Ark BytePlus",
        "ark",
        "byteplus",
        "/api/v3",
        "5f1d0c2e-torture-0001",
        ("dreamina-seedance-2-0-260128", "dreamina-seedance-2-0-fast-260128"),
        ("expires",),
    ),
    Door(
        "Ark Volcengine",
        "ark",
        "volcengine",
        "/api/v3",
        "5f1d0c2e-torture-0002",
        ("doubao-seedance-2-0-fast-260128", "doubao-seedance-2-0-mini-260615"),
        ("expires",),
    ),
)
BY_NAME = {door.name: door for door in DOORS}

# How often of a hundred each thing goes wrong, at any gateway; what is left goes well.
FAULTS = {
    "lost-answer": 6,
    "cut-body": 3,
    "bad-json": 2,
    "server-error-after": 3,
    "server-error-before": 2,
    "rate-limit": 4,
    "rate-limit-bare": 2,
    "refuse": 3,
    "insufficient-balance": 1,
    "moderation": 4,
    "error-string": 1,
    "error-object": 1,
    "unknown-status": 2,
    "poll-500": 4,
    "poll-404-lag": 3,
    "poll-rate-limit": 3,
    "poll-bad-json": 2,
    "cut-download": 5,
    "link-expires-once": 4,
    "slow": 5,
}
OWN_SHARE = 5
CANCEL_SHARE = 8

# Who is killed how often; a name that is not there at the moment is looked for a little while.
ROLES = {
    "busy worker": 6,
    "cluster": 2,
    "idle worker": 2,
    "supervisor": 1,
}


@dataclass(frozen=True)
class Order:
    """One take to be asked for. `cancel` is empty, or when it is cancelled: once "asked" or once "sent"."""

    number: int
    door: str
    model: str
    operation: str
    duration: int
    ratio: str
    sound: bool
    fault: str
    cancel: str

    @property
    def prompt(self) -> str:
        """Found again in the gateway's books: no two orders have the same."""
        words = f"Take {self.number:05} of a paper boat on a canal"
        return f"{words} [fault:{self.fault}]" if self.fault else words

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "prompt": self.prompt}


@dataclass(frozen=True)
class Kill:
    """After so many further `steps` of takes, on one machine: a process of `role`, the one at `pick` (0–1) of those."""

    steps: int
    machine: int
    role: str
    pick: float


def orders(seed: int, count: int) -> list[Order]:
    chance = Random(f"{seed}|orders")
    return [_order(chance, number) for number in range(1, count + 1)]


def _order(chance: Random, number: int) -> Order:
    door = DOORS[(number - 1) % len(DOORS)]
    fault = _fault(chance, door)
    cancel = chance.choice(("asked", "sent")) if chance.random() * 100 < CANCEL_SHARE else ""
    if cancel == "sent" and not fault:
        fault = chance.choice(("slow", "cancel-race" if door.provider != "ark" else "slow"))
    return Order(
        number=number,
        door=door.name,
        model=chance.choice(door.models),
        operation=IMAGE if chance.random() < 0.12 else TEXT,
        duration=chance.choice((4, 5)),
        ratio=chance.choice(("16:9", "1:1", "9:16")),
        sound=chance.random() < 0.25 and door.provider != "seedance",
        fault=fault,
        cancel=cancel,
    )


def _fault(chance: Random, door: Door) -> str:
    where = chance.random() * 100
    for name, share in FAULTS.items():
        where -= share
        if where < 0:
            return name
    return chance.choice(door.own_faults) if where < OWN_SHARE else ""


def kills(seed: int, machines: int, steps: tuple[int, int], roles: Sequence[str]) -> Iterator[Kill]:
    """Without an end; counted in steps of takes and not in seconds, so that a slow machine is not killed at a crawl."""
    chance = Random(f"{seed}|kills")
    names = sorted(roles)
    while True:
        yield Kill(
            steps=chance.randint(*steps),
            machine=chance.randrange(machines),
            role=chance.choices(names, [ROLES[name] for name in names])[0],
            pick=chance.random(),
        )
