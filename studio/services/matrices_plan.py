"""A matrix with its prices: the cells, what they come to in each currency, and what stands against it. Only reckoning.

How it is worked out is in `matrices_pricing`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from studio.models import Matrix, Render, User
from studio.providers.estimates import Estimate
from studio.providers.problem import Problem
from studio.services.doors import Door, frozen
from studio.services.limits import Stop
from studio.services.overrides import Helpers, told


@dataclass(frozen=True)
class Cell:
    """One row with one model. Without problems it can be rendered at its `door`."""

    row: int
    model: str
    prompt: str
    takes: int
    problems: tuple[Problem, ...] = ()
    door: Door | None = None
    door_reason: str = ""
    further: tuple[Door, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether it would be rendered."""
        return not self.problems and self.door is not None and self.door.estimate is not None

    @property
    def estimate(self) -> Estimate | None:
        """The price of one take."""
        return self.door.estimate if self.door else None

    @property
    def total(self) -> Decimal | None:
        """The price of its takes together, where one can be given."""
        amount = self.estimate.amount if self.estimate else None
        return None if amount is None else amount * self.takes

    @property
    def why_not(self) -> list[str]:
        """Why it cannot be rendered, each reason once."""
        return list(dict.fromkeys(problem.message for problem in self.problems))


@dataclass(frozen=True)
class PlanRow:
    """A row with its prompt, and its cells in the order of the models."""

    number: int
    prompt: str
    cells: list[Cell]


@dataclass(frozen=True)
class Total:
    """What the takes of one currency come to; of `unknown` many nobody knows the price."""

    currency: str
    amount: Decimal | None
    takes: int
    unknown: int


@dataclass(frozen=True)
class Plan:
    """A matrix with its prices. `problems` are of the matrix as a whole; a cell's own are the cell's."""

    matrix: Matrix
    models: list[str]
    prompts: list[str]
    cells: dict[tuple[int, str], Cell]
    problems: list[Problem] = field(default_factory=list)
    stops: tuple[Stop, ...] = ()
    helpers: Helpers | None = None
    person: User | None = None
    # What an extension goes on from.
    source_take: Render | None = None

    @property
    def good(self) -> list[Cell]:
        """The cells that would be rendered, row by row."""
        return [cell for cell in self.cells.values() if cell.is_good]

    @property
    def bad(self) -> list[Cell]:
        """The cells that would be left out."""
        return [cell for cell in self.cells.values() if not cell.is_good]

    @property
    def takes(self) -> int:
        """How many takes a press would ask for."""
        return sum(cell.takes for cell in self.good)

    @property
    def left_out(self) -> int:
        """How many takes a press would leave out."""
        return sum(cell.takes for cell in self.bad)

    @property
    def rows(self) -> list[PlanRow]:
        """The cells as a page shows them."""
        at_row = [[cell for model in self.models if (cell := self.cells.get((row, model)))] for row in self.numbers]
        return [PlanRow(row + 1, self.prompts[row], cells) for row, cells in zip(self.numbers, at_row, strict=True)]

    @property
    def numbers(self) -> list[int]:
        """The rows that have cells, from nought."""
        return list(dict.fromkeys(row for row, _ in self.cells))

    @property
    def totals(self) -> list[Total]:
        """The price of the whole, one sum for each currency."""
        priced = [(cell, cell.estimate) for cell in self.good]
        currencies = dict.fromkeys(estimate.currency for _, estimate in priced if estimate)
        return [
            _total(name, [cell for cell, price in priced if price and price.currency == name]) for name in currencies
        ]

    @property
    def may_override(self) -> bool:
        """Whether this person may go over all that stands against the sum."""
        person_id = self.person.pk if self.person else None
        return self.helpers is not None and self.helpers.may_pass(person_id, self.stops)

    @property
    def stopped(self) -> list[Problem]:
        """The limits that this goes over, with the names of those who can help."""
        if self.helpers is None:
            return []
        person_id = self.person.pk if self.person else None
        return told(stops=self.stops, helpers=self.helpers, person_id=person_id, in_composer=True)

    @property
    def warnings(self) -> list[str]:
        """What to beware of, each once."""
        found = [warning.message for cell in self.good if cell.door for warning in cell.door.warnings]
        return list(dict.fromkeys(found))

    @property
    def shown(self) -> str:
        """A digest of what a press would ask and pay for: a page that shows another one is out of date."""
        cells = [_digested(cell) for cell in self.cells.values()]
        return hashlib.sha256(json.dumps([cells, self.matrix.prompt_version_id]).encode()).hexdigest()


def _total(currency: str, cells: Sequence[Cell]) -> Total:
    known = [cell.total for cell in cells if cell.total is not None]
    unknown = sum(cell.takes for cell in cells if cell.total is None)
    return Total(currency, sum(known, Decimal(0)) if known else None, sum(cell.takes for cell in cells), unknown)


def _digested(cell: Cell) -> list[object]:
    if not cell.is_good or cell.door is None or cell.estimate is None:
        return [cell.row, cell.model]
    price = [str(cell.estimate.amount), cell.estimate.currency, frozen(cell.further)]
    return [cell.row, cell.model, cell.takes, cell.door.key.pk, price, cell.door.request.to_json()]
