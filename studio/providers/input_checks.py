"""Whether the references of a request fit its operation: roles, counts, mixtures and every file's own limits."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from studio.choices import ROLE_KINDS, AssetKind, InputRole, Operation
from studio.lib.english import english
from studio.providers.capabilities import Capability, InputRule, MediaLimits, OperationRule
from studio.providers.problem import Problem
from studio.providers.requests import InputFile
from studio.providers.wording import counted, listed, megabytes, role_noun, role_nouns, seconds

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
        return [
            english(
                "%(name)s is not of the kind needed here (%(wanted)s). Choose another file.",
                name=_name(file),
                wanted=wanted,
            )
        ]
    messages = []
    if file.extension.lower().lstrip(".") not in limits.formats:
        formats = listed([name.upper() for name in limits.formats], "or")
        messages.append(
            english(
                "%(name)s has a format the gateway does not take. Convert it to %(formats)s.",
                name=_name(file),
                formats=formats,
            )
        )
    if file.size <= 0:
        messages.append(english("%(name)s is empty. Upload it again.", name=_name(file)))
    if file.size > limits.max_bytes:
        size = english(
            "%(name)s is %(size)s; the limit is %(most)s.",
            name=_name(file),
            size=megabytes(file.size),
            most=megabytes(limits.max_bytes),
        )
        messages.append(english("%(size)s Make it smaller.", size=size))
    return messages + _pixel_messages(limits, file) + _length_messages(limits, file)


def _mixture_messages(inputs: Sequence[InputFile]) -> list[str]:
    roles = {file.role for file in inputs}
    messages = []
    if roles & FRAMES and roles & REFERENCES:
        messages.append(english("First and last frames cannot be mixed with references. Remove one of the two kinds."))
    if InputRole.LAST_FRAME in roles and InputRole.FIRST_FRAME not in roles:
        messages.append(english("A last frame needs a first frame. Add one."))
    if _is_lone_audio(inputs):
        messages.append(english("Audio never goes alone. Add at least one reference image."))
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
            remove = english("%(label)s takes no %(file)s. Remove it.")
            if elsewhere:
                remove = english("%(label)s takes no %(file)s. Remove it, or choose %(elsewhere)s.")
            messages.append(remove % {"label": label, "file": role_noun(role), "elsewhere": listed(elsewhere, "or")})
        messages += [
            english(
                "%(name)s cannot be a %(file)s: it is not of that kind. Give it another role.",
                name=_name(file),
                file=role_noun(role),
            )
            for file in files
            if file.kind != ROLE_KINDS[role]
        ]
    return messages


def _count_messages(rule: OperationRule, input_rule: InputRule, number: int) -> list[str]:
    label = Operation(rule.operation).label
    if number < input_rule.minimum:
        return [
            english(
                "%(label)s needs at least %(counted)s. Add it to the tray.",
                label=label,
                counted=counted(input_rule.minimum, input_rule.role),
            )
        ]
    if number <= input_rule.ceiling:
        return []
    if input_rule.maximum is None:
        promised = counted(input_rule.ceiling, input_rule.role)
        return [
            input_rule.note
            or english("The gateway promises %(promised)s and no more. Remove the rest.", promised=promised)
        ]
    allowed = counted(input_rule.ceiling, input_rule.role)
    return [
        english(
            "%(label)s takes at most %(allowed)s; there are %(number)s. Remove %(over)s.",
            label=label,
            allowed=allowed,
            number=number,
            over=number - input_rule.ceiling,
        )
    ]


def _together_messages(rule: OperationRule, inputs: Sequence[InputFile]) -> list[str]:
    """What a gateway says of all files at once."""
    label = Operation(rule.operation).label
    messages = []
    if rule.max_inputs is not None and len(inputs) > rule.max_inputs:
        over = len(inputs) - rule.max_inputs
        messages.append(
            english(
                "%(label)s takes at most %(max_inputs)s files together; there are %(number)s. Remove %(over)s.",
                label=label,
                max_inputs=rule.max_inputs,
                number=len(inputs),
                over=over,
            )
        )
    kinds = {file.kind for file in inputs}
    if rule.mixes_kinds and len(kinds) == 1 and kinds != {AssetKind.AUDIO}:
        messages.append(
            (english("%(label)s needs files of at least two kinds here. %(note)s", label=label, note=rule.note)).strip()
        )
    return messages


def _pixel_messages(limits: MediaLimits, file: InputFile) -> list[str]:
    if limits.min_side is None and limits.min_ratio is None:
        return []
    if not file.width or not file.height:
        return [
            english(
                "The size of %(name)s in pixels could not be measured. Upload it again or choose another file.",
                name=_name(file),
            )
        ]
    messages = []
    if limits.min_side is not None and min(file.width, file.height) < limits.min_side:
        messages.append(
            english(
                "%(shape)s; each side needs at least %(side)s pixels. Use a larger one.",
                shape=_shape(file),
                side=limits.min_side,
            )
        )
    if limits.max_side is not None and max(file.width, file.height) > limits.max_side:
        messages.append(
            english(
                "%(shape)s; no side may be longer than %(side)s pixels. Scale it down.",
                shape=_shape(file),
                side=limits.max_side,
            )
        )
    ratio = Decimal(file.width) / Decimal(file.height)
    too_tall = limits.min_ratio is not None and ratio < limits.min_ratio
    too_wide = limits.max_ratio is not None and ratio > limits.max_ratio
    if too_tall or too_wide:
        span = english(
            "between %(min_ratio)s and %(max_ratio)s", min_ratio=limits.min_ratio, max_ratio=limits.max_ratio
        )
        messages.append(english("%(shape)s; width ÷ height must be %(span)s. Crop it.", shape=_shape(file), span=span))
    return messages


def _length_messages(limits: MediaLimits, file: InputFile) -> list[str]:
    if limits.min_seconds is None or limits.max_seconds is None:
        return []
    if file.seconds is None:
        return [
            english(
                "The length of %(name)s could not be measured. Upload it again or choose another file.",
                name=_name(file),
            )
        ]
    if limits.min_seconds <= file.seconds <= limits.max_seconds:
        return []
    span = english("%(least)s to %(most)s", least=seconds(limits.min_seconds), most=seconds(limits.max_seconds))
    return [
        english(
            "%(name)s is %(seconds)s s long; %(span)s is allowed. Trim it or choose another.",
            name=_name(file),
            seconds=f"{file.seconds.normalize():f}",
            span=span,
        )
    ]


def _total_messages(input_rule: InputRule, files: Sequence[InputFile]) -> list[str]:
    limit = input_rule.limits.total_seconds
    total = sum((file.seconds or Decimal(0) for file in files), Decimal(0))
    if limit is None or len(files) < 2 or total <= limit:
        return []
    these = role_nouns(input_rule.role)
    return [
        english(
            "The %(these)s last %(sum)s s together; %(limit)s is allowed. Trim or remove one.",
            these=these,
            sum=f"{total.normalize():f}",
            limit=seconds(limit),
        )
    ]


def _soft_messages(limits: MediaLimits, file: InputFile) -> list[str]:
    messages = []
    if limits.warn_bytes is not None and limits.warn_bytes < file.size <= limits.max_bytes:
        messages.append(
            english(
                "%(name)s is %(size)s; above %(most)s the gateway may refuse it.",
                name=_name(file),
                size=megabytes(file.size),
                most=megabytes(limits.warn_bytes),
            )
        )
    area = (file.width or 0) * (file.height or 0)
    low, high = limits.warn_min_area, limits.warn_max_area
    if area and ((low is not None and area < low) or (high is not None and area > high)):
        messages.append(
            english("%(shape)s: outside the size that is surely accepted, so it may be refused.", shape=_shape(file))
        )
    return messages


def _name(file: InputFile) -> str:
    return file.name or english("The %(file)s", file=role_noun(file.role))


def _shape(file: InputFile) -> str:
    return english("%(name)s is %(width)s×%(height)s", name=_name(file), width=file.width, height=file.height)
