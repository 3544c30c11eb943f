"""The Seedance 2.0 family at Ark itself: one record per model and region, every fact with its source.

Decided here: references need an image, since a lone reference video is an edit and is offered as one; a take is not
extended, since the API has no field that names an earlier task."""

from __future__ import annotations

from studio.choices import InputRole, Operation
from studio.lib.english import english
from studio.providers.ark.regions import BYTEPLUS, VOLCENGINE
from studio.providers.capabilities import Capability, InputRule, OperationRule
from studio.providers.upstream import limits

SLUG = "ark"

CREATE = "Ark, create task (BytePlus and Volcengine documents, 1520757)"
MODES = "Ark, create task: first frame, first and last frame and references exclude each other"
OBSERVED = "Observed at Ark, not documented: a lone reference video is edited"

CANCEL_QUEUED = english(
    "A take can be called back only while it waits in Ark's queue. The studio looks first and "
    "asks only then, since the same call erases finished work."
)
PROMPT_ADVICE = english(
    "Subject, action, surroundings, then camera and style; at most about 1000 words or 500 characters."
)
NO_EXTENSION = english(
    "Ark cannot continue a take: a request has no place to name one. Start from its last frame "
    "instead (Image to video), or give its file to Edit a video."
)
EDIT_NOTE = english("The shape follows the video; Ark has refused other ratios than adaptive here.")


def _image(role: InputRole, minimum: int = 1, maximum: int = 1) -> InputRule:
    return InputRule(role, minimum, maximum, limits.IMAGE, inline=True)


_RULES = (
    OperationRule(Operation.TEXT_TO_VIDEO, CREATE),
    OperationRule(
        Operation.IMAGE_TO_VIDEO, MODES, inputs=(_image(InputRole.FIRST_FRAME),), default_aspect_ratio="adaptive"
    ),
    OperationRule(
        Operation.START_END_TO_VIDEO,
        MODES,
        inputs=(_image(InputRole.FIRST_FRAME), _image(InputRole.LAST_FRAME)),
        default_aspect_ratio="adaptive",
    ),
    OperationRule(
        Operation.REFERENCE_TO_VIDEO,
        MODES,
        inputs=(
            _image(InputRole.REFERENCE_IMAGE, 1, 9),
            InputRule(InputRole.REFERENCE_VIDEO, 0, 3, limits.VIDEO),
            InputRule(InputRole.REFERENCE_AUDIO, 0, 3, limits.AUDIO, inline=True),
        ),
        note=english("Audio needs an image beside it."),
    ),
    OperationRule(
        Operation.VIDEO_TO_VIDEO,
        OBSERVED,
        inputs=(InputRule(InputRole.SOURCE_VIDEO, 1, 1, limits.VIDEO),),
        default_aspect_ratio="adaptive",
        note=EDIT_NOTE,
    ),
)

SOURCES = {
    "model": CREATE,
    "operations": CREATE,
    "resolutions": CREATE,
    "references": CREATE,
    "aspect_ratios": CREATE,
    "durations": CREATE,
    "default_resolution": CREATE,
    "default_aspect_ratio": "The studio's own; Ark's default is adaptive, whose price is known only afterwards",
    "default_duration": CREATE,
    "sound": CREATE,
    "seed": f"{CREATE}; whether 2.0 honours it is disputed, so nothing is promised",
    "cancel": "Ark, cancel or delete a task",
    "media": limits.SOURCE,
    "prompt_advice": "Ark's advice, not a limit",
}

_SMALL = ("480p", "720p")
_FAMILY = (
    ("seedance-2-0-260128", "Seedance 2.0", (*_SMALL, "1080p", "4k")),
    ("seedance-2-0-fast-260128", "Seedance 2.0 Fast", _SMALL),
    ("seedance-2-0-mini-260615", "Seedance 2.0 Mini", _SMALL),
)
_PREFIXES = {BYTEPLUS: "dreamina", VOLCENGINE: "doubao"}


def _seedance(region: str, ending: str, name: str, resolutions: tuple[str, ...]) -> Capability:
    return Capability(
        provider=SLUG,
        model=f"{_PREFIXES[region]}-{ending}",
        name=name,
        operations={rule.operation: rule for rule in _RULES},
        resolutions=resolutions,
        aspect_ratios=("adaptive", "16:9", "9:16", "1:1", "4:3", "3:4", "21:9"),
        durations=tuple(range(4, 16)),
        default_resolution="720p",
        default_aspect_ratio="16:9",
        default_duration=5,
        sound_offered=True,
        default_sound=True,
        seed=(-1, 4_294_967_295),
        cancel=CANCEL_QUEUED,
        media=limits.MEDIA,
        prompt_advice=PROMPT_ADVICE,
        sources=SOURCES,
        routes=(region,),
        not_offered={Operation.VIDEO_EXTENSION: NO_EXTENSION},
    )


CAPABILITIES = tuple(_seedance(region, *model) for region in _PREFIXES for model in _FAMILY)
