"""Several records of one model as one: what any of them can do, for lists and slots. No request is checked by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from studio.choices import InputRole, Operation
from studio.providers.capabilities import Capability, InputRule, OperationRule


def merged(records: Sequence[Capability]) -> Capability:
    """The union of one or more records; in what cannot be put together the first one speaks for all."""
    first = records[0]
    if len(records) == 1:
        return first
    return replace(
        first,
        operations=_operations(records),
        resolutions=tuple(dict.fromkeys(value for item in records for value in item.resolutions)),
        aspect_ratios=tuple(dict.fromkeys(value for item in records for value in item.aspect_ratios)),
        durations=tuple(sorted({value for item in records for value in item.durations})),
        sound_offered=any(item.sound_offered for item in records),
        default_sound=any(item.sound_offered and item.default_sound for item in records),
        seed=next((item.seed for item in records if item.seed is not None), None),
    )


def _operations(records: Sequence[Capability]) -> dict[Operation, OperationRule]:
    known = [operation for operation in Operation if any(operation in item.operations for item in records)]
    return {
        operation: _rule([item.operations[operation] for item in records if operation in item.operations])
        for operation in known
    }


def _rule(rules: Sequence[OperationRule]) -> OperationRule:
    roles = [role for role in InputRole if any(rule.rule_for(role) for rule in rules)]
    found = {role: [each for rule in rules if (each := rule.rule_for(role)) is not None] for role in roles}
    inputs = tuple(_widest(each, is_everywhere=len(each) == len(rules)) for each in found.values())
    together = [rule.max_inputs for rule in rules if rule.max_inputs is not None]
    return replace(
        rules[0],
        inputs=inputs,
        needs_prompt=all(rule.needs_prompt for rule in rules),
        max_inputs=max(together) if len(together) == len(rules) else None,
        mixes_kinds=all(rule.mixes_kinds for rule in rules),
    )


def _widest(rules: Sequence[InputRule], *, is_everywhere: bool) -> InputRule:
    """The rule that takes most, needing no more than the one that needs least."""
    widest = max(rules, key=lambda rule: rule.ceiling)
    least = min(rule.minimum for rule in rules) if is_everywhere else 0
    if least == widest.minimum:
        return widest
    return replace(widest, minimum=least, maximum=widest.ceiling)
