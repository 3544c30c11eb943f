"""Which spending is to be seen: the months, what it is grouped by, and what of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from studio.forms.styling import StyledForm
from studio.lib.months import Month
from studio.models import Project
from studio.services.spend_scope import Grouping

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

_NO_PROJECT = _("There is no such project among those whose money you may see.")


class MonthField(forms.TypedChoiceField):
    """A month: those with takes are offered, and any other is taken too, as a span may begin before the first take."""

    def __init__(self, label: _StrOrPromise) -> None:
        errors = {"invalid_choice": _("Write a month as 2026-11, or choose one from the list.")}
        super().__init__(label=label, coerce=Month.read, empty_value=None, required=False, error_messages=errors)

    def valid_value(self, value: Any) -> bool:
        return True


class SpendForm(StyledForm):
    """Read from the address, so that a view can be sent; what is missing there is this month, by project."""

    by = forms.ChoiceField(choices=[(item.value, item.value) for item in Grouping], required=False)
    since = MonthField(_("From"))
    until = MonthField(_("To"))
    project = forms.TypedChoiceField(
        label=_("Project"), coerce=int, empty_value=None, required=False, error_messages={"invalid_choice": _NO_PROJECT}
    )
    person = forms.IntegerField(min_value=0, max_value=2**31, required=False)
    model = forms.CharField(max_length=80, required=False)
    gateway = forms.CharField(max_length=30, required=False)
    currency = forms.RegexField(r"^[A-Za-z]{1,10}$", required=False)
    before = forms.RegexField(r"^\d{1,18}$", required=False)
    rows = forms.ChoiceField(choices=[("report", "report"), ("takes", "takes")], required=False)

    def __init__(self, *args: Any, months: list[Month], projects: Iterable[Project], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.this_month = months[-1]
        self.months = months
        self._offer(months)
        known = [(str(project.pk), project.name) for project in projects]
        self.fields["project"].choices = [("", _("Every project")), *known]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The months as a span, each end standing for the other where only one is named."""
        given = self.cleaned_data
        since, until = given.get("since"), given.get("until")
        given["since"], given["until"] = since or until or self.this_month, until or since or self.this_month
        if given["since"] > given["until"]:
            raise ValidationError(_("The first month comes after the last one. Choose them the other way round."))
        self._offer([*self.months, given["since"], given["until"]])
        # The selects show what is looked at, also where the address did not say it.
        self.data = {**self.data, "since": str(given["since"]), "until": str(given["until"])}
        given["by"] = Grouping(given.get("by") or Grouping.PROJECT)
        return given

    def _offer(self, months: Iterable[Month]) -> None:
        for name in ("since", "until"):
            latest_first = sorted(set(months), reverse=True)
            choices = [(str(month), date_format(month.start, str(_("M Y")))) for month in latest_first]
            self.fields[name].choices = choices  # type: ignore[attr-defined]
