"""What somebody wants to see of a gallery, as conditions on takes."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import DateTimeField, Expression, F, FloatField, Func, Q, QuerySet
from django.db.models.lookups import GreaterThanOrEqual, In, LessThan, LessThanOrEqual

from studio.choices import ReviewState
from studio.models import CollectionTake, Favourite, RenderInput, TakeTag
from studio.models.renders import COST, RenderQuerySet
from studio.providers import registry

# What may change while a page is open: a card that is there stays, whatever becomes of these.
PASSING = frozenset(
    {"state", "verdict", "rating", "tags", "collection", "favourite_of", "min_price", "max_price", "currency"}
    | {"min_seconds", "max_seconds", "ratio", "resolution"}
)
# How the address says "not sent for review", which is an empty word.
NO_VERDICT = "none"


class Plain(Func):
    """A column that SQLite finds no index by, so that it reads one wide index in the order of the gallery.

    Without figures of its own it takes any index with an equal sign for the best, and then sorts all it has found."""

    def as_sql(self, compiler: Any, connection: Any, *other: Any, **more: Any) -> Any:
        """The column itself."""
        return compiler.compile(self.get_source_expressions()[0])

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """The column behind a sign that changes nothing."""
        sql, params = compiler.compile(self.get_source_expressions()[0])
        return f"+{sql}", params


@dataclass(frozen=True)
class Filters:
    """One field for each filter; empty ones let everything through. `person` and the like are ids, money is in units
    of `currency`, lengths are seconds, `since` and `until` moments (the second one is the first that is too late)."""

    words: str = ""
    state: str = ""
    verdict: str = ""
    operation: str = ""
    model: str = ""
    gateway: str = ""
    ratio: str = ""
    resolution: str = ""
    min_seconds: Decimal | None = None
    max_seconds: Decimal | None = None
    person: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    currency: str = ""
    rating: int | None = None
    tags: tuple[str, ...] = ()
    collection: int | None = None
    favourite_of: int | None = None
    lineage: str = ""
    shot: int | None = None
    prompt: int | None = None
    reference: int | None = None

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) not in ("", None, ()) for field in fields(self))

    def lasting(self) -> Filters:
        """Only those that a take passes for ever or never, as long as nobody edits history."""
        return Filters(**{each.name: getattr(self, each.name) for each in fields(self) if each.name not in PASSING})


def narrowed(takes: RenderQuerySet, filters: Filters) -> RenderQuerySet:
    """Those of the takes that pass all filters but the words, which are asked of their own index."""
    for condition in (*_words_of_a_take(filters), *_spans(filters), *_belongings(filters)):
        takes = takes.filter(condition)
    return takes


def in_projects(projects: list[int]) -> Expression:
    """The condition that a take is of one of the projects, where its order is by age and not by project."""
    return In(Plain(F("project_id")), projects)


def ids_of_model(name: str) -> list[str]:
    """All ids under which gateways know the studio's model `name`; the name itself for one that is no more."""
    known = [item.model for item in registry.studio_models().get(name, ())]
    return sorted({*known, name})


def _words_of_a_take(filters: Filters) -> list[Expression]:
    columns = {
        "state": [filters.state],
        "review_state": [filters.verdict],
        "operation": [filters.operation],
        "model": ids_of_model(filters.model) if filters.model else [""],
        "provider": [filters.gateway],
        "aspect_ratio": [filters.ratio],
        "resolution": [filters.resolution],
        "currency": [filters.currency],
        "lineage": [filters.lineage],
    }
    words = {name: values for name, values in columns.items() if values != [""]}
    if filters.verdict == NO_VERDICT:
        words["review_state"] = [ReviewState.NONE.value]
    return [In(Plain(F(name)), values) for name, values in words.items()]


def _spans(filters: Filters) -> list[Expression]:
    seconds, price = _number(F("seconds")), _number(COST)
    made = Plain(F("created_at"), output_field=DateTimeField())
    spans = (
        (GreaterThanOrEqual, seconds, _float(filters.min_seconds)),
        (LessThanOrEqual, seconds, _float(filters.max_seconds)),
        (GreaterThanOrEqual, price, _float(filters.min_price)),
        (LessThanOrEqual, price, _float(filters.max_price)),
        (GreaterThanOrEqual, Plain(F("rating")), filters.rating),
        (GreaterThanOrEqual, made, filters.since),
        (LessThan, made, filters.until),
    )
    return [lookup(column, bound) for lookup, column, bound in spans if bound is not None]


def _number(column: Any) -> Plain:
    # Under its sign the column is a number to SQLite, and a decimal would be a text beside it.
    return Plain(column, output_field=FloatField())


def _float(number: Decimal | None) -> float | None:
    return None if number is None else float(number)


def _belongings(filters: Filters) -> list[Q]:
    found: list[QuerySet[Any]] = [TakeTag.objects.filter(tag__key=key).values("render") for key in filters.tags]
    if filters.collection is not None:
        found.append(CollectionTake.objects.filter(collection=filters.collection).values("render"))
    if filters.favourite_of is not None:
        found.append(Favourite.objects.filter(user=filters.favourite_of).values("render"))
    if filters.reference is not None:
        found.append(RenderInput.objects.filter(asset=filters.reference).values("render"))
    conditions = [Q(pk__in=numbers) for numbers in found]
    if filters.person is not None:
        conditions.append(Q(In(Plain(F("asked_by_id")), [filters.person])))
    if filters.shot is not None:
        conditions.append(Q(pk=filters.shot) | Q(shot=filters.shot))
    if filters.prompt is not None:
        conditions.append(Q(prompt_version__prompt=filters.prompt))
    return conditions
