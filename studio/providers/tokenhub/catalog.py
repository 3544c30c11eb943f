"""Seedance 2.0 and its fast twin as TokenHub offers them: every fact with its source.

Decided here: references need an image (the guide's own list of what may be combined is cut off), and of the ratios
only those are offered that the guide spells out; it ends its list with "etc."."""

from __future__ import annotations

from studio.choices import InputRole, Operation
from studio.lib.english import english
from studio.providers.capabilities import Capability, InputRule, OperationRule
from studio.providers.tokenhub import limits

SLUG = "tokenhub"

GUIDE = "TokenHub, Seedance guide (seeds 002 and 003)"
ROLES = f"{GUIDE}: the roles of `content`; that they go together as upstream's do is concluded"
NO_EXTENSION = english("TokenHub has no way to extend a take: its guide names no field for an earlier task.")
PROMPT_ADVICE = english(
    "Subject, action, surroundings, then camera and style. English prompts tend to work better here."
)
EDIT_NOTE = english("The video's length is charged like the new one's. Its shape is kept; other ratios may be refused.")

# Images have no stated maximum, so upstream's nine; three videos and three audio files are the guide's.
MOST_IMAGES, MOST_VIDEOS, MOST_AUDIOS = 9, 3, 3


def _one(role: InputRole) -> InputRule:
    media = limits.VIDEO if role == InputRole.SOURCE_VIDEO else limits.IMAGE
    return InputRule(role, minimum=1, maximum=1, limits=media)


_REFERENCES = (
    InputRule(InputRole.REFERENCE_IMAGE, 1, MOST_IMAGES, limits.IMAGE),
    InputRule(InputRole.REFERENCE_VIDEO, 0, MOST_VIDEOS, limits.VIDEO),
    InputRule(InputRole.REFERENCE_AUDIO, 0, MOST_AUDIOS, limits.AUDIO),
)

_RULES = (
    OperationRule(Operation.TEXT_TO_VIDEO, GUIDE),
    OperationRule(
        Operation.IMAGE_TO_VIDEO, ROLES, inputs=(_one(InputRole.FIRST_FRAME),), default_aspect_ratio="adaptive"
    ),
    OperationRule(
        Operation.START_END_TO_VIDEO,
        ROLES,
        inputs=(_one(InputRole.FIRST_FRAME), _one(InputRole.LAST_FRAME)),
        default_aspect_ratio="adaptive",
    ),
    OperationRule(
        Operation.REFERENCE_TO_VIDEO,
        GUIDE,
        inputs=_REFERENCES,
        note=english(
            "Audio needs an image beside it. The length of each reference video is charged like the new one's."
        ),
    ),
    OperationRule(
        Operation.VIDEO_TO_VIDEO,
        GUIDE,
        inputs=(_one(InputRole.SOURCE_VIDEO),),
        default_aspect_ratio="adaptive",
        note=EDIT_NOTE,
    ),
)

SOURCES = {
    "model": GUIDE,
    "operations": GUIDE,
    "resolutions": GUIDE,
    "references": f"{GUIDE}; for images upstream's count, as none is stated",
    "aspect_ratios": f"{GUIDE}: those spelled out",
    "durations": GUIDE,
    "default_resolution": GUIDE,
    "default_aspect_ratio": f"The examples of {GUIDE}; the gateway's default is adaptive",
    "default_duration": GUIDE,
    "sound": GUIDE,
    "seed": f"{GUIDE}: silent, so none is sent",
    "cancel": f"{GUIDE}: silent, so nothing is called back",
    "media": limits.UPSTREAM,
    "prompt_advice": GUIDE,
}


def _seedance(model: str, name: str) -> Capability:
    return Capability(
        provider=SLUG,
        model=model,
        name=name,
        operations={rule.operation: rule for rule in _RULES},
        resolutions=("480p", "720p"),
        aspect_ratios=("adaptive", "16:9", "9:16", "1:1"),
        durations=tuple(range(4, 16)),
        default_resolution="720p",
        default_aspect_ratio="16:9",
        default_duration=5,
        sound_offered=True,
        default_sound=True,
        seed=None,
        cancel=None,
        media=limits.MEDIA,
        prompt_advice=PROMPT_ADVICE,
        sources=SOURCES,
        not_offered={Operation.VIDEO_EXTENSION: NO_EXTENSION},
    )


CAPABILITIES = (
    _seedance("doubao-seedance-2.0", "Seedance 2.0"),
    _seedance("doubao-seedance-2.0-fast", "Seedance 2.0 Fast"),
)
