"""The Seedance 2.0 family as TokenLab offers it: one record per model, every fact with its source.

Decided here: a reference request needs an image (the page lists images as its input and says nothing of
videos alone), and an extension needs a prompt (whether it may be left out is not documented)."""

from __future__ import annotations

from studio.choices import InputRole, Operation
from studio.lib.english import english
from studio.providers.capabilities import Capability, InputRule, OperationRule
from studio.providers.tokenlab import limits

SLUG = "tokenlab"

PAGE = "TokenLab, Seedance 2.0 page (seeds 000 and 001)"
CONTRACT = "TokenLab, published API contract of 2026-07-25"
UPSTREAM = "Not in TokenLab's page; upstream's range (Ark, create task) as the fail-safe"

CANCEL_QUEUED = english(
    "A take can be called back only while it waits in the gateway's queue; asking does not make it certain."
)
CANCEL_UNLISTED = english("The gateway lists no cancel for this model. Asking is allowed, and it will probably say no.")
PROMPT_ADVICE = english("Subject, action, surroundings, then camera and style; at most about 1000 words.")
MINI_UNPROMISED = english(
    "TokenLab does not promise how many references Seedance 2.0 Mini takes, and its live model "
    "detail has no field for it. So: one reference image, no video, no audio. Remove the others, "
    "or choose another model."
)


def _one(role: InputRole, *, inline: bool = False) -> InputRule:
    media = limits.VIDEO if role == InputRole.SOURCE_VIDEO else limits.IMAGE
    return InputRule(role, minimum=1, maximum=1, limits=media, inline=inline)


def _references(images: int | None, videos: int | None, audios: int | None, note: str = "") -> tuple[InputRule, ...]:
    """Only images may be data URLs; videos and audio are fetched by address (contract)."""
    return (
        InputRule(InputRole.REFERENCE_IMAGE, 1, images, limits.IMAGE, note, inline=True),
        InputRule(InputRole.REFERENCE_VIDEO, 0, videos, limits.VIDEO, note),
        InputRule(InputRole.REFERENCE_AUDIO, 0, audios, limits.AUDIO, note),
    )


def _operations(references: tuple[InputRule, ...]) -> dict[Operation, OperationRule]:
    """Six operations for the whole family (page). Where a picture sets the shape, `adaptive` is the default."""
    rules = (
        OperationRule(Operation.TEXT_TO_VIDEO, PAGE),
        OperationRule(
            Operation.IMAGE_TO_VIDEO,
            PAGE,
            inputs=(_one(InputRole.FIRST_FRAME, inline=True),),
            default_aspect_ratio="adaptive",
        ),
        OperationRule(
            Operation.START_END_TO_VIDEO,
            PAGE,
            inputs=(_one(InputRole.FIRST_FRAME), _one(InputRole.LAST_FRAME)),
            default_aspect_ratio="adaptive",
        ),
        OperationRule(
            Operation.REFERENCE_TO_VIDEO, PAGE, inputs=references, note=english("Audio needs an image beside it.")
        ),
        OperationRule(
            Operation.VIDEO_TO_VIDEO,
            PAGE,
            inputs=(_one(InputRole.SOURCE_VIDEO),),
            default_aspect_ratio="adaptive",
            note=english("The shape follows the video; upstream has refused other ratios than adaptive here."),
        ),
        OperationRule(
            Operation.VIDEO_EXTENSION,
            PAGE,
            needs_take=True,
            default_aspect_ratio="adaptive",
            note=english("Only takes that were made with the same key can be extended."),
        ),
    )
    return {rule.operation: rule for rule in rules}


def _seedance(
    model: str, name: str, *, resolutions: tuple[str, ...], references: tuple[InputRule, ...], cancel: str
) -> Capability:
    return Capability(
        provider=SLUG,
        model=model,
        name=name,
        operations=_operations(references),
        resolutions=resolutions,
        aspect_ratios=("adaptive", "16:9", "9:16", "1:1", "4:3", "3:4", "21:9"),
        durations=tuple(range(4, 16)),
        default_resolution="720p",
        default_aspect_ratio="16:9",
        default_duration=5,
        sound_offered=True,
        default_sound=True,
        seed=(-1, 4_294_967_295),
        cancel=cancel,
        media=limits.MEDIA,
        prompt_advice=PROMPT_ADVICE,
        sources=SOURCES,
    )


SOURCES = {
    "model": PAGE,
    "operations": PAGE,
    "resolutions": PAGE,
    "references": PAGE,
    "aspect_ratios": CONTRACT,
    "durations": UPSTREAM,
    "default_resolution": CONTRACT,
    "default_aspect_ratio": "The page's own examples (seeds 000 and 001); the gateway's default is adaptive",
    "default_duration": CONTRACT,
    "sound": CONTRACT,
    "seed": f"{CONTRACT}; whether 2.0 honours it is disputed, so nothing is promised",
    "cancel": CONTRACT,
    "media": limits.UPSTREAM,
    "prompt_advice": "Upstream's advice, not a limit",
}

CAPABILITIES = (
    _seedance(
        "seedance-2.0",
        "Seedance 2.0",
        resolutions=("480p", "720p", "1080p", "4k"),
        references=_references(9, 3, 3),
        cancel=CANCEL_QUEUED,
    ),
    _seedance(
        "seedance-2.0-fast",
        "Seedance 2.0 Fast",
        resolutions=("480p", "720p"),
        references=_references(9, 3, 3),
        cancel=CANCEL_QUEUED,
    ),
    _seedance(
        "seedance-2.0-mini",
        "Seedance 2.0 Mini",
        resolutions=("480p", "720p"),
        references=_references(None, None, None, MINI_UNPROMISED),
        cancel=CANCEL_UNLISTED,
    ),
)
