"""Whether the references of a request fit its operation: roles, counts, mixtures and every file's own limits."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from studio.choices import ROLE_KINDS, AssetKind, InputRole, Operation
from studio.providers.capabilities import Capability, InputRule, MediaLimits, OperationRule
from studio.providers.problem import Problem
from studio.providers.requests import InputFile
from studio.providers.wording import counted, listed, megabytes, role_noun, seconds

FRAMES = frozenset({InputRole.FIRST_FRAME, InputRole.LAST_FRAME})
REFERENCES = frozenset({InputRole.REFERENCE_IMAGE, InputRole.REFERENCE_VIDEO, InputRole.REFERENCE_AUDIO})


def input_problems(capability: Capability, rule: OperationRule, inputs: Sequence[InputFile]) -> list[Problem]:
    """In the order a person would mend them: wrong mixture, wrong roles, counts, then single files."""
    messages = _mixture_messages(inputs)
    messages += _role_messages(capability, rule, inputs)
    # "Add an image" is said once: by the rule about lone audio, if that is what is wrong.
    silent = {InputRole.REFERENCE_IMAGE} if _is_lone_audio(inputs) else set()
    for input_rule in rule.inputs:
        files = [file for file in inputs if file.role == input_rule.role]
        if input_rule.role not in silent:
            messages += _count_messages(rule, input_rule, len(files))
        for file in files:
            messages += file_messages(input_rule.limits, file)
        messages += _total_messages(input_rule, files)
    messages += _together_messages(rule, inputs)
    return [Problem("inputs", message) for message in messages]


def input_warnings(rule: OperationRule, inputs: Sequence[InputFile]) -> list[Problem]:
    found = []
    for file in inputs:
        input_rule = rule.rule_for(file.role)
        if input_rule is not None:
            found += [Problem("inputs", message) for message in _soft_messages(input_rule.limits, file)]
    return found


def file_messages(limits: MediaLimits, file: InputFile) -> list[str]:
    """What is wrong with one file by itself; an upload can be told so before it has a role."""
    if file.kind != limits.kind:
        wanted = AssetKind(limits.kind).label.lower()
        return [f"{_name(file)} is not of the kind needed here ({wanted}). Choose another file."]
    messages = []
    if file.extension.lower().lstrip(".") not in limits.formats:
        formats = listed([name.upper() for name in limits.formats], "or")
        messages.append(f"{_name(file)} has a format the gateway does not take. Convert it to {formats}.")
    if file.size <= 0:
        messages.append(f"{_name(file)} is empty. Upload it again.")
    if file.size > limits.max_bytes:
        size = f"{_name(file)} is {megabytes(file.size)}; the limit is {megabytes(limits.max_bytes)}."
        messages.append(f"{size} Make it smaller.")
    return messages + _pixel_messages(limits, file) + _length_messages(limits, file)


def _mixture_messages(inputs: Sequence[InputFile]) -> list[str]:
    roles = {file.role for file in inputs}
    messages = []
    if roles & FRAMES and roles & REFERENCES:
        messages.append("First and last frames cannot be mixed with references. Remove one of the two kinds.")
    if InputRole.LAST_FRAME in roles and InputRole.FIRST_FRAME not in roles:
        messages.append("A last frame needs a first frame. Add one.")
    if _is_lone_audio(inputs):
        messages.append("Audio never goes alone. Add at least one reference image.")
    return messages


def _is_lone_audio(inputs: Sequence[InputFile]) -> bool:
    return bool(inputs) and all(file.kind == AssetKind.AUDIO for file in inputs)


def _role_messages(capability: Capability, rule: OperationRule, inputs: Sequence[InputFile]) -> list[str]:
    label = Operation(rule.operation).label
    messages = []
    for role in InputRole:
        files = [file for file in inputs if file.role == role]
        if files and rule.rule_for(role) is None:
            elsewhere = [Operation(name).label for name, other in capability.operations.items() if other.rule_for(role)]
            instead = f", or choose {listed(elsewhere, 'or')}" if elsewhere else ""
            messages.append(f"{label} takes no {role_noun(role)}. Remove it{instead}.")
        messages += [
            f"{_name(file)} cannot be a {role_noun(role)}: it is not of that kind. Give it another role."
            for file in files
            if file.kind != ROLE_KINDS[role]
        ]
    return messages


def _count_messages(rule: OperationRule, input_rule: InputRule, number: int) -> list[str]:
    label = Operation(rule.operation).label
    if number < input_rule.minimum:
        return [f"{label} needs at least {counted(input_rule.minimum, input_rule.role)}. Add it to the tray."]
    if number <= input_rule.ceiling:
        return []
    if input_rule.maximum is None:
        promised = counted(input_rule.ceiling, input_rule.role)
        return [input_rule.note or f"The gateway promises {promised} and no more. Remove the rest."]
    allowed = counted(input_rule.ceiling, input_rule.role)
    return [f"{label} takes at most {allowed}; there are {number}. Remove {number - input_rule.ceiling}."]


def _together_messages(rule: OperationRule, inputs: Sequence[InputFile]) -> list[str]:
    """What a gateway says of all files at once."""
    label = Operation(rule.operation).label
    messages = []
    if rule.max_inputs is not None and len(inputs) > rule.max_inputs:
        over = len(inputs) - rule.max_inputs
        messages.append(
            f"{label} takes at most {rule.max_inputs} files together; there are {len(inputs)}. Remove {over}."
        )
    kinds = {file.kind for file in inputs}
    if rule.mixes_kinds and len(kinds) == 1 and kinds != {AssetKind.AUDIO}:
        messages.append(f"{label} needs files of at least two kinds here. {rule.note}".strip())
    return messages


def _pixel_messages(limits: MediaLimits, file: InputFile) -> list[str]:
    if limits.min_side is None and limits.min_ratio is None:
        return []
    if not file.width or not file.height:
        return [f"The size of {_name(file)} in pixels could not be measured. Upload it again or choose another file."]
    messages = []
    if limits.min_side is not None and min(file.width, file.height) < limits.min_side:
        messages.append(f"{_shape(file)}; each side needs at least {limits.min_side} pixels. Use a larger one.")
    if limits.max_side is not None and max(file.width, file.height) > limits.max_side:
        messages.append(f"{_shape(file)}; no side may be longer than {limits.max_side} pixels. Scale it down.")
    ratio = Decimal(file.width) / Decimal(file.height)
    too_tall = limits.min_ratio is not None and ratio < limits.min_ratio
    too_wide = limits.max_ratio is not None and ratio > limits.max_ratio
    if too_tall or too_wide:
        span = f"between {limits.min_ratio} and {limits.max_ratio}"
        messages.append(f"{_shape(file)}; width ÷ height must be {span}. Crop it.")
    return messages


def _length_messages(limits: MediaLimits, file: InputFile) -> list[str]:
    if limits.min_seconds is None or limits.max_seconds is None:
        return []
    if file.seconds is None:
        return [f"The length of {_name(file)} could not be measured. Upload it again or choose another file."]
    if limits.min_seconds <= file.seconds <= limits.max_seconds:
        return []
    span = f"{seconds(limits.min_seconds)} to {seconds(limits.max_seconds)}"
    return [f"{_name(file)} is {file.seconds.normalize():f} s long; {span} is allowed. Trim it or choose another."]


def _total_messages(input_rule: InputRule, files: Sequence[InputFile]) -> list[str]:
    limit = input_rule.limits.total_seconds
    total = sum((file.seconds or Decimal(0) for file in files), Decimal(0))
    if limit is None or len(files) < 2 or total <= limit:
        return []
    these = counted(2, input_rule.role).removeprefix("2 ")
    return [f"The {these} last {total.normalize():f} s together; {seconds(limit)} is allowed. Trim or remove one."]


def _soft_messages(limits: MediaLimits, file: InputFile) -> list[str]:
    messages = []
    if limits.warn_bytes is not None and limits.warn_bytes < file.size <= limits.max_bytes:
        large = f"{_name(file)} is {megabytes(file.size)}"
        messages.append(f"{large}; above {megabytes(limits.warn_bytes)} the gateway may refuse it.")
    area = (file.width or 0) * (file.height or 0)
    low, high = limits.warn_min_area, limits.warn_max_area
    if area and ((low is not None and area < low) or (high is not None and area > high)):
        messages.append(f"{_shape(file)}: outside the size that is surely accepted, so it may be refused.")
    return messages


def _name(file: InputFile) -> str:
    return file.name or f"The {role_noun(file.role)}"


def _shape(file: InputFile) -> str:
    return f"{_name(file)} is {file.width}×{file.height}"
