"""Forms of projects: name and brief, and what the composer starts with."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from studio.choices import Operation
from studio.forms.filling import filled
from studio.forms.styling import StyledForm
from studio.models import Project
from studio.providers import registry
from studio.providers.capabilities import Capability
from studio.providers.merging import merged

_NO_DEFAULT = ("", _("No default"))
_SILENT = "off"
MOST_APPROVALS = 9
_NOT_A_NUMBER = filled(_("Write a whole number from 1 to %(most)s."), most=MOST_APPROVALS)
_DEFAULTS = ("model", "operation", "aspect_ratio", "duration", "resolution", "sound")


class ProjectForm(StyledForm):
    """What a new project needs."""

    name = forms.CharField(label=_("Name"), max_length=120)
    brief = forms.CharField(
        label=_("Brief"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("What is it for, who is it for, what should it feel like? Everybody in the project can read it."),
    )


class ProjectSettingsForm(ProjectForm):
    """Name, brief and defaults. The composer asks the capability record again; this only offers what exists."""

    model = forms.ChoiceField(label=_("Model"), required=False)
    operation = forms.ChoiceField(label=_("Operation"), required=False, choices=[_NO_DEFAULT, *Operation.choices])
    aspect_ratio = forms.ChoiceField(required=False, label=_("Aspect ratio"))
    duration = forms.ChoiceField(required=False, label=_("Length"))
    resolution = forms.ChoiceField(label=_("Resolution"), required=False)
    tries_next_gateway = forms.BooleanField(
        required=False,
        label=_("Try the next gateway after a refusal"),
        help_text=(
            _(
                "One gateway after another, in the order shown in the price details; never with content that "
                "was refused, never after anything uncertain."
            )
        ),
    )
    approvals_needed = forms.IntegerField(
        label=_("Approvals that a take needs"),
        min_value=1,
        max_value=MOST_APPROVALS,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), _NOT_A_NUMBER),
        widget=forms.NumberInput(attrs={"class": "input number"}),
        help_text=_("Of different people. Takes that have fewer go back into the queue when you raise it."),
    )
    artists_decide_on_own = forms.BooleanField(
        required=False,
        label=_("People may decide on takes that they asked for themselves"),
        help_text=_("Artists on their own takes, and reviewers too. Managers always may."),
    )
    sound = forms.ChoiceField(
        label=_("Sound"), required=False, choices=[_NO_DEFAULT, ("on", _("With sound")), (_SILENT, _("Silent"))]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        models = registry.all_capabilities()
        self._offer("model", [(model, records[0].name) for model, records in registry.studio_models().items()])
        self._offer("aspect_ratio", _union([item.aspect_ratios for item in models]))
        self._offer(
            "duration",
            [
                (str(n), _("%(seconds)s s") % {"seconds": n})
                for n in sorted({n for item in models for n in item.durations})
            ],
        )
        self._offer("resolution", _union([item.resolutions for item in models]))

    @classmethod
    def initial_of(cls, project: Project) -> dict[str, Any]:
        """What the form shows of a project."""
        initial = {**project.default_settings, "name": project.name, "brief": project.brief}
        initial["tries_next_gateway"] = project.tries_next_gateway
        initial["approvals_needed"] = project.approvals_needed
        initial["artists_decide_on_own"] = project.artists_decide_on_own
        initial["model"] = registry.studio_model_of(str(initial.get("model", "")))
        if "sound" in initial:
            initial["sound"] = initial["sound"] or _SILENT
        return initial

    def default_settings(self) -> dict[str, str]:
        """The defaults in the composer's own words, and only what was chosen."""
        chosen = {name: self.cleaned_data[name] for name in _DEFAULTS if self.cleaned_data[name]}
        if chosen.get("sound") == _SILENT:
            # The composer knows silence as a box that is not ticked.
            chosen["sound"] = ""
        return chosen

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        records = registry.studio_models().get(cleaned.get("model", ""))
        if records:
            self._refuse_what_it_cannot(merged(records), cleaned)
        return cleaned

    def _refuse_what_it_cannot(self, model: Capability, cleaned: dict[str, Any]) -> None:
        offered: dict[str, tuple[Any, ...]] = {
            "operation": tuple(model.operations),
            "aspect_ratio": model.aspect_ratios,
            "duration": tuple(map(str, model.durations)),
            "resolution": model.resolutions,
        }
        for name, values in offered.items():
            if cleaned.get(name) and cleaned[name] not in values:
                self.add_error(name, filled(_("%(model)s does not offer this."), model=model.name))
        if cleaned.get("sound") == "on" and not model.sound_offered:
            self.add_error("sound", filled(_("%(model)s does not make sound."), model=model.name))

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = [_NO_DEFAULT, *choices]


def _union(lists: list[tuple[str, ...]]) -> list[tuple[str, str]]:
    return [(value, value) for value in dict.fromkeys(value for values in lists for value in values)]
