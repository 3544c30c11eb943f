"""What the composer may offer right now: every option stays in its list, with the reason when it is ruled out.

Works in both directions: a chosen model rules out operations, a chosen operation rules out models."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from studio.choices import InputRole, Operation
from studio.providers.capabilities import Capability
from studio.providers.wording import counted, listed, spread


@dataclass(frozen=True, slots=True)
class Selection:
    """What is chosen so far; an empty value means "not chosen yet". `model` is `Capability.key`."""

    model: str = ""
    operation: str = ""
    resolution: str = ""
    aspect_ratio: str = ""
    duration: int | None = None
    roles: Mapping[InputRole, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a list; an empty reason means that it can be picked."""

    value: str
    label: str
    reason: str = ""

    @property
    def is_available(self) -> bool:
        return not self.reason


@dataclass(frozen=True, slots=True)
class Options:
    """All lists of the composer for one selection."""

    models: list[Choice]
    operations: list[Choice]
    resolutions: list[Choice]
    aspect_ratios: list[Choice]
    durations: list[Choice]


def options(capabilities: Sequence[Capability], selection: Selection) -> Options:
    return Options(
        models=model_choices(capabilities, selection),
        operations=operation_choices(capabilities, selection),
        resolutions=resolution_choices(capabilities, selection),
        aspect_ratios=ratio_choices(capabilities, selection),
        durations=duration_choices(capabilities, selection),
    )


def model_choices(capabilities: Iterable[Capability], selection: Selection) -> list[Choice]:
    return [Choice(item.key, item.name, _model_reason(item, selection)) for item in capabilities]


def operation_choices(capabilities: Sequence[Capability], selection: Selection) -> list[Choice]:
    chosen = _chosen(capabilities, selection)
    choices = []
    for operation in Operation:
        able = [item for item in capabilities if operation in item.operations]
        reason = "" if able and (chosen is None or chosen in able) else _only_on(operation.label, able)
        choices.append(Choice(operation.value, operation.label, reason))
    return choices


def resolution_choices(capabilities: Sequence[Capability], selection: Selection) -> list[Choice]:
    return _setting_choices(capabilities, selection, "resolutions", str)


def ratio_choices(capabilities: Sequence[Capability], selection: Selection) -> list[Choice]:
    return _setting_choices(capabilities, selection, "aspect_ratios", str)


def duration_choices(capabilities: Sequence[Capability], selection: Selection) -> list[Choice]:
    return _setting_choices(capabilities, selection, "durations", lambda value: f"{value} s")


def _setting_choices(
    capabilities: Sequence[Capability], selection: Selection, name: str, label: Callable[[Any], str]
) -> list[Choice]:
    """Every value that any model knows, ruled out where the chosen model (or every model left) does not."""
    chosen = _chosen(capabilities, selection)
    values = list(dict.fromkeys(value for item in capabilities for value in getattr(item, name)))
    choices = []
    for value in sorted(values) if name == "durations" else values:
        able = [item for item in capabilities if value in getattr(item, name)]
        left = [item for item in able if not selection.operation or selection.operation in item.operations]
        fits = bool(left) if chosen is None else chosen in able
        choices.append(Choice(str(value), label(value), "" if fits else _only_on(label(value), able)))
    return choices


def _model_reason(item: Capability, selection: Selection) -> str:
    if selection.operation and selection.operation not in item.operations:
        return f"{item.name} does not offer “{_operation_label(selection.operation)}”."
    if selection.resolution and selection.resolution not in item.resolutions:
        return f"{item.name} renders {listed(item.resolutions)} only."
    if selection.aspect_ratio and selection.aspect_ratio not in item.aspect_ratios:
        return f"{item.name} offers {listed(item.aspect_ratios)} only."
    if selection.duration is not None and selection.duration not in item.durations:
        return f"{item.name} renders {spread(item.durations)} seconds only."
    return _tray_reason(item, selection)


def _tray_reason(item: Capability, selection: Selection) -> str:
    """A tray that holds more than the model is sure to take rules the model out, not the files."""
    if selection.operation not in item.operations:
        return ""
    rule = item.operations[Operation(selection.operation)]
    for input_rule in rule.inputs:
        if selection.roles.get(input_rule.role, 0) > input_rule.ceiling:
            at_most = "at most " if input_rule.ceiling else ""
            return f"{item.name} takes {at_most}{counted(input_rule.ceiling, input_rule.role)}."
    return ""


def _only_on(label: str, able: Sequence[Capability]) -> str:
    if not able:
        return f"{label} is offered by no model here."
    return f"{label} only on {listed(dict.fromkeys(item.name for item in able))}."


def _chosen(capabilities: Iterable[Capability], selection: Selection) -> Capability | None:
    return next((item for item in capabilities if item.key == selection.model), None)


def _operation_label(value: str) -> str:
    return Operation(value).label if value in Operation.values else value
