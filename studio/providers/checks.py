"""Whether a model can do a request: pure functions used by the form, by the service and again before sending."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from studio.choices import Operation
from studio.lib.english import english
from studio.providers.capabilities import Capability
from studio.providers.input_checks import input_problems, input_warnings
from studio.providers.problem import Problem
from studio.providers.requests import PARAMETERS, RenderRequest
from studio.providers.wording import listed, spread

__all__ = [
    "ADAPTIVE",
    "MAX_TAKES",
    "OWN_SHAPE",
    "Problem",
    "problems",
    "takes_problems",
    "unknown_parameters",
    "warnings",
]

MAX_TAKES = 8
ADAPTIVE = english("adaptive")
# The field of the warning that one press can mend.
OWN_SHAPE = "own_shape"

# Upstream advises at most 1000 English words or 500 Chinese characters and enforces neither.
ADVISED_WORDS = 1000

_RENDERS = english("%(model)s renders %(listed)s only, not “%(asked)s”. Choose one of these.")
_OFFERS = english("%(model)s offers the ratios %(listed)s only, not “%(asked)s”. Choose one of these.")


def problems(capability: Capability, request: RenderRequest) -> list[Problem]:
    """Everything that stops this request; an empty list means that it may be sent."""
    if (request.provider, request.model) != (capability.provider, capability.model):
        mismatch = english(
            "This request is for %(asked)s, not for %(model)s.", asked=request.model, model=capability.model
        )
        return [Problem("model", english("%(mismatch)s Choose the model again.", mismatch=mismatch))]
    rule = capability.operations.get(request.operation)
    if rule is None:
        return [Problem("operation", _not_offered(capability, request.operation))]
    found = [
        *_prompt_problems(rule.needs_prompt, request.prompt),
        *_setting_problems(capability, request),
        *_source_take_problems(rule.needs_take, request),
        *input_problems(capability, rule, request.inputs),
    ]
    return found


def warnings(capability: Capability, request: RenderRequest) -> list[Problem]:
    """What may be refused by the gateway although no document forbids it; never a reason to stop."""
    found = []
    if len(request.prompt.split()) > ADVISED_WORDS or _wide_characters(request.prompt) > ADVISED_WORDS // 2:
        found.append(
            Problem("prompt", english("Very long prompts are followed less well: say the most important things only."))
        )
    rule = capability.operations.get(request.operation)
    if rule is not None:
        found += input_warnings(rule, request.inputs)
    if capability.sound_note:
        found.append(Problem("sound", capability.sound_note))
    if note := capability.resolution_notes.get(request.resolution):
        found.append(Problem("resolution", note))
    return found + _shape_warnings(capability, request)


def _shape_warnings(capability: Capability, request: RenderRequest) -> list[Problem]:
    """A lone video is an edit upstream, which has refused other shapes than the video's own."""
    is_edit = request.operation == Operation.VIDEO_TO_VIDEO and bool(request.inputs)
    if not is_edit or request.aspect_ratio == ADAPTIVE or ADAPTIVE not in capability.aspect_ratios:
        return []
    message = english(
        "An edited video keeps its own shape; gateways have refused %(aspect_ratio)s here.",
        aspect_ratio=request.aspect_ratio,
    )
    return [
        Problem(OWN_SHAPE, english("%(message)s Use the ratio adaptive and the video's own length.", message=message))
    ]


def takes_problems(takes: int) -> list[Problem]:
    if 1 <= takes <= MAX_TAKES:
        return []
    return [
        Problem(
            "takes",
            english(
                "%(takes)s takes cannot be asked for at once. Choose 1 to %(max_takes)s.",
                takes=takes,
                max_takes=MAX_TAKES,
            ),
        )
    ]


def unknown_parameters(names: Iterable[str]) -> list[Problem]:
    """A setting that no adapter translates is refused, since dropping it would change what is paid for."""
    return [
        Problem(
            name,
            english(
                "There is no setting named “%(name)s”. Use %(listed)s.", name=name, listed=listed(PARAMETERS, "or")
            ),
        )
        for name in names
        if name not in PARAMETERS
    ]


def _not_offered(capability: Capability, operation: Operation) -> str:
    if words := capability.not_offered.get(operation):
        return words
    offered = listed([Operation(name).label for name in capability.operations], "or")
    return english(
        "%(model)s does not offer this operation. Choose %(offered)s.", model=capability.name, offered=offered
    )


def _prompt_problems(needed: bool, prompt: str) -> list[Problem]:
    if needed and not prompt.strip():
        return [
            Problem("prompt", english("The prompt is empty. Say what is to be seen: subject, action, place, camera."))
        ]
    if "\x00" in prompt:
        return [
            Problem("prompt", english("The prompt holds an invisible character that cannot be sent. Type it again."))
        ]
    return []


def _setting_problems(capability: Capability, request: RenderRequest) -> list[Problem]:
    found = []
    name = capability.name
    if request.resolution not in capability.resolutions:
        found.append(Problem("resolution", _only(_RENDERS, name, capability.resolutions, request.resolution)))
    if request.aspect_ratio not in capability.aspect_ratios:
        found.append(Problem("aspect_ratio", _only(_OFFERS, name, capability.aspect_ratios, request.aspect_ratio)))
    if isinstance(request.duration, bool) or request.duration not in capability.durations:
        length = english(
            "%(model)s renders %(spread)s seconds, not %(duration)s.",
            model=capability.name,
            spread=spread(capability.durations),
            duration=request.duration,
        )
        found.append(Problem("duration", english("%(length)s Choose a length in that range.", length=length)))
    if request.sound and not capability.sound_offered:
        reason = capability.sound_note or english("%(model)s renders without sound only.", model=capability.name)
        found.append(Problem("sound", english("%(reason)s Switch sound off.", reason=reason)))
    return found + _seed_problems(capability, request.seed)


def _only(sentence: str, name: str, allowed: tuple[str, ...], asked: str) -> str:
    return sentence % {"model": name, "listed": listed(allowed), "asked": asked}


def _seed_problems(capability: Capability, seed: int | None) -> list[Problem]:
    if seed is None:
        return []
    if capability.seed is None:
        return [Problem("seed", english("%(model)s takes no seed. Leave it empty.", model=capability.name))]
    low, high = capability.seed
    if isinstance(seed, int) and not isinstance(seed, bool) and low <= seed <= high:
        return []
    return [
        Problem(
            "seed",
            english(
                "A seed is a whole number from %(low)s to %(high)s. Correct it, or leave it empty.", low=low, high=high
            ),
        )
    ]


def _source_take_problems(needed: bool, request: RenderRequest) -> list[Problem]:
    if needed and not request.source_task_id:
        return [Problem("source_take", english("Choose the take to extend: one that was made with the same key."))]
    if not needed and request.source_task_id:
        label = Operation(request.operation).label
        return [
            Problem(
                "source_take",
                english("%(label)s starts from no earlier take. Remove it, or choose Extend a take.", label=label),
            )
        ]
    if request.source_seconds is not None and request.source_seconds <= Decimal(0):
        return [Problem("source_take", english("The take to extend has no length. Choose another take."))]
    return []


def _wide_characters(text: str) -> int:
    return sum(1 for character in text if "\u3400" <= character <= "\u9fff")
