"""Known traps of the Seedance family, told by codes and by gateways' own words: each is one that a person can mend.

Conservative: words that might mean something else are no trap, since help in the wrong place misleads."""

from __future__ import annotations

import re
from enum import StrEnum

from studio.lib.english import english


class Trap(StrEnum):
    """Refusals with a known way out."""

    SOUND_REFUSED = "sound_refused"
    CANNOT_FETCH = "cannot_fetch"
    LONE_VIDEO_RATIO = "lone_video_ratio"
    REAL_FACE = "real_face"


_MEANINGS = {
    Trap.SOUND_REFUSED: english("The picture was drawn, but its sound was refused by moderation."),
    Trap.CANNOT_FETCH: (
        english(
            "The gateway could not open your reference at this studio's address. It downloads references "
            "itself, so they have to be reachable from the internet."
        )
    ),
    Trap.LONE_VIDEO_RATIO: english(
        "A video that goes alone is edited: it keeps its own shape, and another ratio is refused."
    ),
    Trap.REAL_FACE: english("The gateway refuses a reference in which a real person can be recognised."),
}
_ADVICE = {
    Trap.SOUND_REFUSED: english("Render it again without sound; the sound can be laid on later."),
    Trap.CANNOT_FETCH: (
        english("Ask an admin whether this studio's public address can be reached from outside, then render again.")
    ),
    Trap.LONE_VIDEO_RATIO: english("Choose the ratio adaptive and the video's own length, then render again."),
    Trap.REAL_FACE: english("Use a drawn, blurred or turned-away face, or another reference, then render again."),
}

_CODES = (
    (Trap.SOUND_REFUSED, re.compile(r"^OutputAudioSensitiveContentDetected", re.IGNORECASE)),
    (Trap.REAL_FACE, re.compile(r"^Input(Image|Video)SensitiveContentDetected\.PrivacyInformation", re.IGNORECASE)),
    (Trap.CANNOT_FETCH, re.compile(r"^(media|file|image|video|audio|resource)_(download_failed|unreachable)$")),
)
_REFERENCE = r"(file|resource|media|image|video|audio|url|link|reference|asset)s?"
_NOT = "(could not|cannot|can't|can not|unable to|failed to|fails to|not)"
_FETCH = r"(download|fetch|retrieve|reach)(ed)?"
_ANSWERED = r"\burl (was answered with HTTP [45]\d\d|did not answer)"
_WORDS = (
    (Trap.SOUND_REFUSED, "OutputAudioSensitiveContentDetected"),
    (
        Trap.SOUND_REFUSED,
        r"\b(output|generated|resulting) (audio|sound)\b.*\b(sensitive|refused|rejected|moderation)\b",
    ),
    (Trap.REAL_FACE, r"\breal[- ](human |person'?s? )?(face|person|people)s?\b"),
    (Trap.REAL_FACE, r"\b(identifiable|recogni[sz]able) (human )?(face|person|people)s?\b"),
    (Trap.CANNOT_FETCH, rf"\b{_REFERENCE}\b.{{0,40}}\b{_NOT} (be )?{_FETCH}\b"),
    (Trap.CANNOT_FETCH, rf"\b{_NOT} {_FETCH} (the |your |a |this )?([a-z]+ )?{_REFERENCE}\b"),
    (Trap.CANNOT_FETCH, rf"{_ANSWERED}|\bdownload (of the {_REFERENCE} )?(failed|timed out|broke off)\b"),
)
_MATCHERS = tuple((trap, re.compile(pattern, re.IGNORECASE)) for trap, pattern in _WORDS)
_RATIO = re.compile(r"\bratio\b", re.IGNORECASE)
_ADAPTIVE = re.compile(r"\badaptive\b", re.IGNORECASE)
_ABOUT_A_VIDEO = re.compile(r"\b(video|edit(ed|ing)?)\b", re.IGNORECASE)
_ONE_RATIO = re.compile(r"\b\d{1,2}:\d{1,2}\b")


def trap_of(code: str, said: str) -> Trap | None:
    """The trap that a refusal or a failure is, by its code and else by the words said."""
    for trap, pattern in _CODES:
        if pattern.search(code):
            return trap
    if _wants_own_ratio(said):
        return Trap.LONE_VIDEO_RATIO
    return next((trap for trap, pattern in _MATCHERS if pattern.search(said)), None)


def meaning(trap: Trap) -> str:
    return _MEANINGS[trap]


def advice(trap: Trap) -> str:
    return _ADVICE[trap]


def _wants_own_ratio(said: str) -> bool:
    """A mere list of the ratios that exist names `adaptive` as well, and is another complaint."""
    is_a_list = len(_ONE_RATIO.findall(said)) > 1
    return bool(_RATIO.search(said) and _ADAPTIVE.search(said) and _ABOUT_A_VIDEO.search(said)) and not is_a_list
