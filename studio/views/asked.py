"""What the address of a gallery asks for, of what this person may see."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property
from typing import cast

from django.http import HttpRequest, QueryDict

from studio import access
from studio.forms.filters import MOST_TAGS, FilterForm
from studio.models import Membership, Project, Render
from studio.models.renders import RenderQuerySet
from studio.services import search
from studio.services.galleries import Asked, matching


@dataclass(frozen=True)
class Look:
    """One look at a gallery. `asked` is None where the address makes no sense; then there is nothing to see."""

    form: FilterForm
    asked: Asked | None
    projects: list[Project]
    project: Project | None
    # Those in which the person may render; None for all of them.
    spends_in: frozenset[int] | None
    before: str

    @cached_property
    def query(self) -> QueryDict:
        """The filters and the order of the address, without what is empty."""
        return kept_of(self.form)

    @property
    def is_filtered(self) -> bool:
        """Whether anything is left out: then an empty gallery says so."""
        return self.asked is None or bool(self.asked.filters) or bool(self.query.getlist("project"))

    @property
    def takes_news(self) -> bool:
        """Whether a take that lands belongs before all others: only the first page of the newest shows it."""
        return self.asked is not None and self.asked.sort == "newest" and not self.before


def look_at(request: HttpRequest, query: QueryDict, project: Project | None) -> Look:
    """The takes of a project, or of all that the person is in, as `query` asks for them."""
    user = access.person(request)
    spends_in: frozenset[int] | None = None
    within: tuple[int, ...] | None
    if project is not None:
        projects, within = [project], (project.pk,)
        spends_in = frozenset({project.pk} if access.may(request, project, access.WHO_SPENDS) else ())
    elif user.is_admin:
        projects, within = list(Project.objects.only("name", "slug").order_by("name", "pk")), None
    else:
        mine = Membership.objects.filter(user=user).select_related("project").order_by("project__name", "project")
        roles = {each.project: each.role for each in mine}
        projects, within = list(roles), tuple(sorted(each.pk for each in roles))
        spends_in = frozenset(each.pk for each, role in roles.items() if role in access.WHO_SPENDS)
    form = FilterForm(query, projects=projects)
    asked = form.asked(within=within, person=user.pk) if form.is_valid() else None
    return Look(form, asked, projects, project, spends_in, query.get("before", ""))


def takes_asked(request: HttpRequest, query: QueryDict, project: Project | None) -> RenderQuerySet:
    """All takes that the address shows, in no order; none for an address that makes no sense."""
    asked = look_at(request, query, project).asked
    return matching(asked=asked) if asked is not None else Render.objects.none()


def among(look: Look, numbers: Collection[int], *, lasting: bool = False) -> set[int]:
    """Those of the takes that the look shows; with `lasting`, also those that only what may change keeps out."""
    if look.asked is None or not numbers:
        return set()
    filters = look.asked.filters
    if filters.words:
        numbers = search.ranked(noun="take", words=filters.words, numbers=numbers)
    filters = replace(filters.lasting() if lasting else filters, words="")
    takes = matching(asked=replace(look.asked, filters=filters)).filter(pk__in=numbers)
    return set(takes.values_list("pk", flat=True))


def kept_of(form: FilterForm) -> QueryDict:
    """What the form was given, in the order of its fields, without what is empty or not its own."""
    given = cast(QueryDict, form.data)
    kept = QueryDict(mutable=True)
    for name in form.fields:
        values = [value.replace("\x00", "") for value in given.getlist(name)]
        if values := [value for value in dict.fromkeys(values) if value.strip()]:
            # The form reads the last one of all others, and an address may repeat them a thousand times.
            kept.setlist(name, values[:MOST_TAGS] if name in ("tag", "project") else values[-1:])
    return kept
