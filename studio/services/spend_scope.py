"""Whose money is looked at, and which of it: the question that a page of spending asks, without its answer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Q, QuerySet

from studio.lib.months import Month
from studio.models import Render
from studio.providers import registry
from studio.providers.capabilities import Capability

# In an address: whoever has no account any more, and the shell.
NOBODY = 0


class Grouping(StrEnum):
    """What a line of the report is about."""

    MONTH = "month"
    PROJECT = "project"
    PERSON = "person"
    MODEL = "model"
    GATEWAY = "gateway"


@dataclass(frozen=True)
class Scope:
    """Whose money is looked at, and which of it. `projects=None` is every project: for studio admins alone."""

    projects: frozenset[int] | None
    first: Month
    last: Month
    project: int | None = None
    # 0 is whoever has no account any more, and the shell.
    person: int | None = None
    # The studio's word for a model, whichever gateway it was rendered at.
    model: str = ""
    gateway: str = ""
    currency: str = ""

    def takes(self) -> QuerySet[Render]:
        """The takes in it, in no order."""
        found = Render.objects.filter(booked_at__gte=self.first.start, booked_at__lt=self.last.later(1).start)
        if self.projects is not None:
            found = found.filter(project__in=self.projects)
        if self.project is not None:
            found = found.filter(project=self.project)
        if self.person is not None:
            found = found.filter(asked_by=self.person or None)
        if self.model:
            found = found.filter(_is_model(self.model))
        if self.gateway:
            found = found.filter(provider=self.gateway)
        return (found.filter(currency=self.currency) if self.currency else found).order_by()


def model_word(gateway: str, model: str) -> str:
    """The studio's one word for a model by a gateway's id of it; that id where it is no longer in the catalogue."""
    found = _record_of(gateway, model)
    return found.studio_model if found else model


def model_name(word: str) -> str:
    """The name of a model by the studio's word for it; the word where nobody knows it any more."""
    records = registry.studio_models().get(word)
    return records[0].name if records else word


def gateway_name(slug: str) -> str:
    """The name of a gateway; its slug when it is no longer in the registry."""
    return registry.get(slug).name if slug in registry.PROVIDERS else slug


def _record_of(gateway: str, model: str) -> Capability | None:
    return registry.find_model(gateway, model) if gateway in registry.PROVIDERS else None


def _is_model(word: str) -> Q:
    """Takes of the model at each gateway under its own id there, and those whose id is the word itself."""
    wanted = Q(model=word)
    for record in registry.studio_models().get(word, ()):
        wanted |= Q(provider=record.provider, model=record.model)
    return wanted
