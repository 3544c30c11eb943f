"""Where the pages of spending lead: every view of them has an address that can be sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from studio.lib.english import english
from studio.lib.months import Month
from studio.services.spend_report import Line
from studio.services.spend_scope import Grouping, Scope, gateway_name, model_name

# What a line opens into: the first of these that the line itself and the filters leave open.
_DEEPER = (Grouping.PROJECT, Grouping.PERSON, Grouping.MODEL, Grouping.GATEWAY, Grouping.MONTH)
_NAMES = {
    Grouping.MONTH: english("Month"),
    Grouping.PROJECT: english("Project"),
    Grouping.PERSON: english("Person"),
    Grouping.MODEL: english("Model"),
    Grouping.GATEWAY: english("Gateway"),
}
_YEAR = 12


@dataclass(frozen=True)
class Link:
    """One place to go to."""

    name: str
    address: str
    is_here: bool = False


@dataclass(frozen=True)
class Links:
    """All addresses that begin from one view: `scope`, grouped `by` something, on the page `page`."""

    scope: Scope
    by: Grouping
    page: str = "spend"

    def to(self, page: str = "", scope: Scope | None = None, by: Grouping | None = None, **more: str) -> str:
        """A page of a scope; this page and this scope unless others are given."""
        return reverse(page or self.page, query=self.query(scope or self.scope, by or self.by) | more)

    def query(self, shown: Scope, by: Grouping) -> dict[str, str]:
        """What stands behind the question mark."""
        query = {
            "by": by.value,
            "since": str(shown.first),
            "until": str(shown.last),
            "project": shown.project,
            "person": shown.person,
            "model": shown.model,
            "gateway": shown.gateway,
            "currency": shown.currency,
        }
        return {key: str(value) for key, value in query.items() if value not in (None, "")}

    def groupings(self) -> list[Link]:
        """The same money grouped otherwise; one month alone is grouped by months with the year before it."""
        found = []
        for item in Grouping:
            scope = self.scope
            if item is Grouping.MONTH and scope.first == scope.last and self.by is not item:
                scope = replace(scope, first=scope.last.later(1 - _YEAR))
            found.append(Link(_(_NAMES[item]), self.to(scope=scope, by=item), item is self.by))
        return found

    def deeper(self, line: Line, currency: str) -> str:
        """What is inside a line: the next grouping that is not settled yet, or its takes."""
        inside = self.inside(line, currency)
        by = next((item for item in _DEEPER if item is not self.by and not _is_settled(inside, item)), None)
        return self.to("spend", scope=inside, by=by) if by else self.to("spend-takes", scope=inside)

    def takes(self, line: Line, currency: str) -> str:
        """The takes of a line."""
        return self.to("spend-takes", scope=self.inside(line, currency))

    def inside(self, line: Line, currency: str) -> Scope:
        """The part of the scope that a line is about."""
        return replace(self.scope, currency=currency, **_part(self.by, line.key))

    def filters(self, names: dict[str, str]) -> list[Link]:
        """What the view is narrowed to, each with the address of the view without it."""
        scope = self.scope
        known = {
            "project": names.get("project", ""),
            "person": names.get("person", ""),
            "model": model_name(scope.model),
            "gateway": gateway_name(scope.gateway),
            "currency": scope.currency,
        }
        without: dict[str, Any] = {"project": None, "person": None, "model": "", "gateway": "", "currency": ""}
        return [
            Link(known[name], self.to(scope=replace(scope, **{name: empty})))
            for name, empty in without.items()
            if getattr(scope, name) not in (None, "")
        ]


def periods(links: Links, months: list[Month]) -> list[Link]:
    """The spans that are asked for most; `months` are all there are, the present one last."""
    this, first = months[-1], months[0]
    spans = {
        _("This month"): (this, this),
        _("Last month"): (this.later(-1), this.later(-1)),
        _("12 months"): (this.later(1 - _YEAR), this),
        _("Everything"): (first, this),
    }
    # In a young studio two names may be for one span: the shorter one is what was meant.
    here = next((name for name, span in spans.items() if span == (links.scope.first, links.scope.last)), "")
    return [
        Link(name, links.to(scope=replace(links.scope, first=span[0], last=span[1])), name == here)
        for name, span in spans.items()
    ]


def _part(by: Grouping, key: str) -> dict[str, Any]:
    """What narrows a scope down to the line `key` of a grouping."""
    if by is Grouping.MONTH:
        return {"first": Month.read(key), "last": Month.read(key)}
    return {by.value: int(key) if by in {Grouping.PROJECT, Grouping.PERSON} else key}


def _is_settled(scope: Scope, by: Grouping) -> bool:
    if by is Grouping.MONTH:
        return scope.first == scope.last
    return getattr(scope, by.value) not in (None, "")
