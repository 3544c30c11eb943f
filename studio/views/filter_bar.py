"""What stands around a gallery: its filters and what they offer, those that are on, and the views that were kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _

from studio import access
from studio.models import Asset, Collection, Prompt, SavedView, Tag, User
from studio.services.galleries import SORTS
from studio.views.asked import Look

MOST_PEOPLE, MOST_TAGS, MOST_VIEWS = 100, 60, 50

IN_PANEL = ("state", "verdict", "model", "operation", "gateway", "ratio", "resolution", "rating", "lineage")
# Filters that other pages lead to; the form has no control for them and keeps them as they are.
WITHOUT_CONTROL = ("collection", "shot", "prompt", "reference")


@dataclass(frozen=True)
class Chip:
    """A filter that is on, and the address without it."""

    text: str
    address: str


class _Select:
    """A select of the panel, as the address has it."""

    def __init__(self, look: Look, name: str) -> None:
        field = look.form.fields[name]
        self.name, self.label, self.value = name, field.label, look.query.get(name, "")
        self.choices = list(field.choices)  # type: ignore[attr-defined]


def page_address(look: Look, query: QueryDict | None = None) -> str:
    """The page that the look is of, with what is asked of it."""
    page = reverse("gallery") if look.project is None else reverse("project-detail", args=[look.project.slug])
    return f"{page}?{query.urlencode()}" if query else page


def results_context(look: Look) -> dict[str, Any]:
    """What the found takes stand under."""
    return {
        "chips": [] if look.asked is None else _chips(look),
        "problems": _problems(look),
        "view_query": look.query.urlencode(),
        "page_address": page_address(look),
        "is_filtered": look.is_filtered,
        "filter_count": len([name for name in look.query if name not in ("q", "sort")]),
    }


def bar_context(request: HttpRequest, look: Look) -> dict[str, Any]:
    """What the form of filters shows."""
    user = access.person(request)
    people = User.objects.only("username", "display_name", "first_name", "last_name").order_by("username")
    tags = Tag.objects.order_by("key")
    if look.project is not None or not user.is_admin:
        people = people.filter(memberships__project__in=look.projects).distinct()
        tags = tags.filter(project__in=look.projects)
    views = SavedView.objects.filter(user=user, project=look.project).order_by("name")
    return {
        "filter_form": look.form,
        "panel_fields": [_Select(look, name) for name in IN_PANEL],
        "currencies": look.form.fields["currency"].choices,  # type: ignore[attr-defined]
        "typed": {name: look.query.get(name, "") for name in look.form.fields},
        "chosen_projects": look.query.getlist("project"),
        "kept_filters": _without_control(look),
        "sorts": [(value, label) for value, label in SORTS.items() if value != "relevance"],
        "chosen_sort": look.query.get("sort", ""),
        "people": list(people[:MOST_PEOPLE]),
        "tag_names": list(dict.fromkeys(tags.values_list("name", flat=True)[:MOST_TAGS])),
        "tags_typed": ", ".join(look.query.getlist("tag")),
        "saved_views": [(view, page_address(look, QueryDict(view.query))) for view in views[:MOST_VIEWS]],
    }


def _without_control(look: Look) -> list[dict[str, Any]]:
    kept = [{"name": name, "given": look.query.getlist(name)} for name in WITHOUT_CONTROL if name in look.query]
    # One select holds one project; further ones of an address stay beside it.
    if further := look.query.getlist("project")[1:]:
        kept.append({"name": "project", "given": further})
    return kept


def _problems(look: Look) -> list[tuple[str, str]]:
    if look.asked is not None:
        return []
    named = look.form.errors.items()
    return [(str(look.form.fields[name].label), str(error)) for name, errors in named for error in errors]


def _chips(look: Look) -> list[Chip]:
    chips = []
    for name, values in look.query.lists():
        if name == "sort":
            continue
        for value in values:
            rest = look.query.copy()
            rest.setlist(name, [other for other in values if other != value])
            if not rest.getlist(name):
                del rest[name]
            chips.append(Chip(_said(look, name, value), page_address(look, rest)))
    return chips


def _said(look: Look, name: str, value: str) -> str:
    field = look.form.fields[name]
    if name == "q":
        return _("“%(words)s”") % {"words": value}
    if name == "favourite":
        return str(field.label)
    return _("%(filter)s: %(value)s") % {"filter": field.label, "value": _shown(look, name, value)}


def _shown(look: Look, name: str, value: str) -> str:
    field = look.form.fields[name]
    if choices := getattr(field, "choices", None):
        return str(dict(choices).get(value, value))
    if name in ("since", "until"):
        return formats.date_format(look.form.cleaned_data[name], "SHORT_DATE_FORMAT")
    if name in ("person", "collection", "prompt", "reference"):
        return _name_of(look, name, look.form.cleaned_data[name])
    return value


def _name_of(look: Look, noun: str, number: int) -> str:
    """What it is called, where it belongs to a project that the person is in; otherwise it has no name here."""
    if noun == "person":
        person = User.objects.filter(pk=number, memberships__project__in=look.projects).first()
        return person.label if person else str(number)
    models: dict[str, Any] = {"collection": Collection, "prompt": Prompt, "reference": Asset}
    found = models[noun].objects.filter(pk=number, project__in=look.projects).first()
    return str(found) if found else str(number)
