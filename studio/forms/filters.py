"""The filters of a gallery, as its address has them: what is empty filters nothing, what makes no sense is said."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from studio.choices import Lineage, Operation, RenderState, ReviewState
from studio.forms.styling import StyledForm
from studio.lib.ratios import NAMED
from studio.models import Project
from studio.providers import registry
from studio.services import search
from studio.services.galleries import SORTS, Asked
from studio.services.gallery_filters import NO_VERDICT, Filters

LONGEST_WORDS = 300
MOST_TAGS = 12
_NUMBERS = {"invalid": _("This filter wants a number.")}
_DAY = {"invalid": _("This filter wants a day, such as 2026-11-21.")}
_UNKNOWN = {"invalid_choice": _("“%(value)s” is nothing that this filter knows.")}
VERDICTS = [(NO_VERDICT, ReviewState.NONE.label), *((item.value, item.label) for item in ReviewState if item.value)]


def _choice(label: Any, choices: Iterable[Any]) -> forms.ChoiceField:
    offered = [("", _("Any")), *choices]
    return forms.ChoiceField(label=label, choices=offered, required=False, error_messages=_UNKNOWN)


def _number(label: Any, most: int = 2**31 - 1) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=0, max_value=most, required=False, error_messages=_NUMBERS, localize=False
    )


def _amount(label: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, min_value=0, max_digits=12, decimal_places=6, required=False, error_messages=_NUMBERS
    )


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        input_formats=["%Y-%m-%d"],
        required=False,
        error_messages=_DAY,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "input"}),
    )


class TagsField(forms.Field):
    """Any number of tags: repeated in the address, or with commas between them as they are typed."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[str]:
        """Their names, each once."""
        names = (name.strip()[:80] for part in value or [] for name in part.replace("\x00", "").split(","))
        return list(dict.fromkeys(name for name in names if name))[:MOST_TAGS]


class ProjectsField(forms.MultipleChoiceField):
    """Any number of projects; a form that is sent without a script names an empty one for "any"."""

    def to_python(self, value: Any) -> list[str]:
        """Their slugs, without what is empty."""
        return [slug for slug in super().to_python(value) if slug.strip()]


class FilterForm(StyledForm):
    """Read from the address, so that a view can be sent; `projects` are those that may be asked for."""

    q = forms.CharField(label=_("Search"), required=False, strip=True, widget=forms.TextInput(attrs={"type": "search"}))
    project = ProjectsField(label=_("Project"), required=False)
    state = _choice(_("State"), RenderState.choices)
    verdict = _choice(_("Verdict"), VERDICTS)
    operation = _choice(_("Operation"), Operation.choices)
    model = _choice(_("Model"), [])
    gateway = _choice(_("Gateway"), [])
    ratio = _choice(_("Ratio"), [(name, name) for name in NAMED])
    resolution = _choice(_("Resolution"), [])
    min_seconds = _amount(_("At least, seconds"))
    max_seconds = _amount(_("At most, seconds"))
    person = _number(_("Person"))
    since = _day(_("From"))
    until = _day(_("To"))
    min_price = _amount(_("At least"))
    max_price = _amount(_("At most"))
    currency = _choice(_("Currency"), [("USD", "$"), ("CNY", "¥"), ("credits", _("credits"))])
    rating = _choice(_("Rating"), [(str(stars), "★" * stars) for stars in range(1, 6)])
    tag = TagsField(label=_("Tags"), required=False)
    favourite = forms.BooleanField(label=_("Only my favourites"), required=False)
    lineage = _choice(_("Made from another"), Lineage.choices)
    collection = _number(_("Collection"), 2**62)
    shot = _number(_("Shot"), 2**62)
    prompt = _number(_("Prompt"), 2**62)
    reference = _number(_("Reference"), 2**62)
    sort = forms.ChoiceField(label=_("Order"), choices=list(SORTS.items()), required=False, error_messages=_UNKNOWN)

    def __init__(self, data: QueryDict, *, projects: Iterable[Project]) -> None:
        super().__init__(data, auto_id="filter-%s")
        self.projects = list(projects)
        self._offer("project", [(project.slug, project.name) for project in self.projects])
        self.fields["project"].error_messages["invalid_choice"] = _(
            "There is no such project among those that you may open."
        )
        records = registry.all_capabilities()
        models = sorted((item.studio_model, item.name) for item in records)
        self._offer("model", [("", _("Any")), *dict(models).items()])
        self._offer("gateway", [("", _("Any")), *((slug, registry.get(slug).name) for slug in registry.PROVIDERS)])
        sizes = sorted({size for item in records for size in item.resolutions}, key=_height)
        self._offer("resolution", [("", _("Any")), *((size, size) for size in sizes)])

    def _offer(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean_q(self) -> str:
        """The words without what no database keeps; a text that holds none is refused, as it would find everything."""
        words: str = self.cleaned_data["q"].replace("\x00", " ").strip()
        if len(words) > LONGEST_WORDS:
            raise ValidationError(_("That is more than a search looks for: write a few words of it."))
        if words and not search.has_words(words):
            raise ValidationError(
                _("There is nothing to look for in “%(words)s”: write letters or digits."), params={"words": words}
            )
        return words

    def asked(self, *, within: tuple[int, ...] | None, person: int) -> Asked:
        """What a valid form asks for, of the projects `within` (None for all) by the person of that id."""
        given = self.cleaned_data
        chosen = {project.pk for project in self.projects if project.slug in given["project"]}
        names = ("state", "verdict", "operation", "model", "gateway", "ratio", "resolution", "currency", "lineage")
        numbers = ("person", "min_seconds", "max_seconds", "min_price", "max_price", "shot", "prompt", "reference")
        filters = Filters(
            words=given["q"],
            rating=int(given["rating"]) if given["rating"] else None,
            since=_midnight(given["since"]),
            until=_midnight(given["until"], days=1),
            tags=tuple(name.casefold() for name in given["tag"]),
            favourite_of=person if given["favourite"] else None,
            collection=given["collection"],
            **{name: given[name] for name in (*names, *numbers)},
        )
        return Asked(tuple(sorted(chosen)) if chosen else within, filters, self.order)

    @property
    def order(self) -> str:
        """The order that holds: best match first where there are words, unless another one is chosen."""
        usual = "relevance" if self.cleaned_data.get("q") else "newest"
        chosen: str = self.cleaned_data.get("sort") or usual
        return usual if chosen == "relevance" else chosen


def _height(size: str) -> tuple[int, str]:
    digits = "".join(letter for letter in size if letter.isdigit())
    return (int(digits) * (1000 if size.casefold().endswith("k") else 1) if digits else 0, size)


def _midnight(day: Any, days: int = 0) -> datetime | None:
    if day is None:
        return None
    try:
        return timezone.make_aware(datetime(day.year, day.month, day.day)) + timedelta(days=days)
    except (OverflowError, ValueError):
        return None
