"""The sandbox's own books: what a gateway has charged for a task by its documents, so that others can be held to it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from studio.sandbox.tasks import COMPLETED, Film, Task

RATE = 24
PIXELS_PER_TOKEN = 1024


@dataclass(frozen=True)
class Bill:
    """How much was charged, in the gateway's own unit, and the currency that its prices of that unit are in."""

    unit: str
    quantity: Decimal
    currency: str

    def to_json(self) -> dict[str, str]:
        return {"unit": self.unit, "quantity": format(self.quantity.normalize(), "f"), "currency": self.currency}


def for_tokens(task: Task, status: str, currency: str) -> Bill | None:
    """Ark, and TokenLab after it: a film costs its tokens, and whatever ends without one is documented to be free."""
    if status != COMPLETED or task.film is None:
        return None
    return Bill("tokens", as_billed(task, tokens(task.film)), currency)


def as_billed(task: Task, quantity: Decimal | int) -> Decimal:
    """What is charged for it; with the fault a third more than the documents say, in whole units."""
    dearer = Decimal(quantity) * 4 / 3
    return dearer.to_integral_value(ROUND_CEILING) if task.fault == "bills-more" else Decimal(quantity)


def tokens(film: Film) -> int:
    """The measured formula; the seconds of reference videos count like those that were made."""
    frames = round(RATE * (film.seconds + film.input_seconds)) + 1
    return round(film.width * film.height * frames / PIXELS_PER_TOKEN)
