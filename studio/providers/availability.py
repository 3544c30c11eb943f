"""What the composer may offer right now: every option stays in its list, with the reason when it is ruled out.

Works in both directions: a chosen model rules out operations, a chosen operation rules out models. A model may be
offered by several gateways; it can do what any of them can, or only what the chosen one can."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from studio.choices import InputRole, Operation
from studio.lib.english import english
from studio.providers import registry
from studio.providers.capabilities import Capability
from studio.providers.merging import merged
from studio.providers.wording import counted, listed, spread

NONE_OF_THEM = english("%(model)s takes %(files)s.")


@dataclass(frozen=True, slots=True)
class Selection:
    """What is chosen so far; an empty value means "not chosen yet". `model` is `Capability.studio_model`.

    `pinned` are the records of the one key that was chosen by hand; None leaves it to the studio."""

    model: str = ""
    operation: str = ""
    resolution: str = ""
    aspect_ratio: str = ""
    duration: int | None = None
    roles: Mapping[InputRole, int] = field(default_factory=dict)
    pinned: Sequence[Capability] | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a list; an empty reason means that it can be picked."""

    value: str
    label: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Options:
    """All lists of the composer for one selection."""

    models: list[Choice]
    operations: list[Choice]
    resolutions: list[Choice]
    aspect_ratios: list[Choice]
    durations: list[Choice]


def options(capabilities: Sequence[Capability], selection: Selection) -> Options:
    """`capabilities` are all records that there is a key for; the same model may be among them several times."""
    return Options(
        models=model_choices(capabilities, selection),
        operations=operation_choices(capabilities, selection),
        resolutions=_setting_choices(capabilities, selection, "resolutions", str),
        aspect_ratios=_setting_choices(capabilities, selection, "aspect_ratios", str),
        durations=_setting_choices(
            capabilities, selection, "durations", lambda value: english("%(seconds)s s", seconds=value)
        ),
    )


def model_choices(capabilities: Sequence[Capability], selection: Selection) -> list[Choice]:
    """Each model once, whoever offers it."""
    within = capabilities if selection.pinned is None else selection.pinned
    names = {item.studio_model: item.name for item in capabilities}
    return [
        Choice(model, name, _model_reason(name, [item for item in within if item.studio_model == model], selection))
        for model, name in names.items()
    ]


def operation_choices(capabilities: Sequence[Capability], selection: Selection) -> list[Choice]:
    chosen = _chosen(capabilities, selection)
    choices = []
    for operation in Operation:
        able = [item for item in capabilities if operation in item.operations]
        fits = able if chosen is None else [item for item in chosen if operation in item.operations]
        reason = "" if fits else _why_not(operation, able, chosen or [], selection)
        choices.append(Choice(operation.value, str(operation.label), reason))
    return choices


def _why_not(
    operation: Operation, able: Sequence[Capability], chosen: Sequence[Capability], selection: Selection
) -> str:
    """In the words of the records that miss it, where they have any."""
    words = [item.not_offered[operation] for item in chosen if operation in item.not_offered]
    return words[0] if words else _only_on(str(operation.label), able, selection)


def _setting_choices(
    capabilities: Sequence[Capability], selection: Selection, name: str, label: Callable[[Any], str]
) -> list[Choice]:
    """Every value that any model knows, ruled out where the chosen model (or every model left) does not."""
    chosen = _chosen(capabilities, selection)
    within = [item for item in chosen or capabilities if _may(item, selection.operation)]
    if chosen is not None:
        # A model that lacks the operation altogether is said so there; its settings stay its own.
        within = within or chosen
    values = list(dict.fromkeys(value for item in capabilities for value in getattr(item, name)))
    choices = []
    for value in sorted(values) if name == "durations" else values:
        able = [item for item in capabilities if value in getattr(item, name)]
        fits = any(value in getattr(item, name) for item in within)
        choices.append(Choice(str(value), label(value), "" if fits else _only_on(label(value), able, selection)))
    return choices


def _may(item: Capability, operation: str) -> bool:
    return not operation or operation in item.operations


def _model_reason(name: str, records: Sequence[Capability], selection: Selection) -> str:
    """Nothing when any of the model's records fits; else what stands against all of them together."""
    if not records:
        return english("The gateway chosen here does not offer %(name)s. Choose another gateway first.", name=name)
    reasons = [_reason(item, selection) for item in records]
    if not all(reasons):
        return ""
    return _reason(merged(records), selection) or reasons[0]


def _reason(item: Capability, selection: Selection) -> str:
    if selection.operation and selection.operation not in item.operations:
        return english(
            "%(model)s does not offer “%(operation_label)s”.",
            model=item.name,
            operation_label=_operation_label(selection.operation),
        )
    if selection.resolution and selection.resolution not in item.resolutions:
        return english("%(model)s renders %(listed)s only.", model=item.name, listed=listed(item.resolutions))
    if selection.aspect_ratio and selection.aspect_ratio not in item.aspect_ratios:
        return english("%(model)s offers %(listed)s only.", model=item.name, listed=listed(item.aspect_ratios))
    if selection.duration is not None and selection.duration not in item.durations:
        return english("%(model)s renders %(spread)s seconds only.", model=item.name, spread=spread(item.durations))
    return _tray_reason(item, selection)


def _tray_reason(item: Capability, selection: Selection) -> str:
    """A tray that holds more than the model is sure to take rules the model out, not the files."""
    if selection.operation not in item.operations:
        return ""
    rule = item.operations[Operation(selection.operation)]
    for input_rule in rule.inputs:
        if selection.roles.get(input_rule.role, 0) > input_rule.ceiling:
            takes = english("%(model)s takes at most %(files)s.") if input_rule.ceiling else NONE_OF_THEM
            return takes % {"model": item.name, "files": counted(input_rule.ceiling, input_rule.role)}
    return ""


def _only_on(label: str, able: Sequence[Capability], selection: Selection) -> str:
    """Which other models have it, or which other gateways where it is the gateway that lacks it."""
    same = [item for item in able if item.studio_model == selection.model]
    if same and selection.pinned is not None:
        return english(
            "%(label)s only at %(listed)s.",
            label=label,
            listed=listed(dict.fromkeys(registry.get(item.provider).name for item in same)),
        )
    if not able:
        return english("%(label)s is offered by no model here.", label=label)
    if same:
        return english(
            "%(label)s not together with “%(operation_label)s”.",
            label=label,
            operation_label=_operation_label(selection.operation),
        )
    return english(
        "%(label)s only on %(listed)s.", label=label, listed=listed(dict.fromkeys(item.name for item in able))
    )


def _chosen(capabilities: Iterable[Capability], selection: Selection) -> list[Capability] | None:
    within = capabilities if selection.pinned is None else selection.pinned
    return [item for item in within if item.studio_model == selection.model] or None


def _operation_label(value: str) -> str:
    return str(Operation(value).label) if value in Operation.values else value
