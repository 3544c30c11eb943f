"""Forms of projects: name and brief, and what the composer starts with."""

from __future__ import annotations

from typing import Any

from django import forms

from studio.choices import Operation
from studio.forms.styling import StyledForm
from studio.models import Project
from studio.providers import registry
from studio.providers.capabilities import Capability

_NO_DEFAULT = ("", "No default")


class ProjectForm(StyledForm):
    """What a new project needs."""

    name = forms.CharField(max_length=120)
    brief = forms.CharField(
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="What is it for, who is it for, what should it feel like? Everybody in the project can read it.",
    )


class ProjectSettingsForm(ProjectForm):
    """Name, brief and defaults. The composer asks the capability record again; this only offers what exists."""

    model = forms.ChoiceField(required=False)
    operation = forms.ChoiceField(required=False, choices=[_NO_DEFAULT, *Operation.choices])
    aspect_ratio = forms.ChoiceField(required=False, label="Aspect ratio")
    duration = forms.TypedChoiceField(required=False, label="Length", coerce=int, empty_value=None)
    resolution = forms.ChoiceField(required=False)
    sound = forms.ChoiceField(required=False, choices=[_NO_DEFAULT, ("on", "With sound"), ("off", "Silent")])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        models = registry.all_capabilities()
        self._offer("model", [(item.key, item.name) for item in models])
        self._offer("aspect_ratio", _union([item.aspect_ratios for item in models]))
        self._offer("duration", [(str(n), f"{n} s") for n in sorted({n for item in models for n in item.durations})])
        self._offer("resolution", _union([item.resolutions for item in models]))

    @classmethod
    def initial_of(cls, project: Project) -> dict[str, Any]:
        """What the form shows of a project."""
        settings = project.default_settings
        return {
            **settings,
            "name": project.name,
            "brief": project.brief,
            "model": f"{settings['provider']}:{settings['model']}" if settings.get("model") else "",
            "sound": {True: "on", False: "off"}.get(settings.get("sound"), ""),
        }

    def default_settings(self) -> dict[str, Any]:
        """The defaults as the project keeps them: only what was chosen."""
        chosen = {name: self.cleaned_data[name] for name in ("operation", "aspect_ratio", "duration", "resolution")}
        model = registry.find_key(self.cleaned_data["model"])
        if model:
            chosen |= {"provider": model.provider, "model": model.model}
        if self.cleaned_data["sound"]:
            chosen["sound"] = self.cleaned_data["sound"] == "on"
        return {name: value for name, value in chosen.items() if value not in ("", None)}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        model = registry.find_key(cleaned.get("model", ""))
        if model:
            self._refuse_what_it_cannot(model, cleaned)
        return cleaned

    def _refuse_what_it_cannot(self, model: Capability, cleaned: dict[str, Any]) -> None:
        offered: dict[str, tuple[Any, ...]] = {
            "operation": tuple(model.operations),
            "aspect_ratio": model.aspect_ratios,
            "duration": model.durations,
            "resolution": model.resolutions,
        }
        for name, values in offered.items():
            if cleaned.get(name) and cleaned[name] not in values:
                self.add_error(name, f"{model.name} does not offer this.")
        if cleaned.get("sound") == "on" and not model.sound_offered:
            self.add_error("sound", f"{model.name} does not make sound.")

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = [_NO_DEFAULT, *choices]


def _union(lists: list[tuple[str, ...]]) -> list[tuple[str, str]]:
    return [(value, value) for value in dict.fromkeys(value for values in lists for value in values)]
