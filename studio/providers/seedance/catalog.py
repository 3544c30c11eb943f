"""The three models of Seedance 2.0 Open API: one record per model, every fact with its source.

The gateway tells the operation from the number and kind of the files alone, so an operation is offered only where
its files cannot be taken for another one: references must be of at least two kinds, and begin with an image."""

from __future__ import annotations

from collections.abc import Mapping

from studio.choices import InputRole, Operation
from studio.lib.english import english
from studio.providers.capabilities import Capability, InputRule, OperationRule
from studio.providers.seedance import limits

SLUG = "seedance"

PAGE = "Seedance 2.0 Open API, Text to video page (seed 004)"
MEDIA_PAGE = limits.PAGE
OVERVIEW = "Seedance 2.0 Open API, overview"
SILENT = f"{PAGE} and {MEDIA_PAGE}: silent"

MIXED = english("One or two images alone are taken for frames: add a reference video or audio.")
NOT_OFFERED = {
    Operation.VIDEO_TO_VIDEO: english(
        "What this gateway makes of a lone video is not documented, so editing is not offered."
    ),
    Operation.VIDEO_EXTENSION: english("This gateway has no way to extend a take: its request names no field for one."),
}
CANCEL = english("A take can be called back until it is finished. Whether its credits come back is not documented.")
SOUND_NOTE = english("This gateway has no switch for sound: the take may come with it or without.")
NO_NOTES: Mapping[str, str] = {}
FAST_1080P = "The gateway lists 1080p for the fast model, but its upstream stops at 720p: expect a refusal."
PROMPT_ADVICE = english("Subject, action, surroundings, then camera and style, in plain sentences.")

MOST_FILES = 5


def _one(role: InputRole) -> InputRule:
    return InputRule(role, minimum=1, maximum=1, limits=limits.IMAGE)


# Four images at most, as one of the five files is of another kind; three and three are upstream's counts.
_REFERENCES = (
    InputRule(InputRole.REFERENCE_IMAGE, 1, MOST_FILES - 1, limits.IMAGE),
    InputRule(InputRole.REFERENCE_VIDEO, 0, 3, limits.VIDEO),
    InputRule(InputRole.REFERENCE_AUDIO, 0, 3, limits.AUDIO),
)

_RULES = (
    OperationRule(Operation.TEXT_TO_VIDEO, PAGE),
    OperationRule(Operation.IMAGE_TO_VIDEO, MEDIA_PAGE, inputs=(_one(InputRole.FIRST_FRAME),)),
    OperationRule(
        Operation.START_END_TO_VIDEO,
        MEDIA_PAGE,
        inputs=(_one(InputRole.FIRST_FRAME), _one(InputRole.LAST_FRAME)),
    ),
    OperationRule(
        Operation.REFERENCE_TO_VIDEO,
        MEDIA_PAGE,
        inputs=_REFERENCES,
        note=MIXED,
        max_inputs=MOST_FILES,
        mixes_kinds=True,
    ),
)

SOURCES = {
    "model": PAGE,
    "operations": f"{PAGE}; with files: {MEDIA_PAGE}",
    "resolutions": f"{PAGE}; all three for every model; that fast stops at 720p is upstream's (Ark, create task)",
    "references": f"{MEDIA_PAGE}: five files; the counts of videos and audio are upstream's",
    "aspect_ratios": PAGE,
    "durations": PAGE,
    "default_resolution": f"The example of {PAGE}; the gateway's own default is not documented",
    "default_aspect_ratio": f"The example of {PAGE}; the gateway's own default is not documented",
    "default_duration": f"The example of {PAGE}; the gateway's own default is not documented",
    "sound": SILENT,
    "seed": f"{SILENT}, so none is sent",
    "cancel": f"{OVERVIEW}: queued or processing",
    "media": limits.SOURCE,
    "prompt_advice": "Upstream's advice, not a limit",
}


def _seedance(
    model: str, name: str, durations: tuple[int, ...], resolution_notes: Mapping[str, str] = NO_NOTES
) -> Capability:
    return Capability(
        provider=SLUG,
        model=model,
        name=name,
        operations={rule.operation: rule for rule in _RULES},
        resolutions=("480p", "720p", "1080p"),
        aspect_ratios=("16:9", "9:16", "1:1"),
        durations=durations,
        default_resolution="720p",
        default_aspect_ratio="16:9",
        default_duration=5,
        sound_offered=False,
        default_sound=False,
        sound_note=SOUND_NOTE,
        seed=None,
        cancel=CANCEL,
        media=limits.MEDIA,
        prompt_advice=PROMPT_ADVICE,
        sources=SOURCES,
        not_offered=NOT_OFFERED,
        resolution_notes=resolution_notes,
    )


CAPABILITIES = (
    _seedance("seedance-2.0", "Seedance 2.0", tuple(range(4, 16))),
    _seedance("seedance-2.0-fast", "Seedance 2.0 Fast", tuple(range(4, 16)), {"1080p": FAST_1080P}),
    _seedance("seedance-1.5-pro", "Seedance 1.5 Pro", (5, 10)),
)
