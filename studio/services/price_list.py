"""The prices that takes were quoted from, by gateway and model, with what came of them. Reading only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Count

from studio.models import PriceRow, PriceStop
from studio.providers import registry
from studio.services import drift
from studio.services.drift import Drift
from studio.services.key_rows import gateway_name

RESOLUTIONS = ("480p", "720p", "1080p", "4k")


@dataclass(frozen=True)
class QuotedRow:
    """One row of a price list, and how many takes were quoted from it."""

    row: PriceRow
    takes: int


@dataclass
class ModelPrices:
    """One model at one gateway: its rows, its bills beside the estimates, and whether it is quoted.

    `stop` is set while it is not; `lifted` is the last stop that somebody has lifted."""

    provider: str
    model: str
    rows: list[QuotedRow] = field(default_factory=list)
    drifts: list[Drift] = field(default_factory=list)
    stop: PriceStop | None = None
    lifted: PriceStop | None = None

    @property
    def gateway(self) -> str:
        """The gateway's name."""
        return gateway_name(self.provider)

    @property
    def name(self) -> str:
        """The model as the studio calls it."""
        return model_name(self.provider, self.model)

    @property
    def slug(self) -> str:
        """A name for its place on the page."""
        return f"{self.provider}-{self.model}".replace(".", "-")


def model_name(provider: str, model: str) -> str:
    """A gateway's model as the studio calls it; its id for one that is in no catalogue any more."""
    found = registry.find_model(provider, model) if provider in registry.PROVIDERS else None
    return found.name if found else model


def price_list() -> list[ModelPrices]:
    """Every model that was quoted or stopped, in the order of the gateways.

    Three queries, and two for each model and currency, however many takes there are."""
    models: dict[tuple[str, str], ModelPrices] = {}

    def of(provider: str, model: str) -> ModelPrices:
        return models.setdefault((provider, model), ModelPrices(provider, model))

    rows = PriceRow.objects.annotate(takes=Count("renders")).order_by("condition", "-dated", "pk")
    for row in sorted(rows, key=lambda row: _place(row.resolution, RESOLUTIONS)):
        of(row.provider, row.model).rows.append(QuotedRow(row, row.takes))
    for found in drift.of_all():
        of(found.provider, found.model).drifts.append(found)
    # Oldest first, so that the newest is what stays.
    for stop in PriceStop.objects.select_related("lifted_by").order_by("pk"):
        place = of(stop.provider, stop.model)
        if stop.lifted_at is None:
            place.stop = stop
        else:
            place.lifted = stop
    return _in_order(models.values())


def _in_order(models: Iterable[ModelPrices]) -> list[ModelPrices]:
    gateways = tuple(registry.PROVIDERS)
    return sorted(models, key=lambda each: (_place(each.provider, gateways), each.name, each.model))


def _place(word: str, words: Sequence[str]) -> int:
    """Where a word stands among `words`; one that is not there comes last."""
    return words.index(word) if word in words else len(words)
