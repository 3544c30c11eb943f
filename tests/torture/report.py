"""The figures of a run: a table for people, a flat file for machines."""

from __future__ import annotations

import json
import os
import platform
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.torture import checks
from tests.torture.checks import DUPLICATE, LOST, Wrong
from tests.torture.plan import DOORS
from tests.torture.run import Outcome

CENT = Decimal("0.01")
STATES = ("ready", "refused", "failed", "cancelled", "expired", "unconfirmed")
AGAIN = "started again"


@dataclass(frozen=True)
class Report:
    """One run, judged."""

    outcome: Outcome
    wrong: list[Wrong]

    @property
    def differences(self) -> dict[str, Decimal]:
        return checks.differences(self.outcome.facts)

    @property
    def complaints(self) -> list[str]:
        """Everything that is wrong, in sentences; none when all is well."""
        sums = [
            f"The ledger and the gateways' bills differ by {difference} {currency}."
            for currency, difference in self.differences.items()
            if difference.quantize(CENT)
        ]
        return [*self.outcome.wrong, *(wrong.text for wrong in self.wrong), *sums]

    @property
    def figures(self) -> dict[str, int | float]:
        takes, kinds = self.outcome.facts.takes, Counter(wrong.kind for wrong in self.wrong)
        return {
            "renders": len(takes),
            "kills": self.outcome.killed.total() - self.outcome.killed[AGAIN],
            "creates": len(self.outcome.facts.tasks),
            "duplicates": kinds[DUPLICATE],
            "lost": kinds[LOST],
            "ledger_difference": float(sum(map(abs, self.differences.values()), Decimal(0)).quantize(CENT)),
        }

    def table(self) -> str:
        """Markdown: one row for each door, one for all together, and the kills below."""
        head = ["gateway", "takes", "creates", *STATES, "paid", "possibly charged"]
        rows = [self._row(door.name) for door in DOORS]
        lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows, self._row("")]
        roles = sorted((name, count) for name, count in self.outcome.killed.items() if count and name != AGAIN)
        killed = ", ".join(f"{count} × {name}" for name, count in roles)
        table = "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)
        figures = ", ".join(f"{name} {value}" for name, value in self.figures.items())
        again = f"A whole worker was started again {self.outcome.killed[AGAIN]} times."
        return f"{table}\n\n{figures}\n\nKilled: {killed}. {again}\n{self._circumstances()}"

    def _row(self, door: str) -> list[Any]:
        takes = [take for take in self.outcome.facts.takes if door in ("", take.door)]
        states = Counter(take.state for take in takes)
        paid = [(take.currency, take.price) for take in takes if take.standing == "settled"]
        possibly = [(take.currency, take.estimate) for take in takes if take.standing == "possibly"]
        counts = [len(takes), sum(len(take.tasks) for take in takes), *(states[state] for state in STATES)]
        return [door or "together", *counts, _sums(paid), _sums(possibly)]

    def _circumstances(self) -> str:
        outcome = self.outcome
        erased = sum(map(checks.is_followed_for_hours, outcome.facts.takes))
        still = f"{erased} were erased at Ark when they were called off, and are asked for on.\n" if erased else ""
        return still + (
            f"{outcome.seconds:.0f} s on {os.cpu_count()} cores with Python {platform.python_version()}; "
            f"{outcome.looks} pages were looked at meanwhile, the slowest took {outcome.slowest_look:.1f} s."
        )


def report_of(outcome: Outcome) -> Report:
    return Report(outcome, checks.judge(outcome.facts))


def merge_into(path: Path, figures: dict[str, int | float]) -> None:
    """Add the figures to those that other measurements have left in the file."""
    try:
        known = json.loads(path.read_text())
    except FileNotFoundError:
        known = {}
    path.write_text(json.dumps(known | figures, indent=1, ensure_ascii=False) + "\n")


def _sums(amounts: list[tuple[str, Decimal | None]]) -> str:
    sums: dict[str, Decimal] = {}
    unknown = 0
    for currency, amount in amounts:
        unknown += amount is None
        sums[currency] = sums.get(currency, Decimal(0)) + (amount or 0)
    said = [f"{amount.quantize(CENT)} {currency}" for currency, amount in sorted(sums.items()) if amount]
    return ", ".join([*said, *([f"{unknown} unknown"] if unknown else [])]) or "0"
